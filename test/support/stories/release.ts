/** What a release wrote, as test/fixtures keeps it: Pulumi's state, the store's records, and how each job was started. */

import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Flink } from "../clusters/flink.js";
import { runByHand } from "./by-hand.js";
import type { Stack } from "./pulumi.js";
import type { Story } from "./story.js";

const FIXTURES = "test/fixtures";

/** Value of the one secret parameter. */
export const PASSWORD = "open-sesame";

export function stackOf(story: Story): Stack {
  return { name: basename(story.local), folder: join(story.folder, "pulumi") };
}

/** Placeholder → what stands there in a story of one's own. */
export type Places = Readonly<{ [name: string]: string }>;

/** Ids and times stay what they were: a start may choose its id, and a record is as old as it is. */
export function placesOf(story: Story): Places {
  return {
    folder: story.folder,
    stack: stackOf(story).name,
    restUrl: inject("restUrl"),
    gatewayUrl: inject("gatewayUrl"),
    flinkHome: inject("flinkHome"),
    python: inject("python"),
    project: process.cwd(),
    writer: `${userInfo().username}@${hostname()}`,
    // The name alone may be a word that stands elsewhere too.
    host: `host: ${hostname()}`,
  };
}

/** The text with `{{name}}` in place of all that is of one machine. Longer texts come first: one may be a part of another. */
export function withoutPlaces(text: string, places: Places): string {
  const found = Object.entries(places).sort(([, a], [, b]) => b.length - a.length);
  return found.reduce((rest, [name, value]) => rest.replaceAll(value, `{{${name}}}`), text);
}

export function withPlaces(text: string, places: Places): string {
  return text.replaceAll(/\{\{(\w+)\}\}/gu, (whole, name: string) => places[name] ?? whole);
}

/** Folders of all releases that are kept, the newest last. */
export async function releases(): Promise<string[]> {
  const names = (await readdir(FIXTURES)).filter((name) => name.startsWith("release-"));
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).map((name) => join(FIXTURES, name));
}

/** Folder for what the release of this version wrote. */
export const folderOf = (version: string) => join(FIXTURES, `release-${version}`);

/** Texts of the records, by the names of their jobs; `at-work`: as they were in the middle of a change. */
export async function recordsOf(
  release: string,
  places: Places,
  which: "records" | "at-work" = "records",
): Promise<ReadonlyMap<string, string>> {
  const folder = join(release, which);
  const texts = (await readdir(folder)).sort().map(async (file) => {
    const text = withPlaces(await readFile(join(folder, file), "utf8"), places);
    return [basename(file, ".yaml"), text] as const;
  });
  return new Map(await Promise.all(texts));
}

/** Puts the records into the story's store. */
export async function placeRecords(story: Story, records: ReadonlyMap<string, string>): Promise<void> {
  const folder = join(fileURLToPath(story.store), "manifests");
  await mkdir(folder, { recursive: true });
  for (const [job, text] of records) await writeFile(join(folder, `${job}.yaml`), text);
}

/** How a release had Flink start a job: what it sent to the SQL Gateway, but for the id and the state of the start. */
export const Starts = z.record(
  z.string(),
  z.object({ options: z.record(z.string(), z.string()), statements: z.array(z.string()) }),
);
export type Starts = z.infer<typeof Starts>;

/** The part of a record that says which Flink jobs it is about. */
const Told = z.object({
  deployment: z.object({
    status: z.string(),
    current: z.object({ "job-id": z.string(), "started-from": z.string().nullable() }),
    savepoint: z.object({ path: z.string() }).optional(),
    starts: z.array(z.string()).optional(),
  }),
});

/** Makes of a record what it tells: the job runs under that id, from that state; or it was stopped with that savepoint. */
export async function reenact(text: string, start: Starts[string], flink: Flink): Promise<void> {
  const { status, current, savepoint, starts } = Told.parse(parse(text)).deployment;
  const { "job-id": jobId, "started-from": from } = current;
  const begin = (id: string, path: string | null) => {
    const options = {
      ...start.options,
      "$internal.pipeline.job-id": id,
      ...(path !== null && { "execution.state-recovery.path": path }),
    };
    return runByHand(inject("gatewayUrl"), flink.restUrl, options, start.statements);
  };
  const stopAt = async (id: string, path: string) => {
    const made = await flink.stop(id, dirname(path));
    // Flink alone chooses how a savepoint is called; what it holds does not depend on that.
    await rename(fileURLToPath(made), fileURLToPath(path));
  };
  const [earlier] = starts?.slice(-1) ?? [];
  if (from !== null && earlier !== undefined) {
    await begin(earlier, null);
    await flink.awaitCheckpoints(earlier, 2);
    await stopAt(earlier, from);
  }
  await begin(jobId, from);
  await flink.awaitCheckpoints(jobId);
  if (status === "stopped" && savepoint) await stopAt(jobId, savepoint.path);
}
