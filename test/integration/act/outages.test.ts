/** A process of the cluster that dies in the middle of a change. */

import { expect, test } from "vitest";
import { killRole } from "../../support/clusters/cluster.js";
import { accidents, faster } from "../../support/faults/accidents.js";
import { wentOn } from "../../support/faults/rows.js";

const now = accidents();

/** Limits that are over soon where nobody answers any more. */
const SHORT = { savepointSeconds: 20, startSeconds: 40, checkpointSeconds: 40 };
const change = { ...SHORT, ...faster("1100 ms") };

test.each([
  ["is asked to stop the job", /POST \/jobs\/\S+\/stop/u],
  ["was asked for the first checkpoint of the new start", /POST \/jobs\/\S+\/checkpoints/u],
])(
  "A JobManager that dies when it %s forgets its jobs, and the next update after its return goes on.",
  async (_, at) => {
    const { lab, job, faults } = now();
    await job.run(job.create(SHORT), SHORT);
    const before = await job.before();
    let killed: Promise<void> | undefined;
    faults.arm(at, "unanswered", () => {
      killed = killRole(lab.folder, "jobmanager");
    });
    const run = await job.provider.run(job.update(change));
    faults.disarm();
    expect(run.ok, run.text).toBe(false);
    await killed;
    await lab.mend();
    await job.run(job.update(change), change);
    const { jid } = await job.running();
    expect(await lab.flink.restoredFrom(jid)).toContain(`/${job.name}/${before.version}/`);
    await job.goesOn();
  },
);

test("A TaskManager that dies in the middle of a stop with savepoint costs nothing but another update.", async () => {
  const { lab, job, faults } = now();
  await job.run(job.create(SHORT), SHORT);
  const before = await job.before();
  let killed: Promise<void> | undefined;
  faults.arm(/POST \/jobs\/\S+\/stop/u, "unanswered", () => {
    killed = killRole(lab.folder, "taskmanager-1");
  });
  const run = await job.provider.run(job.update(change));
  faults.disarm();
  await killed;
  await lab.mend();
  expect(run.ok, run.text).toBe(false);
  await job.run(job.update(change), change);
  await wentOn(job, before, lab.flink);
  await job.goesOn();
});
