/** Not a story but `npm run record-release`: keeps in test/fixtures what this release writes, for the story of later ones. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { submittedParts } from "../../../provider/prove/submission-parts.js";
import { parseRecord } from "../../../provider/remember/job-record.js";
import { folderOf, PASSWORD, placesOf, type Starts, stackOf, withoutPlaces } from "../../support/stories/release.js";
import { type Config, encryptedValue } from "../../support/stories/stack.js";
import { Story } from "../../support/stories/story.js";
import { until } from "../../support/until.js";

const RUNNING = ["last-chosen", "last-coded", "last-defined", "last-plain", "last-suspended", "last-versioned"];

const KEPT = folderOf(packageJson.version);

/** What of the stack's configuration the records depend on, but for the secret. */
let config: Config = { jobProperties: { "last-defined": { "table.exec.sink.not-null-enforcer": "DROP" } } };

let story: Story;
let atWork: string;
beforeAll(async () => {
  // What was released once does not change: later code of the same number writes something else.
  if (existsSync(KEPT)) throw new Error(`${KEPT} is there: set the next version in package.json, or remove it first`);
  story = await Story.begin("last-release", config);
  await story.configure({
    secretParameters: await encryptedValue(stackOf(story), "secretParameters", "password", PASSWORD),
  });
});
afterAll(() => story?.end());

const recordText = (job: string) => readFile(join(fileURLToPath(story.store), "manifests", `${job}.yaml`), "utf8");

test("Jobs go through all that leaves something in a record.", async () => {
  await story.step(1);
  for (const job of RUNNING) await story.flink.awaitCheckpoints((await story.running(job)).flink.jid, 2);
  const { jid } = (await story.running("last-chosen")).flink;
  const from = await story.flink.takeSavepoint(jid, `${story.store}/savepoints/last-chosen/1`);
  const suspended = { "last-suspended": { suspended: true }, "last-coded": { suspended: true } };
  config = { ...config, choices: { "last-chosen": { from }, ...suspended } };
  await story.configure(config);
  [atWork] = await Promise.all([recordAtWork("last-versioned"), story.step(2)]);
  await story.step(3);
  const { preview } = await story.again();
  expect(Object.keys(preview.lines).sort()).toEqual(["last-coded", "last-suspended"]);
});

/** What would be left of the record if the deployment died in the middle of a change. */
function recordAtWork(job: string): Promise<string> {
  return until(`intent of ${job}`, 240, async () => {
    const text = await recordText(job);
    return /^ {2}intent:$/mu.test(text) ? text : undefined;
  });
}

test("What they left is kept, without anything of this machine.", async () => {
  for (const part of ["records", "at-work"]) await mkdir(join(KEPT, part), { recursive: true });
  const manifests = join(fileURLToPath(story.store), "manifests");
  const starts: { [job: string]: Starts[string] } = {};
  for (const file of (await readdir(manifests)).filter((name) => name.endsWith(".yaml"))) {
    const job = file.replace(/\.yaml$/u, "");
    const text = await recordText(job);
    await keep(join(KEPT, "records", file), text);
    const { current } = parseRecord(job, text, story.store);
    if (current.manifest.code === undefined) starts[job] = startOf(current);
  }
  await keep(join(KEPT, "at-work", "last-versioned.yaml"), atWork);
  await keep(join(KEPT, "starts.json"), JSON.stringify(starts, undefined, 2));
  await keep(join(KEPT, "config.json"), JSON.stringify(config, undefined, 2));
  await keep(join(KEPT, "state.json"), await story.exportState());
});

/** What is sent to the SQL Gateway; the options of this machine, which code alone needs, are left out. */
function startOf(deployment: Parameters<typeof submittedParts>[0]): Starts[string] {
  const { properties, statements } = submittedParts(deployment, { password: "{{password}}" }, { options: {} });
  const { definitions, view, insert } = statements;
  return { options: properties, statements: [...definitions, view ?? "", insert] };
}

/** Throws where something would be left that only this machine, or nobody, should know. */
async function keep(file: string, text: string): Promise<void> {
  const places = { ...placesOf(story), password: PASSWORD };
  const kept = withoutPlaces(text, places);
  for (const value of [...Object.values(places), homedir(), "/tmp/", "127.0.0.1"])
    if (kept.includes(value)) throw new Error(`${file} would hold ${value}`);
  await writeFile(file, kept.endsWith("\n") ? kept : `${kept}\n`);
}
