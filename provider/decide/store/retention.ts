/** Decides which old savepoints and checkpoints may be deleted; whatever is in doubt stays. */

import { canonicalLocation } from "../job/naming.js";
import type { JobRecord } from "../job/record.js";
import { directoriesOf, type Holding, isWithin, rootsOf, type StateDirectory, stateOf } from "./state-directories.js";

export interface RetentionRule {
  /** Of so many past versions the last state stays. */
  readonly versions: number;
  /** Nothing younger than this is deleted. */
  readonly days: number;
}

/** Everything that the decision depends on. */
export interface Holdings {
  readonly rule: RetentionRule;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Address of the store. */
  readonly store: string;
  /** Jobs of which states may be deleted: those that the stack has a manifest for. */
  readonly managed: ReadonlySet<string>;
  /** All jobs that have a record, those of other stacks too: what they need stays. */
  readonly jobs: readonly Holding[];
  /** Flink's ids of the jobs that have not ended. */
  readonly alive: ReadonlySet<string>;
  /** States that those jobs were started from, as Flink tells. */
  readonly restoredFrom: readonly string[];
  /** Path of a complete state → what its `_metadata` mentions. */
  readonly mentions: ReadonlyMap<string, ReadonlySet<string>>;
}

/** `read`: nothing can be said before the `_metadata` of these states was looked into. */
export type Retention =
  | { readonly do: "read"; readonly states: readonly string[] }
  | { readonly do: "delete"; readonly directories: readonly StateDirectory[] };

const DAY_MS = 86_400_000;

/** What may be deleted: what is old enough and needed by nobody, and is not mentioned by a state that stays. */
export function retention(holdings: Holdings): Retention {
  const states = [...new Set(holdings.jobs.flatMap(({ files }) => files.flatMap((file) => stateOf(file) ?? [])))];
  let doomed = holdings.jobs.flatMap((job) => outlived(job, holdings));
  for (;;) {
    if (doomed.length === 0) return { do: "delete", directories: [] };
    const staying = states.filter((state) => !doomed.some(({ path }) => isWithin(state, path)));
    const unread = staying.filter((state) => !holdings.mentions.has(state));
    if (unread.length > 0) return { do: "read", states: unread };
    const mentioned = new Set(staying.flatMap((state) => [...(holdings.mentions.get(state) ?? [])]));
    const left = doomed.filter(({ name }) => !mentioned.has(name));
    if (left.length === doomed.length) return { do: "delete", directories: doomed };
    // What stays because it was mentioned may mention more.
    doomed = left;
  }
}

/**
 * - `current`: what the record is about; its checkpoints are never touched
 * - `recent`: replaced less than `days` ago; treated as when it was current, so that the update in which it is replaced
 *   deletes no more than was said before
 * - `kept`: one of the last `versions` before those; its last state stays
 * - `outlived`: older than that
 */
type Role = "current" | "recent" | "kept" | "outlived";

function outlived(job: Holding, holdings: Holdings): StateDirectory[] {
  const { name, record } = job;
  // An intent is left where a deployment was killed: what it names is not known before the next one has gone through.
  if (!holdings.managed.has(name) || record.intent) return [];
  const shared = sharedRoots(name, holdings);
  const directories = directoriesOf(job, holdings.store).filter(
    ({ path }) => !shared.some((root) => isWithin(path, root)),
  );
  const before = holdings.now - holdings.rule.days * DAY_MS;
  const roles = rolesOf(record, directories, holdings.rule.versions, before);
  const needed = [...neededPaths(name, holdings), ...keptSavepoints(record, roles)].map(canonicalLocation);
  return directories.filter((directory) => {
    const role = roles.get(directory.version);
    if (role === undefined || directory.at > before || holdings.alive.has(directory.name)) return false;
    if (needed.some((path) => isWithin(path, directory.path))) return false;
    if (directory.kind === "checkpoints" && (role === "current" || role === "recent")) return false;
    return role === "outlived" || !isLast(directory, directories, before);
  });
}

/** The store's directories of a job into which, or around which, another job's manifest puts its own state. */
function sharedRoots(name: string, { jobs, store }: Holdings): string[] {
  const others = jobs
    .filter((job) => job.name !== name)
    .flatMap(({ record }) => [record.current, ...(record.intent?.next ? [record.intent.next] : [])])
    .flatMap(({ directories }) => [directories.checkpoints, directories.savepoints])
    .map(canonicalLocation);
  return rootsOf(name, store).filter((root) => others.some((other) => isWithin(other, root) || isWithin(root, other)));
}

/** A version that failed to start has no state, and takes no place among the `versions`. */
function rolesOf(
  { current, past }: JobRecord,
  directories: readonly StateDirectory[],
  versions: number,
  before: number,
): ReadonlyMap<number, Role> {
  const roles = new Map<number, Role>();
  const isRecent = (endedAt: string) => !(Date.parse(endedAt) <= before);
  const withState = new Set(directories.filter(({ stateAt }) => stateAt !== undefined).map(({ version }) => version));
  for (const { version, endedAt } of past) if (isRecent(endedAt)) roles.set(version, "recent");
  let left = versions;
  for (const { version } of [...past].sort((a, b) => b.version - a.version)) {
    if (roles.has(version)) continue;
    roles.set(version, left > 0 ? "kept" : "outlived");
    if (withState.has(version)) left--;
  }
  return roles.set(current.meta.version, "current");
}

/** States that somebody may start from, or did. */
function neededPaths(name: string, { jobs, restoredFrom }: Holdings): string[] {
  const named = jobs.flatMap(({ name: other, record }) => [
    record.current.startedFrom,
    record.savepoint?.path,
    record.intent?.next?.startedFrom,
    ...(other === name ? [] : record.past.map(({ savepoint }) => savepoint)),
  ]);
  return [...restoredFrom, ...named.filter((path) => typeof path === "string")];
}

function keptSavepoints({ past }: JobRecord, roles: ReadonlyMap<number, Role>): string[] {
  return past.flatMap(({ version, savepoint }) => (savepoint && roles.get(version) !== "outlived" ? [savepoint] : []));
}

/** The newest state of its version, or the newest of its savepoints that are old enough: a younger one may be of today. */
function isLast(directory: StateDirectory, all: readonly StateDirectory[], before: number): boolean {
  if (directory.stateAt === undefined) return false;
  const complete = all.filter(({ version, stateAt }) => version === directory.version && stateAt !== undefined);
  const savepoints = complete.filter(({ kind, at }) => kind === "savepoint" && at <= before);
  return [newest(complete), newest(savepoints)].some((last) => last?.path === directory.path);
}

function newest(directories: readonly StateDirectory[]): StateDirectory | undefined {
  return directories.reduce<StateDirectory | undefined>(
    (last, next) => ((next.stateAt ?? 0) >= (last?.stateAt ?? 0) ? next : last),
    undefined,
  );
}
