/** The rows of the decision tree that faults are tried on: what is asked of a job, and what must be true afterwards. */

import { expect } from "vitest";
import { sameLocation } from "../../../provider/decide/job/naming.js";
import type { Flink } from "../clusters/flink.js";
import type { Call } from "./hook.js";
import { properties, type TestJob } from "./test-job.js";

/** What was there before a change. */
export interface Before {
  /** Flink's id of the job that ran, or was the last to run; empty for a new job. */
  readonly jobId: string;
  readonly version: number;
}

export interface Asked {
  readonly call: Call;
  /** What the manifest says from now on. */
  readonly changes?: Readonly<Record<string, unknown>>;
}

export interface TableRow {
  readonly title: string;
  /** A new job for each point; else one job goes from point to point. */
  readonly isNew?: true;
  /** Brings a running job to where the row begins. */
  begin?(job: TestJob, flink: Flink): Promise<void>;
  /** `n`: another number for each point. */
  ask(job: TestJob, n: number): Asked;
  /** What must be true after the change, however often it had to be run; leaves a running job. */
  verify(job: TestJob, before: Before, flink: Flink): Promise<void>;
}

/** The running job goes on from a state of the version, left by the job of before or by one that was started since. */
export async function wentOn(job: TestJob, before: Before, flink: Flink): Promise<void> {
  const { jid } = await job.running();
  const restored = (await flink.restoredFrom(jid)) ?? "nothing";
  const earlier = (await job.known()).map((known) => known.jid).filter((known) => known !== jid);
  const states = earlier.flatMap((known) => [`/${known}/chk-`, `/savepoint-${known.slice(0, 6)}-`]);
  expect(restored, `${job.name}: state that it went on from`).toContain(`/${job.name}/${before.version}/`);
  expect(
    states.some((state) => restored.includes(state)),
    `${restored} is of ${earlier.join(" or ")}`,
  ).toBe(true);
  expect(jid, `${job.name}: it was started anew`).not.toBe(before.jobId);
  expect((await job.record()).current.meta.version, "the version stays").toBe(before.version);
  await job.sound();
}

/** Nothing runs, and its record names the savepoint; then it goes on from that. */
export async function rests(job: TestJob, before: Before, flink: Flink, status: string, back: Call): Promise<void> {
  expect(await job.alive(), `${job.name}: jobs that still run`).toEqual([]);
  const record = await job.record();
  const savepoint = { path: expect.stringContaining(`/${job.name}/${before.version}/savepoint-`) };
  expect(record, job.name).toMatchObject({ status, intent: undefined, savepoint });
  await job.run(back);
  const { jid } = await job.running();
  const restored = (await flink.restoredFrom(jid)) ?? "nothing";
  expect(sameLocation(restored, record.savepoint?.path ?? ""), `${job.name}: it came back from ${restored}`).toBe(true);
  await job.sound();
}

export const ROWS: readonly TableRow[] = [
  {
    title: "new job",
    isNew: true,
    ask: (job) => ({ call: job.create() }),
    async verify(job, _, flink) {
      const { jid } = await job.running();
      const restored = await flink.restoredFrom(jid);
      if (restored !== undefined) expect(restored).toContain(`/${job.name}/1/`);
      expect((await job.record()).current.meta.version).toBe(1);
      await job.sound();
    },
  },
  {
    title: "property change",
    ask(job, n) {
      const changes = { flinkProperties: properties(`${1000 + n} ms`) };
      return { call: job.update(changes), changes };
    },
    verify: wentOn,
  },
  {
    title: "SQL change",
    ask(job, n) {
      const changes = { sql: `SELECT n FROM numbers WHERE n > -${n}` };
      return { call: job.create(changes), changes };
    },
    async verify(job, before, flink) {
      const { jid } = await job.running();
      const { past, current } = await job.record();
      // A fault that made a new version fail, so that the old one was started again, has used its number up.
      const failed = past.filter(({ version }) => version > before.version);
      expect(current.meta.version, `${job.name}: version`).toBe(before.version + 1 + failed.length);
      expect(await flink.restoredFrom(jid), `${job.name}: a new version starts clean`).toBeUndefined();
      const old = past.find(({ version }) => version === before.version);
      expect(old?.savepoint, `${job.name}: the old version's savepoint is kept`).toMatch(/savepoint-/u);
      await job.sound();
    },
  },
  {
    title: "resume of a dead job",
    begin: (job) => job.end(),
    ask: (job) => ({ call: job.update() }),
    verify: wentOn,
  },
  {
    title: "manifest removed",
    ask: (job) => ({ call: job.delete() }),
    verify: (job, before, flink) => rests(job, before, flink, "deleted", job.create()),
  },
  {
    title: "suspended by choice",
    ask: (job) => ({ call: job.update({ choice: { suspended: true } }) }),
    verify: (job, before, flink) => rests(job, before, flink, "stopped", job.update()),
  },
  {
    title: "cluster moved",
    ask(job) {
      const changes = job.otherCluster();
      return { call: job.update(changes), changes };
    },
    verify: wentOn,
  },
  {
    title: "stack renamed",
    ask(job, n) {
      const changes = {
        self: `urn:pulumi:renamed-${n}::test::flink::${job.name}`,
        flinkProperties: properties(`${2000 + n} ms`),
      };
      return { call: job.update(changes), changes };
    },
    async verify(job, before, flink) {
      await wentOn(job, before, flink);
      expect((await job.record()).owner).toMatch(/^test\/renamed-\d+$/u);
    },
  },
];
