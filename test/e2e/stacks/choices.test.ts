/** Deliberate choices: each is seen in the preview, carried out once, and said no more after that. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stepped, Story } from "../../support/stories/story.js";

const JOBS = ["clean", "given", "resting", "carried", "forced", "dropped"].map((job) => `choice-${job}`);

type Running = Awaited<ReturnType<Story["running"]>>;

let story: Story;
let chosen: Stepped;
/** The savepoints that somebody took of two jobs a while ago. */
let taken: { readonly given: string; readonly dropped: string };
const first = new Map<string, Running>();
const second = new Map<string, Running>();

const before = (job: string) => first.get(job) as Running;
const lookAll = async (into: Map<string, Running>, jobs = JOBS) => {
  for (const job of jobs) into.set(job, await story.running(job));
};

beforeAll(async () => {
  story = await Story.begin("choices");
  await story.step(1);
  await lookAll(first);
  for (const job of JOBS) await story.flink.awaitCheckpoints(before(job).flink.jid, 1);
  const folder = pathToFileURL(join(story.folder, "savepoints")).href;
  const take = (job: string) => story.flink.takeSavepoint(before(job).flink.jid, folder);
  taken = { given: await take("choice-given"), dropped: await take("choice-dropped") };
});
afterAll(() => story?.end());

test("A savepoint that is not there refuses the preview, and nothing is touched.", async () => {
  await story.configure({ choices: { "choice-given": { from: `${taken.given}-mistyped` } } });
  const preview = await story.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("choice-given: there is no state at");
});

test("A choice that makes no sense is one error for each, before any job is looked at.", async () => {
  await story.configure({
    choices: { "choice-given": { from: "latest-checkpoint" }, "choice-givn": {}, "choice-clean": { drainn: true } },
  });
  const preview = await story.preview();
  expect(preview.code).not.toBe(0);
  expect(preview.text).toContain("choices.choice-given.from: write forceFrom: latest-checkpoint");
  expect(preview.text).toContain("choices.choice-givn: no manifest is named 'choice-givn'; did you mean choice-given?");
  expect(preview.text).toContain("choices.choice-clean.drainn: there is no such choice; did you mean drain?");
});

test("The preview says each choice, and the update does it.", async () => {
  await story.configure({
    choices: {
      "choice-clean": { from: "clean" },
      "choice-given": { from: `${taken.given}/_metadata` },
      "choice-resting": { suspended: true },
      "choice-carried": { from: "previous-version" },
      "choice-forced": { forceFrom: "latest-checkpoint" },
      "choice-dropped": { from: taken.dropped, allowNonRestoredState: true },
    },
  });
  chosen = await story.step(2);
  await lookAll(
    second,
    JOBS.filter((job) => job !== "choice-resting"),
  );
  expect(chosen.preview.lines).toEqual({
    "choice-clean": "new version 2, starts clean (as chosen); N B of state of version 1 will not be used",
    "choice-given": expect.stringMatching(/^restart from savepoint-\w+-\w+, N s old \(as chosen\), version 1 stays$/u),
    "choice-resting": "suspended: stopped with a savepoint, version 1 stays",
    "choice-carried": "new version 2, starts from a savepoint (as chosen, SQL changed)",
    "choice-forced": expect.stringMatching(
      /^restart from its last checkpoint, N s old \(table.exec.sink.not-null-enforcer unset → DROP\), version 1 stays; cancelled without a savepoint, as chosen/u,
    ),
    "choice-dropped": expect.stringMatching(
      /^new version 2, starts from savepoint-\w+-\w+, N s old \(as chosen, SQL changed\); state that matches no operator is dropped$/u,
    ),
  });
});

const ROWS: readonly [string, number, () => string | RegExp | undefined, string][] = [
  ["choice-clean", 2, () => undefined, "FINISHED"],
  ["choice-given", 1, () => taken.given, "FINISHED"],
  ["choice-carried", 2, () => /\/savepoints\/choice-carried\/1\/savepoint-/u, "FINISHED"],
  ["choice-forced", 1, () => new RegExp(`/${before("choice-forced").flink.jid}/chk-\\d+$`, "u"), "CANCELED"],
  ["choice-dropped", 2, () => taken.dropped, "FINISHED"],
];
test.each(ROWS)("%s runs as version %i, from what was chosen.", async (job, version, from, end) => {
  const { flink, record } = second.get(job) as Running;
  expect(record.version).toBe(version);
  expect(await story.flink.state(before(job).flink.jid)).toBe(end);
  const restored = await story.flink.restoredFrom(flink.jid);
  const wanted = from();
  if (wanted === undefined) expect(restored).toBeUndefined();
  else expect(restored).toMatch(wanted);
});

test("The suspended job rests with its savepoint.", async () => {
  expect(await story.flink.alive("choice-resting")).toEqual([]);
  const savepoint = expect.stringContaining("/savepoints/choice-resting/1/savepoint-");
  expect(await story.record("choice-resting")).toMatchObject({ status: "stopped", savepoint, hasIntent: false });
  expect((await story.outputs()).jobs["choice-resting"]).toMatchObject({ state: "SUSPENDED" });
});

test("With the same choices in the configuration nothing is done again, and only the suspended job is spoken of.", async () => {
  const { preview, up } = await story.again();
  expect(preview.lines).toEqual({
    "choice-resting": expect.stringMatching(/^suspended, version 1; since N s, at savepoint-/u),
  });
  expect(up.text).toMatch(/Resources:\n\s+9 unchanged/u);
  for (const [job, { flink }] of second) expect((await story.running(job)).flink).toEqual(flink);
});

test("Without the choices the suspended job goes on, the others as they are, and the records forget them.", async () => {
  const { savepoint } = await story.record("choice-resting");
  await story.configure({ choices: {} });
  const { preview } = await story.again();
  expect(preview.lines["choice-resting"]).toMatch(/^resume from savepoint-\w+-\w+, N s old, version 1 stays/u);
  expect(preview.lines["choice-given"]).toMatch(
    /^no change, version 1 stays; a choice that was carried out is no longer configured/u,
  );
  const back = await story.running("choice-resting");
  expect(await story.flink.restoredFrom(back.flink.jid)).toBe(savepoint);
  for (const [job, { flink }] of second) expect((await story.running(job)).flink).toEqual(flink);
  expect((await story.again()).preview.lines).toEqual({});
});
