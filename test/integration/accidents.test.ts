/** What happens to a change beside a provider that dies: a second one, a server that dies, a start that fails. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sameLocation } from "../../provider/core/naming.js";
import { killRole } from "../support/cluster.js";
import { FaultPlan, type RunningProxy, startProxy } from "../support/fault-proxy.js";
import { Provider, type Run } from "../support/faults/hook.js";
import { folderStore, type Lab, openLab } from "../support/faults/lab.js";
import { wentOn } from "../support/faults/rows.js";
import { properties, sinkAt, TestJob } from "../support/faults/test-job.js";

let lab: Lab;
let job: TestJob;
/** In front of the JobManager and the gateway. */
const faults = new FaultPlan();
let proxies: readonly RunningProxy[];

beforeAll(async () => {
  // A dead TaskManager is missed after some seconds and not after a minute.
  const heartbeat = { "heartbeat.interval": "1000", "heartbeat.timeout": "8000" };
  lab = await openLab({ slots: 3, stores: ["folder"], properties: heartbeat });
  proxies = await Promise.all([startProxy(lab.flink.restUrl, faults), startProxy(lab.gatewayUrl, faults)]);
});
afterAll(async () => {
  for (const proxy of proxies ?? []) proxy.stop();
  await lab?.close();
});

let jobs = 0;
beforeEach(async () => {
  const [rest, gateway] = proxies;
  const reach = { restUrl: rest?.url ?? "", gatewayUrl: gateway?.url ?? "", store: folderStore(lab) };
  job = new TestJob(lab, `job-${++jobs}`, reach);
  job.renew();
});
afterEach(async () => {
  faults.disarm();
  job.provider.kill();
  await job.end();
});

const faster = (interval: string) => ({ flinkProperties: properties(interval) });

describe("Of two deployments of one job at once", () => {
  /** The second begins when the first is at request `n`. */
  async function race(n: number): Promise<readonly Run[]> {
    const other = new Provider();
    const { args } = job.update(faster("1200 ms"));
    let second: Promise<Run> | undefined;
    faults.arm(n, "noticed", () => {
      second = other.run({ hook: "update", args });
    });
    const first = await job.provider.run(job.update(faster("1100 ms")));
    const runs = [first, ...(second ? [await second] : [])];
    other.kill();
    return runs;
  }

  test.each([8, 20])(
    "one copy is left, the second begun at request %i of the first, and who loses says to whom.",
    async (n) => {
      await job.run(job.create());
      const { version } = await job.before();
      const runs = await race(n);
      expect(runs.some(({ ok }) => ok)).toBe(true);
      for (const { ok, text } of runs) if (!ok) expect(text).toMatch(/\[(?:record-conflict|plan-refused)\]/u);
      for (const { text } of runs.filter(({ text }) => text.includes("[record-conflict]")))
        expect(text).toMatch(/wrote it at \d{4}-|another deployment|has no record of its start/u);
      const [left, ...copies] = await job.alive();
      expect(copies, JSON.stringify(runs)).toEqual([]);
      const record = await job.record();
      expect([record.current.jobId, record.intent?.next?.jobId], JSON.stringify(runs)).toContain(left?.jid);
      expect(await lab.flink.restoredFrom(left?.jid ?? "")).toContain(`/${job.name}/${version}/`);
      await job.goesOn();
    },
  );
});

test("A job that is drained rests at the end of its stream, and goes on only where that savepoint is chosen.", async () => {
  await job.run(job.create());
  const { jobId } = await job.before();
  const drained = { choice: { suspended: true, drain: true } };
  await job.run(job.update(drained));
  expect(await lab.flink.state(jobId)).toBe("FINISHED");
  const { savepoint, status } = await job.record();
  expect({ status, savepoint }).toMatchObject({ status: "stopped", savepoint: { drained: true } });
  const refused = await job.provider.run(job.update());
  expect(refused.text).toMatch(/it was drained before it was stopped: its windows are closed/u);
  expect(await job.alive()).toEqual([]);
  await job.run(job.update({ choice: { from: savepoint?.path } }));
  const restored = (await lab.flink.restoredFrom((await job.running()).jid)) ?? "";
  expect(sameLocation(restored, savepoint?.path ?? "")).toBe(true);
});

test("The slots of a job that is suspended are there for another one of the same update.", async () => {
  await job.run(job.create());
  const wide = new TestJob(lab, "wide", job.reach);
  wide.renew();
  const all = wide.inputs({ flinkProperties: { ...properties(), "parallelism.default": "3" } });
  const slots = async () => (await job.provider.run({ hook: "check", args: [{}, all] })).text;
  expect(await slots()).toMatch(/needs 3 slots, 2 of 3 are free/u);
  const suspending = job.inputs({ choice: { suspended: true } });
  await job.provider.run({ hook: "check", args: [suspending, suspending] });
  expect(await slots()).not.toContain("failures");
});

test("A start that fails with a new secret goes back to the job of before with its old one.", async () => {
  const place = join(lab.folder, "sinks", job.name);
  const given = (secret: string) => ({
    definitions: [...job.tables.slice(0, 1), { ...job.tables[1], sql: sinkAt("{place}") }],
    secretParameters: { place: secret },
  });
  const old = given(place);
  await job.run(job.create(old), old);
  const { jobId } = await job.before();
  await writeFile(join(lab.folder, "no-folder"), "");
  const bad = join(lab.folder, "no-folder", "sink");
  const run = await job.provider.run(job.update(given(bad)));
  expect(run.ok).toBe(false);
  expect(run.text).toMatch(/version 1 did not start; version 1 as it was before runs again from savepoint-/u);
  await wentOn(job, { jobId, version: 1 }, lab.flink);
  await job.goesOn();
});

const SHORT = { savepointSeconds: 20, startSeconds: 40 };

test.each([
  ["is asked to stop the job", /POST \/jobs\/\S+\/stop/u],
  ["was asked for the first checkpoint of the new start", /POST \/jobs\/\S+\/checkpoints/u],
])(
  "A JobManager that dies when it %s forgets its jobs, and the next update after its return goes on.",
  async (_, at) => {
    await job.run(job.create(SHORT), SHORT);
    const before = await job.before();
    let killed: Promise<void> | undefined;
    faults.arm(at, "unanswered", () => {
      killed = killRole(lab.folder, "jobmanager");
    });
    const run = await job.provider.run(job.update(faster("1100 ms")));
    faults.disarm();
    expect(run.ok, run.text).toBe(false);
    await killed;
    await lab.mend();
    await job.run(job.update(faster("1100 ms")), faster("1100 ms"));
    const { jid } = await job.running();
    expect(await lab.flink.restoredFrom(jid)).toContain(`/${job.name}/${before.version}/`);
    await job.goesOn();
  },
);

test("A TaskManager that dies in the middle of a stop with savepoint costs nothing but another update.", async () => {
  await job.run(job.create(SHORT), SHORT);
  const before = await job.before();
  let killed: Promise<void> | undefined;
  faults.arm(/POST \/jobs\/\S+\/stop/u, "unanswered", () => {
    killed = killRole(lab.folder, "taskmanager-1");
  });
  const run = await job.provider.run(job.update(faster("1100 ms")));
  faults.disarm();
  await killed;
  await lab.mend();
  expect(run.ok, run.text).toBe(false);
  await job.run(job.update(faster("1100 ms")), faster("1100 ms"));
  await wentOn(job, before, lab.flink);
  await job.goesOn();
});
