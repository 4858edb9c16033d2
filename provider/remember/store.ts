/** What the store remembers of jobs: records, written only by whoever knows the last one, beside the states themselves. */

import { type JobRecord, UserError } from "../decide/index.js";
import { type Backend, FileBackend, isS3, S3Backend, type StateFiles, TextMoved } from "../store/index.js";
import { formatRecord, parseRecord } from "./job-record.js";

/** A record and the mark of the version that was read; a write with that mark fails if somebody else wrote since. */
export interface Stored {
  readonly record: JobRecord;
  readonly mark: string;
}

export interface Store extends StateFiles {
  /** As configured: `file:///dir` or `s3://bucket/prefix`. */
  readonly url: string;
  /** Undefined when there is no record; throws store-unreachable where that cannot be told, record-invalid if damaged. */
  read(job: string): Promise<Stored | undefined>;
  /** Writes if the stored record is still the one with `mark` (undefined: none); else throws record-conflict. */
  write(job: string, record: JobRecord, mark: string | undefined): Promise<string>;
  /** Names of all jobs that have a record. */
  list(): Promise<readonly string[]>;
}

const open = new Map<string, Store>();

/** One store for each address and process: its connections serve all jobs. Throws config-invalid. */
export function openStore(url: string): Store {
  const known = open.get(url);
  if (known) return known;
  const store = newStore(url);
  open.set(url, store);
  return store;
}

/** A store with connections of its own. Throws config-invalid. */
export function newStore(url: string): Store {
  const backend = backendOf(url);
  return { url, ...recordsIn(backend), ...statesAnywhere(backend) };
}

function backendOf(url: string): Backend {
  if (url.startsWith("file:///")) return new FileBackend(url);
  if (/^s3[an]?:\/\/[^/]/u.test(url)) return new S3Backend(url);
  throw new UserError("config-invalid", {
    what: `store: ${url} is not an address of a store`,
    fix: "set the configuration key `store` to s3://bucket/prefix, or to a folder (file:///dir, or a path relative to the project)",
  });
}

function recordsIn(backend: Backend): Pick<Store, "read" | "write" | "list"> {
  return {
    async read(job) {
      const found = await backend.read(job);
      return found && { record: parseRecord(job, found.text, backend.url), mark: found.mark };
    },
    async write(job, record, mark) {
      try {
        return await backend.write(job, formatRecord(record), mark);
      } catch (error) {
        if (!(error instanceof TextMoved)) throw error;
        throw recordConflict(job, error.now === undefined ? undefined : parseRecord(job, error.now, backend.url));
      }
    },
    list: () => backend.list(),
  };
}

/** A manifest may put its state elsewhere than the store: it is listed where it is. */
function statesAnywhere(backend: Backend): StateFiles {
  const folders = new FileBackend("file:///");
  const there = (place: string): Backend => {
    if (!isS3(place)) return folders;
    return backend instanceof S3Backend ? backend : new S3Backend(place);
  };
  return {
    states: (directory) => there(directory).states(directory),
    files: (directory) => there(directory).files(directory),
    content: (path) => there(path).content(path),
    remove: (directory) => there(directory).remove(directory),
  };
}

/** The error of whoever comes second. */
function recordConflict(job: string, other: JobRecord | undefined): UserError {
  const who = other?.written
    ? `${other.written.by} wrote it at ${other.written.at}`
    : "somebody else wrote or removed it";
  return new UserError("record-conflict", {
    what: `${job}: its record in the store changed while this deployment worked on it`,
    cause: who,
    fix: "wait until the other deployment has finished, then run `pulumi up` again; it continues from what is there",
  });
}
