/** A JobManager with high availability that dies in the middle of a change, and is started again or replaced. */

import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { fileStates } from "../../../provider/store/file.js";
import { killRole } from "../../support/clusters/cluster.js";
import { type Accidents, accidents, faster } from "../../support/faults/accidents.js";
import type { Lab } from "../../support/faults/lab.js";
import { TestJob } from "../../support/faults/test-job.js";
import { startProxy } from "../../support/servers/fault-proxy.js";
import { startStandBy } from "../../support/stories/stand-by.js";
import { until } from "../../support/until.js";

const now = accidents({ failOver: "zookeeper" });

/** On a machine with other work a fail-over takes half a minute. */
const LIMITS = { savepointSeconds: 120, startSeconds: 120 };

type Arm = (here: Accidents, kill: () => void) => void;

const at =
  (request: RegExp): Arm =>
  ({ faults }, kill) =>
    faults.arm(request, "unanswered", kill);

const STOP = /POST \/jobs\/\S+\/stop/u;

/** The first statement after the stop is the one that starts the job. */
const atStart: Arm = (here, kill) =>
  here.faults.arm(STOP, "noticed", () => at(/POST \/v\d\/sessions\/\S+\/statements/u)(here, kill));

/** As soon as the savepoint is complete, and before the job has ended. */
const atSavepoint: Arm = ({ lab, job, faults }, kill) =>
  faults.arm(STOP, "noticed", async () => {
    const folder = join(lab.folder, "store", "savepoints", job.name, "1");
    const isComplete = async () => (await fileStates(`file://${folder}`)).length > 0;
    while (!(await isComplete())) await setImmediate();
    kill();
  });

const ARMS: readonly [string, Arm][] = [
  ["was asked to stop the job", at(STOP)],
  ["wrote the savepoint of the stop", atSavepoint],
  ["is given the new job", atStart],
  ["was asked for the first checkpoint of the new start", at(/POST \/jobs\/\S+\/checkpoints/u)],
];

/** A property change of a running job in the middle of which `kill` is called. */
async function changesThrough(lab: Lab, job: TestJob, arm: Arm, kill: () => Promise<void>): Promise<void> {
  await job.run(job.create(LIMITS), LIMITS);
  const before = await job.before();
  let killed: Promise<void> | undefined;
  arm({ lab, job, faults: now().faults }, () => {
    killed = kill();
  });
  await job.run(job.update(faster("1100 ms")), faster("1100 ms"));
  expect(killed, "the JobManager was killed").toBeDefined();
  await killed;
  // Of the job of before a JobManager that came later knows nothing.
  const { jid } = await job.running();
  const savepoint = `/${job.name}/${before.version}/savepoint-${before.jobId.slice(0, 6)}-`;
  const { current } = await job.record();
  expect(current).toMatchObject({ jobId: jid, startedFrom: expect.stringContaining(savepoint) });
  expect(await lab.flink.restoredFrom(jid)).toContain(`/${job.name}/${before.version}/`);
  await job.goesOn();
}

test.each(ARMS)("An update waits for a JobManager that fails over when it %s.", async (_, arm) => {
  const { lab, job } = now();
  await changesThrough(lab, job, arm, () => killRole(lab.folder, "jobmanager").then(() => lab.mend()));
});

test("An update goes on at a JobManager that stands by when the one that leads dies as it was asked to stop the job.", async () => {
  const { lab, job, faults } = now();
  const { flink, stop } = await startStandBy(lab.folder);
  const proxy = await startProxy(flink.restUrl, faults);
  const there = new TestJob({ ...lab, flink }, `${job.name}-there`, { ...job.reach, restUrl: proxy.url });
  there.renew();
  try {
    await changesThrough({ ...lab, flink }, there, at(STOP), () => killRole(lab.folder, "jobmanager"));
  } finally {
    there.provider.kill();
    await lab.mend();
    await there.end();
    proxy.stop();
    await stop();
    await until("the lead of the one that died", 180, () => lab.flink.jobs().catch(() => undefined));
  }
});
