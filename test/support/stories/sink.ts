/** Rows of a filesystem sink with JSON lines. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../until.js";

export type Row = Readonly<{ [column: string]: unknown }>;

/** Rows of the files that the sink has committed; those still hidden are left out. `known`: files that were read before. */
export async function committedRows(folder: string, known = new Map<string, readonly Row[]>()): Promise<Row[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith("part-"));
  const fresh = names.map((name) => join(folder, name)).filter((file) => !known.has(file));
  await Promise.all(fresh.map(async (file) => known.set(file, parsed(await readText(file)))));
  return [...known].flatMap(([file, rows]) => (file.startsWith(`${folder}/`) ? rows : []));
}

/** All rows on disk, those of files in progress too; the last line of such a file may not be whole yet. */
export async function visibleRows(folder: string): Promise<Row[]> {
  return rowsOf(folder, (name) => /^\.?part-/u.test(name));
}

/** Waits until so many more rows are visible than were when it was asked. */
export async function awaitMoreRows(folder: string, more: number): Promise<void> {
  const before = (await visibleRows(folder)).length;
  await until(`${more} more rows`, 120, async () =>
    (await visibleRows(folder)).length >= before + more ? true : undefined,
  );
}

async function rowsOf(folder: string, isWanted: (name: string) => boolean): Promise<Row[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.filter(isWanted).map((name) => readText(join(folder, name))));
  return texts.flatMap(parsed);
}

/** JSON lines; what follows the last line break is not whole yet. */
export function parsed(text: string): Row[] {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
}

/** A file may be committed under another name between the listing and now. */
async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

/** Numbers that are missing from 1 to `end`, and those that are there more than once. */
export function gapsAndRepeats(
  rows: readonly Row[],
  column: string,
  end: number,
): { missing: number; repeated: number } {
  const seen = new Set(rows.map((row) => row[column]));
  const expected = Array.from({ length: end }, (_, i) => i + 1);
  return { missing: expected.filter((n) => !seen.has(n)).length, repeated: rows.length - seen.size };
}
