/** Where records and state live: one interface, one adapter for each kind of place. */

import { UserError } from "../core/errors.js";
import type { JobRecord, StateRef } from "../core/record.js";
import { isStateDirectory, type StoredFile } from "../core/state-directories.js";

/** A record and the mark of the version that was read; a write with that mark fails if somebody else wrote since. */
export interface Stored {
  readonly record: JobRecord;
  readonly mark: string;
}

export interface Store {
  /** As configured: `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string;
  /** Undefined when there is no record; throws store-unreachable where that cannot be told, record-invalid if damaged. */
  read(job: string): Promise<Stored | undefined>;
  /** Writes if the stored record is still the one with `mark` (undefined: none); else throws record-conflict. */
  write(job: string, record: JobRecord, mark: string | undefined): Promise<string>;
  /** Names of all jobs that have a record. */
  list(): Promise<readonly string[]>;
  /** Complete savepoints and checkpoints below a directory, oldest first. */
  states(directory: string): Promise<readonly StateRef[]>;
  /** All files below a directory; none where there is no such directory. */
  files(directory: string): Promise<readonly StoredFile[]>;
  /** A file's bytes, for one that fits into memory; undefined where there is no such file. */
  content(path: string): Promise<Uint8Array | undefined>;
  /** Deletes the directory of one savepoint, or of the checkpoints of one start, with all below it. Safe to repeat. */
  remove(directory: string): Promise<void>;
}

/** The error of whoever comes second. */
export function recordConflict(job: string, other: JobRecord | undefined): UserError {
  const who = other?.written
    ? `${other.written.by} wrote it at ${other.written.at}`
    : "somebody else wrote or removed it";
  return new UserError("record-conflict", {
    what: `${job}: its record in the store changed while this deployment worked on it`,
    cause: who,
    fix: "wait until the other deployment has finished, then run `pulumi up` again; it continues from what is there",
  });
}

/** Order of states; two checkpoints of one moment are told apart by their number. */
export function oldestFirst(a: StateRef, b: StateRef): number {
  return a.at - b.at || checkpointNumber(a) - checkpointNumber(b);
}

function checkpointNumber({ path }: StateRef): number {
  return Number(/chk-(\d+)$/u.exec(path)?.[1] ?? 0);
}

/** What is deleted first, and what only once that is gone: a state that lost a part of it must not look complete. */
export function metadataAndRest(files: readonly StoredFile[]): [metadata: StoredFile[], rest: StoredFile[]] {
  const isMetadata = ({ path }: StoredFile) => path.endsWith("/_metadata");
  return [files.filter(isMetadata), files.filter((file) => !isMetadata(file))];
}

/** The directory itself; a mistake elsewhere must never delete more than what Flink made for one state. */
export function stateDirectory(directory: string): string {
  if (!isStateDirectory(directory)) throw new Error(`${directory} is not the directory of a state; it is not deleted`);
  return directory;
}
