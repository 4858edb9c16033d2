/** A JobManager with high availability that dies in the middle of a change, and is started again at once. */

import { expect, test } from "vitest";
import { killRole } from "../support/cluster.js";
import type { FaultPlan } from "../support/fault-proxy.js";
import { accidents, faster } from "../support/faults/accidents.js";

const now = accidents({ failOver: "zookeeper" });

/** On a machine with other work a fail-over takes half a minute. */
const LIMITS = { savepointSeconds: 120, startSeconds: 120, requestSeconds: 30 };

type Arm = (faults: FaultPlan, kill: () => void) => void;

const at =
  (request: RegExp): Arm =>
  (faults, kill) =>
    faults.arm(request, "unanswered", kill);

const STOP = /POST \/jobs\/\S+\/stop/u;

/** The first statement after the stop is the one that starts the job. */
const atStart: Arm = (faults, kill) =>
  faults.arm(STOP, "noticed", () => at(/POST \/v\d\/sessions\/\S+\/statements/u)(faults, kill));

test.each<[string, Arm]>([
  ["was asked to stop the job", at(STOP)],
  ["is given the new job", atStart],
  ["was asked for the first checkpoint of the new start", at(/POST \/jobs\/\S+\/checkpoints/u)],
])("An update waits for a JobManager that fails over when it %s.", async (_, arm) => {
  const { lab, job, faults } = now();
  await job.run(job.create(LIMITS), LIMITS);
  const before = await job.before();
  let back: Promise<void> | undefined;
  arm(faults, () => {
    back = killRole(lab.folder, "jobmanager").then(() => lab.mend());
  });
  await job.run(job.update(faster("1100 ms")), faster("1100 ms"));
  expect(back, "the JobManager was killed").toBeDefined();
  await back;
  // Of the job of before a JobManager that was started again knows nothing.
  const { jid } = await job.running();
  const savepoint = `/${job.name}/${before.version}/savepoint-${before.jobId.slice(0, 6)}-`;
  const { current } = await job.record();
  expect(current).toMatchObject({ jobId: jid, startedFrom: expect.stringContaining(savepoint) });
  expect(await lab.flink.restoredFrom(jid)).toContain(`/${job.name}/${before.version}/`);
  await job.goesOn();
});
