/** The runner's process, played by one that answers late, wrongly or not at all: no job gets the answer of another. */

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NoAnswer } from "../../../provider/flink/rest/http.js";
import { Runner } from "../../../provider/flink/runner/runner.js";

/** The job's name says how it answers; `plan` tells which process did. */
const MISBEHAVING = `#!${process.execPath}
const { createInterface } = require("node:readline");
const { writeSync } = require("node:fs");
const say = (answer) => writeSync(3, JSON.stringify(answer) + "\\n");
createInterface({ input: process.stdin }).on("line", (line) => {
  const { do: what, job } = JSON.parse(line);
  if (!job) return;
  const good = { do: what, job, ok: true, plan: String(process.pid) };
  if (job === "never") return;
  if (job === "slow") return void setTimeout(() => say(good), 300);
  if (job === "other") return say({ ...good, job: "orders" });
  if (job === "garbage") return void writeSync(3, "not JSON\\n");
  if (job === "dies") { console.error("MemoryError: no room"); process.exit(1); }
  say(good);
});
`;

let folder: string;
let runner: Runner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runner-process-"));
  await writeFile(join(folder, "python"), MISBEHAVING);
  await chmod(join(folder, "python"), 0o755);
});
beforeEach(() => {
  runner = new Runner({ python: join(folder, "python"), flinkHome: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const prepare = (job: string, limitMs = 20_000) => runner.request({ do: "prepare", job }, limitMs);

test("What is asked at the same time is answered one after another, by one process.", async () => {
  const answers = await Promise.all(["slow", "a", "slow", "b"].map((job) => prepare(job)));
  expect(answers.map(({ job }) => job)).toEqual(["slow", "a", "slow", "b"]);
  expect(new Set(answers.map(({ plan }) => plan)).size).toBe(1);
});

test("The time that a request waits for others before it does not count, and its failure is only its own.", async () => {
  const asked = [prepare("slow"), prepare("slow"), prepare("never", 200), prepare("a"), prepare("slow")];
  const [first, second, never, ...after] = await Promise.allSettled(asked);
  expect([first, second].map((settled) => settled?.status)).toEqual(["fulfilled", "fulfilled"]);
  expect(never).toMatchObject({ status: "rejected", reason: expect.any(NoAnswer) });
  expect(never).toMatchObject({ reason: { message: "the runner: no answer within 0.2 s" } });
  expect(after.map((settled) => settled.status === "fulfilled" && settled.value.job)).toEqual(["a", "slow"]);
});

test.each(["other", "garbage"])("An answer that is another's (%s) is taken for no job's.", async (job) => {
  const [wrong, next] = await Promise.allSettled([prepare(job), prepare("a")]);
  expect(wrong).toMatchObject({ reason: { message: `the runner: its output is not an answer to prepare ${job}` } });
  expect(next).toMatchObject({ status: "fulfilled", value: { job: "a" } });
});

test("A process that dies says why, and the next request has another one.", async () => {
  const { plan } = await prepare("a");
  await expect(prepare("dies")).rejects.toThrow(/exited\b[\s\S]*MemoryError: no room[\s\S]*\[runner-failed\]/u);
  expect((await prepare("a")).plan).not.toBe(plan);
});

test("A job is started by the process that planned it, or by none.", async () => {
  await prepare("a");
  const planner = await runner.pid();
  const start = () => runner.request({ do: "start", job: "a" }, 20_000, planner);
  expect((await start()).plan).toBe(String(planner));
  await expect(prepare("never", 100)).rejects.toThrow(NoAnswer);
  await prepare("b");
  await expect(start()).rejects.toThrow(/the Python process that planned the job exited/u);
});
