/** The store as a whole: records that no manifest belongs to, and old states that are deleted where that is asked for. */

import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { smallEngine } from "../../support/stories/engines.js";
import type { Ran } from "../../support/stories/pulumi.js";
import { Story } from "../../support/stories/story.js";

const JOB = "retain-orders";
const DAYS = 86_400_000;
const RETAIN = { retain: { versions: 1, days: 7 } };

let story: Story;
/** In a folder in any case, where the test can make files look old. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "retain-"));
  story = await Story.begin("retain", { store: `file://${folder}/store` }, smallEngine());
  await story.step(1);
});
afterAll(async () => {
  await story?.end();
  await rm(folder, { recursive: true, force: true });
});

const store = (...path: string[]) => join(folder, "store", ...path);
const running = () => story.running(JOB);
/** What is said of the store; the rest of an update is that of the jobs. */
const ofStore = ({ text }: Ran) => {
  const said = text.split(/^Diagnostics:$/mu)[1] ?? "";
  return said.split("\n").flatMap((line) => /^ {4}(?:warning: )?(store: .*)/u.exec(line)?.[1] ?? []);
};
/** Paths of the states that are listed, relative to the store. */
function pathsIn({ text }: Ran): string[] {
  const said = text.split(/^Diagnostics:$/mu)[1] ?? "";
  return [...said.matchAll(/^ +(\/\S+) \(/gmu)].map(([, path = ""]) => path.slice(store().length + 1));
}
const ok = (ran: Ran) => expect(ran.code, ran.text).toBe(0);

/** Directories that Flink made for states: `checkpoints/<job>/<version>/<Flink's id>`, `savepoints/…`; empty ones left out. */
async function stateDirectories(): Promise<string[]> {
  const entries = await readdir(store(), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const below = files.map((file) => file.slice(store().length + 1).split("/"));
  return [
    ...new Set(below.filter(([kind]) => kind !== "manifests").map((parts) => parts.slice(0, 4).join("/"))),
  ].sort();
}

/** As if all that is there had been written so many days earlier, but for what the running start of a version writes. */
async function age(days: number, except: string): Promise<void> {
  const earlier = (time: number) => new Date(time - days * DAYS);
  const entries = await readdir(store(), { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile() && !entry.parentPath.includes(except)))
    await shift(join(parentPath, name), earlier).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  const file = store("manifests", `${JOB}.yaml`);
  const record = parse(await readFile(file, "utf8"));
  for (const past of record.deployment.past) past["ended-at"] = earlier(Date.now()).toISOString();
  await writeFile(file, stringify(record));
}

/** Their order stays: of two savepoints the newer one is to be kept. */
async function shift(file: string, earlier: (time: number) => Date): Promise<void> {
  const time = earlier((await stat(file)).mtimeMs);
  await utimes(file, time, time);
}

/** The record as flink-sql-runner would have left it. */
async function forgetDeployment(job: string): Promise<void> {
  const file = store("manifests", `${job}.yaml`);
  const { deployment: _, ...classic } = parse(await readFile(file, "utf8"));
  await writeFile(file, stringify(classic));
}

test("A record without a manifest is reported in each preview and update, and left alone; of a manifest that goes it is said what becomes of its job.", async () => {
  await story.loseStack();
  await forgetDeployment("retain-left");
  const [left, shared, gone] = await Promise.all(
    ["retain-left", "retain-shared", "retain-gone"].map((job) => story.flink.one(job)),
  );
  const { preview, up } = await story.step(2);
  const words = [
    `store: 1 record belongs to another stack, or to a manifest that was removed: retain-shared (is RUNNING as ${shared?.jid}); not touched; to stop one with a savepoint, add it to the configuration key \`retire\``,
    `store: retain-left: has a record but no manifest; it is RUNNING as ${left?.jid}; not touched; to stop it with a savepoint, add it to the configuration key \`retire\``,
  ];
  expect(ofStore(preview).sort()).toEqual(words);
  expect(ofStore(up).sort()).toEqual(words);
  expect(preview.text).toMatch(/warning: store: retain-left/u);
  const next = await story.step(3);
  expect(next.preview.text).toMatch(/retain-gone\s+delete/u);
  const removed =
    "store: retain-gone: its manifest was removed: it is stopped with a savepoint; its record stays, and if the manifest comes back it resumes from there";
  for (const ran of [next.preview, next.up]) expect(ofStore(ran).sort()).toEqual([...words, removed].sort());
  expect(await story.flink.state(gone?.jid ?? "")).toBe("FINISHED");
  for (const job of [left, shared]) expect(await story.flink.state(job?.jid ?? "")).toBe("RUNNING");
});

test("A record that is named in `retire` is stopped with a savepoint, and nothing is said of it afterwards.", async () => {
  const left = await story.flink.one("retain-left");
  await story.configure({ retire: ["retain-left", "nobody"] });
  const preview = await story.preview();
  ok(preview);
  const words = `store: retain-left: retired: it is RUNNING as ${left.jid}; it is stopped with a savepoint, and its record becomes a tombstone`;
  expect(ofStore(preview)).toContain(words);
  expect(await story.flink.state(left.jid)).toBe("RUNNING");
  const up = await story.up();
  ok(up);
  expect(ofStore(up)).toContain(words);
  expect(await story.flink.state(left.jid)).toBe("FINISHED");
  const { deployment } = parse(await readFile(store("manifests", "retain-left.yaml"), "utf8"));
  expect(deployment.status).toBe("deleted");
  expect((await stat(join(deployment.savepoint.path.replace(/^file:/u, ""), "_metadata"))).size).toBeGreaterThan(0);
  const after = await story.preview();
  expect(after.text).not.toContain("retain-left");
  expect(after.text).toMatch(/Resources:\n\s+\d+ unchanged/u);
});

test("A name in `retire` that has a manifest is an error before anything happens.", async () => {
  await story.configure({ retire: [JOB] });
  const { code, text } = await story.preview();
  expect(code).not.toBe(0);
  expect(text).toContain(`retire: ${JOB} cannot be retired: there is a manifest`);
  // Without a preview it comes before the first resource too.
  const up = await story.up();
  expect(up.code).not.toBe(0);
  expect(up.text).toContain(`retire: ${JOB} cannot be retired: there is a manifest`);
  expect(up.text).toContain("[config-invalid]");
  expect(up.text).not.toMatch(/unhandled exception|FlinkSqlJob/u);
  await story.configure({ retire: [] });
});

test("The preview lists what the update deletes, which is what nobody needs; the job goes on and resumes later.", async () => {
  // Version 3 dies and resumes, so it leaves incremental checkpoints behind; then version 4 replaces it, and restarts.
  const third = await running();
  await story.flink.awaitCheckpoints(third.flink.jid, 2);
  await story.flink.cancel(third.flink.jid);
  ok(await story.up());
  await story.step(4);
  await story.flink.awaitCheckpoints((await running()).flink.jid, 2);
  for (const description of ["a", "b"]) {
    await writeFile(
      join(story.folder, "manifests", "orders.yaml"),
      `${await readFile(join("test/e2e/stories/retain/4/orders.yaml"), "utf8")}description: ${description}\n`,
    );
    ok(await story.up());
  }
  const { flink, record } = await running();
  await story.flink.awaitCheckpoints(flink.jid, 2);
  await age(30, flink.jid);
  const before = await stateDirectories();
  const of = (kind: string, version: number) => before.filter((path) => path.startsWith(`${kind}/${JOB}/${version}/`));

  expect(ofStore(await story.preview()).filter((line) => line.includes("old state"))).toEqual([]);
  await story.configure(RETAIN);
  const preview = await story.preview();
  ok(preview);
  const listed = pathsIn(preview);
  expect(await stateDirectories()).toEqual(before);

  const last = [of("savepoints", 3).at(-1), record.startedFrom?.replace(/^file:\/*/u, "/").slice(store().length + 1)];
  const expected = before.filter(
    (path) =>
      path.startsWith(`checkpoints/${JOB}/3/`) ||
      /^(checkpoints|savepoints)\/retain-orders\/[12]\//u.test(path) ||
      (path.startsWith(`savepoints/${JOB}/4/`) && !last.includes(path)),
  );
  expect(of("checkpoints", 3).length).toBeGreaterThan(0);
  expect(of("savepoints", 4).length).toBe(2);
  expect(listed.sort(), preview.text).toEqual(expected.sort());

  const up = await story.up();
  ok(up);
  expect(up.text).toMatch(/store: retain-orders: deleted \d+ old states, .* \(retain: 1 version, 7 days\)/u);
  const inUse = (path: string) => !path.startsWith(`checkpoints/${JOB}/4/`);
  expect((await stateDirectories()).filter(inUse)).toEqual(
    before.filter((path) => !listed.includes(path)).filter(inUse),
  );
  expect(ofStore(await story.preview()).filter((line) => line.includes("old state"))).toEqual([]);

  const still = await running();
  expect(still.flink.jid).toBe(flink.jid);
  await story.flink.awaitCheckpoints(flink.jid, (await story.flink.checkpoints(flink.jid)).counts.completed + 1);
  await story.flink.cancel(flink.jid);
  const resumed = await story.again();
  expect(resumed.preview.lines[JOB]).toMatch(/^resume from chk-\d+, N s old, version 4 stays; it is CANCELED$/u);
  const now = await running();
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/checkpoints/${JOB}/4/${flink.jid}/chk-`);
});
