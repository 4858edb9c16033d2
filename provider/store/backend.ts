/** What a store consists of: one interface, one adapter for each kind of place. */

import { isStateDirectory, type StateRef, type StoredFile } from "../decide/index.js";

/** A record's text and the mark of the version that was read. */
export interface MarkedText {
  readonly text: string;
  readonly mark: string;
}

/** Savepoints and checkpoints as files. */
export interface StateFiles {
  /** Complete savepoints and checkpoints below a directory, oldest first. */
  states(directory: string): Promise<readonly StateRef[]>;
  /** All files below a directory; none where there is no such directory. */
  files(directory: string): Promise<readonly StoredFile[]>;
  /** A file's bytes, for one that fits into memory; undefined where there is no such file. */
  content(path: string): Promise<Uint8Array | undefined>;
  /** Deletes the directory of one savepoint, or of the checkpoints of one start, with all below it. Safe to repeat. */
  remove(directory: string): Promise<void>;
}

/** Where a store is: a folder or a bucket, which knows texts and files, and nothing of what they say. */
export interface Backend extends StateFiles {
  /** As configured: `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string;
  /** The text of a job's record, undefined when there is none; throws store-unreachable where that cannot be told. */
  read(job: string): Promise<MarkedText | undefined>;
  /** Writes if the stored text is still the one with `mark` (undefined: none), and gives its mark; else throws TextMoved. */
  write(job: string, text: string, mark: string | undefined): Promise<string>;
  /** Names of all jobs that have a record. */
  list(): Promise<readonly string[]>;
}

/** Somebody else has written or removed the text since it was read. */
export class TextMoved extends Error {
  /** `now`: the text that is there instead; undefined where there is none. */
  constructor(readonly now: string | undefined) {
    super("the stored text is another one than the one that was read");
  }
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
