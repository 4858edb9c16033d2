/** What people and crashes do past the project: the preview names it, a refresh shows it, and `up` repairs or refuses it. */

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { Provider } from "../../support/faults/hook.js";
import { startByHand } from "../../support/stories/by-hand.js";
import { Story } from "../../support/stories/story.js";

const JOBS = ["twice", "lost", "hand", "edited", "gone", "loop"].map((job) => `drift-${job}`);

type Running = Awaited<ReturnType<Story["running"]>>;

let story: Story;
let stack: string;
const first = new Map<string, Running>();
const before = (job: string) => first.get(job) as Running;
const recordOf = (job: string) => join(story.folder, "store", "manifests", `${job}.yaml`);
const byHand = (job: string) => startByHand(inject("gatewayUrl"), inject("restUrl"), job);

let copy: string;
let stranger: string;
let text: string;

const provider = new Provider();

/** What the preview refuses of one job: the engine stops at the first, so the provider itself is asked about the others. */
async function refusalOf(job: string, changes: object = {}): Promise<string> {
  const State = z.object({
    deployment: z.object({
      resources: z.array(z.looseObject({ urn: z.string(), inputs: z.looseObject({}).default({}) })),
    }),
  });
  const { resources } = State.parse(JSON.parse(stack)).deployment;
  const old = { ...resources.find(({ urn }) => urn.endsWith(`:FlinkSqlJob::${job}`))?.inputs, secretParameters: {} };
  const { text } = await provider.run({ hook: "check", args: [old, { ...old, ...changes }] });
  return z.object({ failures: z.tuple([z.object({ reason: z.string() })]) }).parse(JSON.parse(text)).failures[0].reason;
}

beforeAll(async () => {
  story = await Story.begin("drift");
  await story.step(1);
  stack = await story.exportState();
  for (const job of JOBS) {
    first.set(job, await story.running(job));
    await story.flink.awaitCheckpoints(before(job).flink.jid, 1);
  }
});
afterAll(async () => {
  provider.kill();
  await story?.end();
});

test("Lost and edited records, a copy and a job started by hand are each refused by name, and nothing is touched.", async () => {
  await story.flink.cancel(before("drift-lost").flink.jid);
  await rm(recordOf("drift-lost"));
  text = await readFile(recordOf("drift-edited"), "utf8");
  await writeFile(recordOf("drift-edited"), text.replace("query-version: 1", "query-version: 2"));
  copy = await byHand("drift-twice");
  await story.flink.cancel(before("drift-hand").flink.jid);
  stranger = await byHand("drift-hand");
  await story.flink.cancel(before("drift-gone").flink.jid);
  await story.removeFromStore("checkpoints/drift-gone");
  await story.removeFromStore("checkpoints/drift-twice");
  const refusals: readonly [string, RegExp][] = [
    ["lost", /the store has no record of it, but holds its state: the newest is \S+chk-\d+, \d+ s old/u],
    ["edited", /its record in the store contradicts itself \(manifests\/drift-edited.yaml in file:\/\/\/.*\)/u],
    ["edited", /query-version is not what deployment.current says/u],
    ["twice", new RegExp(`2 jobs .* run: .*${copy}.*the record names ${before("drift-twice").flink.jid}`, "u")],
    [
      "hand",
      new RegExp(`a job .* is already running: ${stranger} .RUNNING., and its record .* names another job`, "u"),
    ],
    ["gone", /no state found for version 1: it does not run/u],
  ];
  for (const [job, words] of refusals) expect(await refusalOf(`drift-${job}`)).toMatch(words);
  const preview = await story.preview();
  expect(preview.code).not.toBe(0);
  // The engine ends at the first refusal, whichever comes first.
  expect(preview.text).toMatch(/\[(?:plan-refused|record-invalid)\]/u);
  const up = await story.up();
  expect(up.code).not.toBe(0);
  expect((await story.flink.alive("drift-twice")).map(({ jid }) => jid)).toContain(copy);
  for (const job of ["drift-lost", "drift-gone"]) expect(await story.flink.alive(job)).toEqual([]);
  expect((await story.flink.alive("drift-hand")).map(({ jid }) => jid)).toEqual([stranger]);
});

test("With a mistyped store nothing starts beside what runs, nor from nothing what does not.", async () => {
  const store = `${story.store}-mistyped`;
  const unknown = /this stack deployed it before, but the store has no record of it/u;
  expect(await refusalOf("drift-gone", { store })).toMatch(unknown);
  expect(await refusalOf("drift-edited", { store })).toMatch(
    /drift-edited: a job of this name is already running: .*the store has no record of it/u,
  );
});

test("A job that fails again and again is a warning in the preview, with how often and why.", async () => {
  await story.flink.awaitFailures(before("drift-loop").flink.jid, 3);
  const { lines, text } = await story.previewOnly("drift-loop");
  expect(lines["drift-loop"]).toMatch(/^no change, version 1; it /u);
  expect(text).toMatch(LOOPS);
});

const LOOPS = /failed \d+ times within 10 min.*: Division by zero|\/ by zero/u;

test("A refresh says the same, does not forget a job whose record is lost, and names what else runs.", async () => {
  const { text: said } = await story.refresh();
  expect(said).toMatch(LOOPS);
  expect(said).toMatch(/warning: drift-lost: the store \S+ has no record of it/u);
  const { jid } = before("drift-twice").flink;
  const emptied = `its newest checkpoint is no longer in the store: \\S+/drift-twice/1/${jid}/chk-\\d+; .*flink savepoint ${jid}`;
  expect(said).toMatch(new RegExp(`warning: drift-twice: other jobs of its name run: ${copy}.*; ${emptied}`, "u"));
  expect(said).not.toMatch(/drift-loop: .*newest checkpoint is no longer/u);
});

test("With what the errors say, the next update repairs all of it.", async () => {
  const newest = (await story.flink.checkpoints(before("drift-lost").flink.jid)).latest.completed?.external_path ?? "";
  await writeFile(recordOf("drift-edited"), text);
  const loop = join(story.folder, "manifests", "loop.yaml");
  await writeFile(loop, (await readFile(loop, "utf8")).replace(/^sql: .*$/mu, "sql: SELECT n FROM numbers"));
  await story.flink.cancel(stranger);
  // As if an earlier deployment of ours had started the copy.
  const twice = await readFile(recordOf("drift-twice"), "utf8");
  await writeFile(recordOf("drift-twice"), twice.replace(/^ {2}past:/mu, `  starts:\n    - ${copy}\n  past:`));
  await story.configure({ choices: { "drift-lost": { from: newest }, "drift-gone": { from: "clean" } } });
  const { preview } = await story.again();
  expect(preview.lines).toMatchObject({
    "drift-lost": expect.stringMatching(/^new, version 2, starts from chk-\d+, N s old \(as chosen\)$/u),
    "drift-gone": expect.stringMatching(/^new version 2, starts clean \(as chosen\)/u),
    "drift-hand": expect.stringMatching(/^resume from chk-\d+, N s old, version 1 stays; it is CANCELED$/u),
    "drift-loop": expect.stringMatching(/^new version 2, starts clean \(SQL changed\)/u),
    "drift-twice": expect.stringMatching(
      /^no change, version 1 stays; a second copy of it, which an earlier deployment started, is cancelled/u,
    ),
  });
  const lost = await story.running("drift-lost");
  expect(await story.flink.restoredFrom(lost.flink.jid)).toBe(newest);
  expect((await story.running("drift-twice")).flink).toEqual(before("drift-twice").flink);
  expect((await story.running("drift-edited")).flink).toEqual(before("drift-edited").flink);
});

test("A stack whose state went back to an older one takes up what runs, tells its ids, and restarts nothing.", async () => {
  await story.configure({ choices: {} });
  const running = new Map<string, string>();
  for (const job of JOBS) running.set(job, (await story.running(job)).flink.jid);
  await story.importState(stack);
  await story.again();
  for (const [job, jobId] of running) expect((await story.running(job)).flink.jid).toBe(jobId);
  const { jobs } = await story.outputs();
  for (const [job, jobId] of running) expect(jobs[job]).toMatchObject({ jobId });
  expect((await story.preview()).lines).toEqual({});
});
