/** Which directories Flink made for a job's states, told from a listing of files; and what a state refers to. */

import {
  canonicalLocation,
  defaultCheckpointsDirectory,
  defaultSavepointsDirectory,
  join,
  versionDirectory,
} from "../job/naming.js";
import type { JobRecord } from "../job/record.js";

/** A file as a listing names it, in Flink's words: `s3://bucket/key`, `file:///path`. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970, UTC: when it was written. */
  readonly at: number;
}

/** A record, and all files below the places that `placesOf` names for it. */
export interface Holding {
  readonly name: string;
  readonly record: JobRecord;
  readonly files: readonly StoredFile[];
}

/** A directory that Flink made for one savepoint, or for the checkpoints of one start of a job. */
export interface StateDirectory {
  readonly job: string;
  readonly version: number;
  readonly kind: "savepoint" | "checkpoints";
  readonly path: string;
  /** Its last part: the savepoint's name, or Flink's job id. */
  readonly name: string;
  readonly bytes: number;
  /** Time of its newest file, in milliseconds since 1970. */
  readonly at: number;
  /** Time of its newest complete state; undefined in one that was never completed, or deleted by half. */
  readonly stateAt: number | undefined;
}

const SAVEPOINT = "savepoint-[0-9a-f]{6}-[0-9a-f]{12}";
const JOB_ID = "[0-9a-f]{32}";
const IN_VERSION = new RegExp(`^((0|[1-9]\\d*)/(${SAVEPOINT}|${JOB_ID}))(?:/.*|_\\$folder\\$)$`, "u");
const STATE = /^(.+\/(?:chk-\d+|savepoint-[^/]+))\/_metadata$/u;
const STATE_DIRECTORY = new RegExp(`/(?:${SAVEPOINT}|${JOB_ID})$`, "u");

/** The form of a directory that may be deleted as a whole; nothing else ever is. */
export function isStateDirectory(path: string): boolean {
  return STATE_DIRECTORY.test(path);
}

/** The store's own directories of a job, which hold `<version>/<what Flink made>` and nothing of another job. */
export function rootsOf(name: string, store: string): string[] {
  return [defaultCheckpointsDirectory(store, name), defaultSavepointsDirectory(store, name)].map(canonicalLocation);
}

/** Savepoints of past versions outside of the store: only those that the record names are known to be this job's. */
function savepointsElsewhere({ past }: JobRecord, roots: readonly string[]): { path: string; version: number }[] {
  return past.flatMap(({ savepoint, version }) => {
    const path = canonicalLocation(savepoint ?? "");
    const isNamed = new RegExp(`/${version}/${SAVEPOINT}$`, "u").test(path);
    return isNamed && !roots.some((root) => isWithin(path, root)) ? [{ path, version }] : [];
  });
}

/** Directories of one job of which all files must be known: where something may be deleted, and where its states lie. */
export function placesOf(name: string, record: JobRecord, store: string): string[] {
  const roots = rootsOf(name, store);
  const { meta, directories } = record.current;
  const own = [directories.checkpoints, directories.savepoints]
    .map((directory) => canonicalLocation(versionDirectory(directory, meta.version)))
    .filter((place) => !roots.some((root) => isWithin(place, root)));
  return [...new Set([...roots, ...own, ...savepointsElsewhere(record, roots).map(({ path }) => path)])];
}

/** Directories that Flink made for a job, of all versions, the oldest version first. */
export function directoriesOf({ name, record, files }: Holding, store: string): StateDirectory[] {
  const roots = rootsOf(name, store);
  const elsewhere = savepointsElsewhere(record, roots);
  const found = new Map<string, StateDirectory>();
  for (const [path, file] of new Map(files.map((listed) => [canonicalLocation(listed.path), listed]))) {
    const place = placeOf(path, roots) ?? elsewhere.find((savepoint) => isWithin(path, savepoint.path));
    if (!place) continue;
    const last = place.path.slice(place.path.lastIndexOf("/") + 1);
    const kind = last.startsWith("savepoint-") ? "savepoint" : "checkpoints";
    const known = found.get(place.path) ?? {
      job: name,
      ...place,
      kind,
      name: last,
      bytes: 0,
      at: 0,
      stateAt: undefined,
    };
    const stateAt = stateOf(file) === undefined ? known.stateAt : Math.max(known.stateAt ?? 0, file.at);
    found.set(place.path, { ...known, bytes: known.bytes + file.bytes, at: Math.max(known.at, file.at), stateAt });
  }
  return [...found.values()].sort((a, b) => a.version - b.version || a.at - b.at);
}

function placeOf(path: string, roots: readonly string[]): { path: string; version: number } | undefined {
  const root = roots.find((candidate) => path.startsWith(`${candidate}/`));
  const [, below, version] = root === undefined ? [] : (IN_VERSION.exec(path.slice(root.length + 1)) ?? []);
  return root === undefined || below === undefined ? undefined : { path: join(root, below), version: Number(version) };
}

/** The path of the state that a file makes complete. */
export function stateOf({ path, bytes }: StoredFile): string | undefined {
  return bytes > 0 ? STATE.exec(canonicalLocation(path))?.[1] : undefined;
}

/** The place itself, or below it; both in their canonical form. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/**
 * Names of state directories in a `_metadata` file. Flink writes the full path of each file that lies outside of the
 * checkpoint's own folder: those of incremental state, of this start of the job or (claim mode CLAIM) of one before.
 */
export function mentionedIn(metadata: Uint8Array): ReadonlySet<string> {
  const text = Buffer.from(metadata.buffer, metadata.byteOffset, metadata.byteLength).toString("latin1");
  const found = new Set([...text.matchAll(new RegExp(SAVEPOINT, "gu"))].map(([name]) => name));
  // What stands before or after an id could by chance be a hexadecimal digit too.
  for (const [digits] of text.matchAll(new RegExp(`${JOB_ID}[0-9a-f]*`, "gu")))
    for (let start = 0; start + 32 <= digits.length; start++) found.add(digits.slice(start, start + 32));
  return found;
}
