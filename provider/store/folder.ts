/** Files of a folder on this machine: listed, read, deleted. */

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalLocation, MOST_BYTES, reasonOf, type StoredFile, UserError } from "../decide/index.js";
import { metadataAndRest, stateDirectory, TextMoved } from "./backend.js";

/** All files below a folder; what is deleted meanwhile is left out. */
export function storedFilesBelow(directory: string): Promise<readonly StoredFile[]> {
  return storeAnswers(directory, async () => {
    const found: StoredFile[] = [];
    await collect(canonicalLocation(directory), found);
    return found;
  });
}

async function collect(folder: string, found: StoredFile[]): Promise<void> {
  for (const entry of await unlessMissing(() => readdir(folder, { withFileTypes: true }), [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await collect(path, found);
    else {
      const seen = await unlessMissing(() => stat(path), undefined);
      if (seen) found.push({ path: `file://${path}`, bytes: seen.size, at: Math.round(seen.mtimeMs) });
    }
  }
}

/** Undefined where there is no such file. */
export function contentOf(path: string): Promise<Uint8Array | undefined> {
  const file = canonicalLocation(path);
  return storeAnswers(path, () =>
    unlessMissing(async () => {
      await plainFile(file, MOST_BYTES);
      return readFile(file);
    }, undefined),
  );
}

/** Deletes a state's folder; one that is gone already is no error. */
export function removeFolder(directory: string): Promise<void> {
  return storeAnswers(directory, async () => {
    const folder = canonicalLocation(stateDirectory(directory));
    const found: StoredFile[] = [];
    await collect(folder, found);
    const [metadata] = metadataAndRest(found);
    for (const { path } of metadata) await rm(canonicalLocation(path), { force: true });
    await rm(folder, { recursive: true, force: true });
  });
}

/** Throws where a path leads to a pipe, a socket or a device, which a reader waits for without end, or to too much. */
export async function plainFile(file: string, most: number): Promise<void> {
  const seen = await stat(file);
  if (!seen.isFile()) throw new Error(`${file} is not a regular file`);
  if (seen.size > most) throw new Error(`${file} has ${seen.size} bytes; at most ${most} are read`);
}

/** A disk that is away, such as a network folder, may answer nothing at all. */
const LIMIT_MS = 120_000;

async function withinLimit<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer of the file system within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Turns what the file system says into one error that names the place. */
export async function storeAnswers<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await withinLimit(work);
  } catch (error) {
    if (error instanceof UserError || error instanceof TextMoved) throw error;
    throw new UserError("store-unreachable", {
      what: `the store ${url} cannot be used`,
      cause: reasonOf(error),
      fix: "check that the folder exists and may be written, or set the configuration key `store`",
    });
  }
}

export async function unlessMissing<T, D>(work: () => Promise<T>, missing: D): Promise<T | D> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return missing;
    throw error;
  }
}
