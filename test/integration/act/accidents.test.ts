/** What happens to a change beside a provider that dies: a second one, a start that fails, a job that gives its slots away. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { retire } from "../../../provider/act/retirement.js";
import { suspendRunning } from "../../../provider/act/suspend.js";
import { RESENT_SECONDS } from "../../../provider/decide/change/late-start.js";
import { sameLocation } from "../../../provider/decide/job/naming.js";
import { openStore } from "../../../provider/remember/store.js";
import { connectionTo, restAt } from "../../support/clients.js";
import { accidents, faster } from "../../support/faults/accidents.js";
import { type Call, Provider, type Run } from "../../support/faults/hook.js";
import { type Before, rests, wentOn } from "../../support/faults/rows.js";
import { properties, sinkAt, TestJob } from "../../support/faults/test-job.js";
import { until } from "../../support/until.js";

const now = accidents();

describe("Of two deployments of one job at once", () => {
  /** The second begins when the first is at request `n`. */
  async function race(n: number): Promise<readonly Run[]> {
    const { job, faults } = now();
    const other = new Provider();
    const { args } = job.update(faster("1200 ms"));
    let second: Promise<Run> | undefined;
    faults.arm(n, "noticed", () => {
      second = other.run({ hook: "update", args });
    });
    const first = await job.provider.run(job.update(faster("1100 ms")));
    // Without a second one there is no race, and nothing is shown.
    if (!second) throw new Error(`the first came to its end before its request ${n}`);
    const runs = [first, await second];
    other.kill();
    return runs;
  }

  test.each([8, 20])(
    "one copy is left, the second begun at request %i of the first, and who loses says to whom.",
    async (n) => {
      const { lab, job } = now();
      await job.run(job.create());
      const { version } = await job.before();
      const runs = await race(n);
      for (const { ok, text } of runs)
        if (!ok) expect(text).toMatch(/\[(?:record-conflict|plan-refused)\]|another deployment/u);
      for (const { text } of runs.filter(({ text }) => text.includes("[record-conflict]")))
        expect(text).toMatch(/wrote it at \d{4}-|another deployment|has no record of its start/u);
      // Each may have seen the other at work, and given up: then the next one finishes what they began.
      if (!runs.some(({ ok }) => ok)) await job.run(job.update(faster("1200 ms")), faster("1200 ms"));
      const [left, ...copies] = await job.alive();
      expect(copies, JSON.stringify(runs)).toEqual([]);
      const record = await job.record();
      expect([record.current.jobId, record.intent?.next?.jobId], JSON.stringify(runs)).toContain(left?.jid);
      expect(await lab.flink.restoredFrom(left?.jid ?? "")).toContain(`/${job.name}/${version}/`);
      await job.goesOn();
    },
  );
});

/** A change whose provider is killed as the SQL Gateway submits its job, and what the gateway sends again later. */
async function killedAtSubmission(): Promise<{ before: Before; late: string }> {
  const { job, faults } = now();
  await job.run(job.create());
  const before = await job.before();
  faults.arm(/^POST \/v1\/jobs$/u, "lost", () => job.provider.kill());
  await job.provider.run(job.update(faster("1100 ms")));
  return { before, late: (await job.record()).intent?.next?.jobId ?? "" };
}

/** The session of a start was closed, and Flink was asked for its job in vain. */
const isGivenUp = async () =>
  /DELETE \/v\d\/sessions\/….*GET \/jobs\/overview/u.test(now().faults.arrived.join()) ? true : undefined;

test.each([
  ["the same", "1100 ms"],
  ["something else", "1200 ms"],
])(
  "A submission that the SQL Gateway sends again after its deployment was killed makes no second copy, if the next one asks for %s.",
  async (_, interval) => {
    const { job, faults } = now();
    const { before, late } = await killedAtSubmission();
    await job.run(job.update(faster(interval)), faster(interval));
    // That of the second deployment, and the first one's once more.
    await until(
      "both submissions",
      30,
      async () => faults.arrived.filter((request) => request === "POST /v1/jobs").length >= 2 || undefined,
    );
    await wentOn(job, before, now().lab.flink);
    await job.goesOn();
    expect((await job.alive()).map(({ jid }) => jid)).toEqual([late]);
  },
);

test("A submission that the SQL Gateway sends again while the next deployment is about to ask for the same start is that start.", async () => {
  const { job, faults, lab } = now();
  const { before, late } = await killedAtSubmission();
  const isThere = async () => (await job.known()).find(({ jid }) => jid === late);
  // After it has looked at the cluster, and before it knows under which id it starts.
  faults.arm(/^DELETE \/v\d\/sessions\//u, "held", () => until("the late job", 30, isThere));
  await job.run(job.update(faster("1100 ms")), faster("1100 ms"));
  expect((await job.alive()).map(({ jid }) => jid)).toEqual([late]);
  await wentOn(job, before, lab.flink);
  await job.goesOn();
});

test("A submission that the SQL Gateway sends again before the next deployment, which asks for something else, can start its own is taken away.", async () => {
  const { job, faults, lab } = now();
  const { before, late } = await killedAtSubmission();
  // After it has decided to start under the same id.
  const isThere = async () => (await job.alive()).find(({ jid }) => jid === late);
  faults.arm(/^POST \/v\d\/sessions$/u, "held", () => until("the late job", 30, isThere));
  await job.run(job.update(faster("1200 ms")), faster("1200 ms"));
  const [left, ...copies] = await job.alive();
  expect({ copies, isLate: left?.jid === late }).toEqual({ copies: [], isLate: false });
  await wentOn(job, before, lab.flink);
  await job.goesOn();
});

test.each<[string, string, (job: TestJob) => Call, (job: TestJob) => Call]>([
  ["removes", "deleted", (job) => job.delete(), (job) => job.create()],
  ["suspends", "stopped", (job) => job.update({ choice: { suspended: true } }), (job) => job.update()],
])(
  "A submission that the SQL Gateway sends again leaves no job behind where the next deployment %s it.",
  async (_, status, call, back) => {
    const { job, lab } = now();
    const { before, late } = await killedAtSubmission();
    await job.run(call(job));
    await until("the late job", 30, async () => (await job.known()).find(({ jid }) => jid === late));
    expect((await job.record()).savepoint?.path).toContain(`/savepoint-${late.slice(0, 6)}-`);
    await rests(job, before, lab.flink, status, back(job));
  },
);

test("A first start that was killed, and whose manifest is gone at the next update, is stopped with a savepoint once it is retired.", async () => {
  const { job, faults } = now();
  faults.arm(/^POST \/v1\/jobs$/u, "lost", () => job.provider.kill());
  await job.provider.run(job.create());
  const late = (await job.record()).intent?.next?.jobId ?? "";
  const { restUrl, store } = job.reach;
  const world = { store: openStore(store), rest: restAt(restUrl, 10_000), activity: "none" } as const;
  await retire(job.name, world, { startSeconds: 60, savepointSeconds: 60 }, () => {});
  const { status, savepoint } = await job.record();
  expect({ status, path: savepoint?.path }).toMatchObject({
    status: "deleted",
    path: expect.stringContaining(`/savepoint-${late.slice(0, 6)}-`),
  });
  expect(await job.alive()).toEqual([]);
});

test("A submission that arrives after its start was given up is taken away before the job of before runs again.", async () => {
  const { job, faults, lab } = now();
  await job.run(job.create());
  const before = await job.before();
  faults.arm(/^POST \/v1\/jobs$/u, "held", () => until("the end of that start", 60, isGivenUp));
  const run = await job.provider.run(job.update({ ...faster("1100 ms"), startSeconds: 6 }));
  expect(run.ok).toBe(false);
  expect(run.text).toMatch(
    /version 1 did not start; rolled back to version 1 as it was before, resumed from savepoint-/u,
  );
  await wentOn(job, before, lab.flink);
  expect((await job.known()).map(({ state }) => state).sort()).toEqual(["CANCELED", "FINISHED", "RUNNING"]);
  await job.goesOn();
});

test("A start that was given up is not taken away from the next deployment, which began it anew under the same id.", async () => {
  const { job, faults, lab } = now();
  await job.run(job.create());
  const before = await job.before();
  const other = new Provider();
  let second: Promise<Run> | undefined;
  faults.arm(/^POST \/v1\/jobs$/u, "held", async () => {
    await until("the end of that start", 60, isGivenUp);
    second = other.run(job.update(faster("1100 ms")));
    await until("the job of the second", 60, async () => (await job.alive())[0]);
  });
  const first = await job.provider.run(job.update({ ...faster("1100 ms"), startSeconds: 6 }));
  const runs = [first, await second];
  other.kill();
  expect(first.text).toMatch(/another deployment took over job|\[record-conflict\]/u);
  expect(
    runs.map((run) => run?.ok),
    JSON.stringify(runs),
  ).toEqual([false, true]);
  await wentOn(job, before, lab.flink);
  expect((await job.known()).map(({ state }) => state).sort()).toEqual(["FINISHED", "RUNNING"]);
  await job.goesOn();
});

test("A first start that failed is over: a suspension after it waits for nothing.", async () => {
  const { job } = now();
  const failing = { sql: "SELECT CAST(CAST(n AS STRING) || 'x' AS BIGINT) AS n FROM numbers" };
  const run = await job.provider.run(job.create(failing));
  expect(run.text).toMatch(/version 1 did not start; it is not running/u);
  const { intent } = await job.record();
  expect({ starts: intent?.next?.meta.version, session: intent?.session }).toEqual({ starts: 1, session: undefined });
  const since = performance.now();
  await job.run(job.create({ choice: { suspended: true } }));
  expect((performance.now() - since) / 1000).toBeLessThan(RESENT_SECONDS / 2);
});

test("A job that was put off, and removed before it ever ran, starts clean when its manifest comes back.", async () => {
  const { job, lab } = now();
  const putOff = { choice: { suspended: true } };
  await job.run(job.create(putOff));
  await job.run(job.delete());
  expect((await job.record()).status).toBe("deleted");
  await job.run(job.create());
  expect(await lab.flink.restoredFrom((await job.running()).jid)).toBeUndefined();
});

test("A job that is drained rests at the end of its stream, and goes on only where that savepoint is chosen.", async () => {
  const { lab, job } = now();
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
  const { lab, job } = now();
  await job.run(job.create());
  const wide = new TestJob(lab, "wide", job.reach);
  wide.renew();
  const all = wide.inputs({ flinkProperties: { ...properties(), "parallelism.default": "3" } });
  const slots = async () => (await job.provider.run({ hook: "check", args: [{}, all] })).text;
  expect(await slots()).toMatch(/needs 3 slots; the cluster has 3, 1 is taken: 2 are free/u);
  const suspending = job.inputs({ choice: { suspended: true } });
  await job.provider.run({ hook: "check", args: [suspending, suspending] });
  expect(await slots()).not.toContain("failures");
});

test("A start that fails with a new secret goes back to the job of before with its old one.", async () => {
  const { lab, job } = now();
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
  expect(run.text).toMatch(
    /version 1 did not start; rolled back to version 1 as it was before, resumed from savepoint-/u,
  );
  await wentOn(job, { jobId, version: 1 }, lab.flink);
  await job.goesOn();
});

test("A start of the same version that ends after its first checkpoint goes back to that, and to no earlier state.", async () => {
  const { lab, job, faults } = now();
  await job.run(job.create());
  const before = await job.before();
  let failed = "";
  faults.arm(/POST \/jobs\/\S+\/checkpoints/u, "held", async () => {
    failed = (await lab.flink.one(job.name)).jid;
    await lab.flink.awaitCheckpoints(failed);
    await lab.flink.cancel(failed);
  });
  const run = await job.provider.run(job.update(faster("300 ms")));
  expect(run.ok).toBe(false);
  expect(run.text).toMatch(/version 1 did not start; rolled back to version 1 as it was before, resumed from chk-\d+/u);
  await wentOn(job, before, lab.flink);
  expect(await lab.flink.restoredFrom((await job.running()).jid)).toContain(`/${failed}/chk-`);
  await job.goesOn();
});

test("A new query that completed a checkpoint goes on from it, though it is gone and its provider was killed before it wrote that down.", async () => {
  const { lab, job, faults } = now();
  await job.run(job.create());
  const changed = { sql: "SELECT n FROM numbers WHERE n > 0" };
  let begun = "";
  faults.arm(/POST \/jobs\/\S+\/checkpoints/u, "held", async () => {
    begun = (await lab.flink.one(job.name)).jid;
    await lab.flink.awaitCheckpoints(begun);
    job.provider.kill();
    await lab.flink.cancel(begun);
  });
  await job.provider.run(job.update(changed));
  expect((await job.record()).intent?.next?.jobId).toBe(begun);
  await job.run(job.update(changed), changed);
  expect(await lab.flink.restoredFrom((await job.running()).jid)).toContain(`/${begun}/chk-`);
  await job.goesOn();
});

describe("A cluster that is to be ended", () => {
  test("stays where jobs run on it that the store does not know, and they go on.", async () => {
    const { lab, job } = now();
    await job.run(job.create());
    const options = {
      jobManager: connectionTo(lab.flink.restUrl, 20_000),
      store: `file://${join(lab.folder, "another-store")}`,
      savepointSeconds: 60,
      startSeconds: 60,
      progress: () => undefined,
    };
    await expect(suspendRunning(options)).rejects.toThrow(
      /was not ended, since jobs run on it that the store does not know: /u,
    );
    await job.goesOn();
  });
});
