/** A JobManager with high availability that dies in the middle of a change, and is started again at once. */

import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { fileStates } from "../../provider/store/file.js";
import { killRole } from "../support/cluster.js";
import type { FaultPlan } from "../support/fault-proxy.js";
import { accidents, faster } from "../support/faults/accidents.js";

const now = accidents({ failOver: "zookeeper" });

/** On a machine with other work a fail-over takes half a minute. */
const LIMITS = { savepointSeconds: 120, startSeconds: 120 };

type Arm = (faults: FaultPlan, kill: () => void) => void;

const at =
  (request: RegExp): Arm =>
  (faults, kill) =>
    faults.arm(request, "unanswered", kill);

const STOP = /POST \/jobs\/\S+\/stop/u;

/** The first statement after the stop is the one that starts the job. */
const atStart: Arm = (faults, kill) =>
  faults.arm(STOP, "noticed", () => at(/POST \/v\d\/sessions\/\S+\/statements/u)(faults, kill));

/** As soon as the savepoint is complete, and before the job has ended. */
const atSavepoint: Arm = (faults, kill) =>
  faults.arm(STOP, "noticed", async () => {
    const { lab, job } = now();
    const folder = join(lab.folder, "store", "savepoints", job.name, "1");
    const isComplete = async () => (await fileStates(`file://${folder}`)).length > 0;
    while (!(await isComplete())) await setImmediate();
    kill();
  });

test.each<[string, Arm]>([
  ["was asked to stop the job", at(STOP)],
  ["wrote the savepoint of the stop", atSavepoint],
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
