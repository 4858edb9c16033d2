/** The largest parallelism of a job whose state is kept, on a real Flink: what it takes, and what is refused beforehand. */

import { expect, test } from "vitest";
import { accidents } from "../../support/faults/accidents.js";
import { properties } from "../../support/faults/test-job.js";

const now = accidents();

const most = (value?: string) => ({
  flinkProperties: { ...properties(), ...(value === undefined ? {} : { "pipeline.max-parallelism": value }) },
});

test("A number that is no longer given is that of the state: the job goes on.", async () => {
  const { lab, job } = now();
  await job.run(job.create(most("64")), most("64"));
  await job.run(job.update(most()), most());
  const [left] = await job.alive();
  expect(await lab.flink.restoredFrom(left?.jid ?? "")).toContain("savepoint-");
  await job.goesOn();
});

test("Another number is refused before the job is touched.", async () => {
  const { job } = now();
  await job.run(job.create(most("64")), most("64"));
  const [before] = await job.alive();
  const { ok, text } = await job.provider.run(job.update(most("32")));
  expect(ok).toBe(false);
  expect(text).toMatch(/pipeline\.max-parallelism 64 → 32: its state was written with max parallelism 64/u);
  expect((await job.alive()).map(({ jid }) => jid)).toEqual([before?.jid]);
});
