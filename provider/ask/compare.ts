/** Asks the store of another stack what that stack runs; whatever goes wrong there is a remark and never a failure. */

import { type Desired, type JobRecord, onlyThereWords, promotionWords, reasonOf, UserError } from "../decide/index.js";
import { openStore } from "../remember/index.js";

export interface Other {
  readonly stack: string;
  /** Address of its store. */
  readonly store: string;
}

/** A preview does not wait longer for a store that it could do without. */
const LIMIT_MS = 10_000;

/** One listing for each store and process, so that a store which is away is waited for once, and said to be away once. */
const listings = new Map<string, Promise<readonly string[] | NothingToCompare>>();

/** A store that cannot be read, or has no record: maybe it is not the one that was meant. */
class NothingToCompare {
  private isTold = false;
  constructor(private readonly words: string) {}

  /** Why there is nothing, for the first who asks. */
  tellOnce(): string | undefined {
    if (this.isTold) return undefined;
    this.isTold = true;
    return this.words;
  }
}

/** What there is to be said beside the plan of a job, or of the cluster. */
export interface Comparison {
  readonly words: string;
  readonly severity: "info" | "warning";
}

/** Compares one job with the record that the other stack has of it. */
export async function compareJob(other: Other, desired: Desired): Promise<Comparison | undefined> {
  const name = desired.manifest.name;
  const names = await namesIn(other);
  if (names instanceof NothingToCompare) return warning(names.tellOnce());
  try {
    const record = names.includes(name) ? await readFrom(other, name) : undefined;
    return { words: promotionWords(other.stack, desired, record), severity: "info" };
  } catch (error) {
    return warning(unreadableWords(other, error));
  }
}

/** Names the jobs that the other stack has and this one does not; undefined where there are none. */
export async function compareNames(other: Other, own: readonly string[]): Promise<Comparison | undefined> {
  const names = await namesIn(other);
  if (names instanceof NothingToCompare) return warning(names.tellOnce());
  const strangers = names.filter((name) => !own.includes(name));
  const found = await Promise.all(strangers.map((name) => isThere(other, name)));
  return warning(
    onlyThereWords(
      other.stack,
      strangers.filter((_, i) => found[i]),
    ),
  );
}

/** A tombstone is no job. A record that cannot be read is one of a job, as far as anybody can tell. */
async function isThere(other: Other, name: string): Promise<boolean> {
  try {
    const record = await readFrom(other, name);
    return record !== undefined && record.status !== "deleted";
  } catch {
    return true;
  }
}

function warning(words: string | undefined): Comparison | undefined {
  return words === undefined ? undefined : { words, severity: "warning" };
}

function namesIn(other: Other): Promise<readonly string[] | NothingToCompare> {
  const known = listings.get(other.store);
  if (known) return known;
  const listing = within(() => openStore(other.store).list()).then(
    (names) => (names.length > 0 ? names : new NothingToCompare(emptyWords(other))),
    (error: unknown) => new NothingToCompare(unreadableWords(other, error)),
  );
  listings.set(other.store, listing);
  return listing;
}

async function readFrom(other: Other, name: string): Promise<JobRecord | undefined> {
  return (await within(() => openStore(other.store).read(name)))?.record;
}

function emptyWords({ stack, store }: Other): string {
  return `${stack} has no records at ${store}, so no job is compared with it; is the configuration key \`compareWith\` right?`;
}

function unreadableWords({ stack }: Other, error: unknown): string {
  if (!(error instanceof UserError)) return `${stack} cannot be read: ${reasonOf(error)}`;
  if (error.code === "record-invalid") return `${stack} cannot be read: its record of this job is damaged`;
  const { what, cause } = error.parts;
  const reason = (cause ?? what).split("\n")[0] ?? "";
  return `${stack} cannot be read: ${reason.replace(/^Error: /u, "")}`;
}

async function within<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
