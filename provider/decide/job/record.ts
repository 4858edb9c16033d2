/** What the store remembers of a job, as the deciding code sees it; remember/job-record.ts has its form as a file. */

import type { Place } from "../cluster/place.js";
import type { MetadataColumns } from "../sql/metadata-columns.js";
import type { QueryMeta } from "../sql/statements.js";
import type { CarriedOut } from "./choices.js";
import { type Manifest, sourceOf } from "./manifest.js";
import type { StateDirectories } from "./properties.js";

/** A saved state of a job: where it lies and how old it is. */
export interface StateRef {
  readonly kind: "savepoint" | "checkpoint";
  /** As Flink names it; without `/_metadata`. */
  readonly path: string;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** Size of the state, where it is known. */
  readonly bytes?: number | undefined;
  /** The job was drained into it: its windows are closed, so that going on from it is no matter of course. */
  readonly drained?: true | undefined;
}

/** One start of one version: all that is needed to start it again. */
export interface Deployment {
  readonly manifest: Manifest;
  readonly meta: QueryMeta;
  /** Statements of the definitions with secret parameters still as `{key}`; undefined where the old tool wrote the record. */
  readonly definitions: readonly string[] | undefined;
  /** The definitions before public parameters are put in, by which stacks are compared; older records have none. */
  readonly templates?: readonly string[] | undefined;
  readonly metadataColumns: MetadataColumns | undefined;
  /** Tells a changed secret without telling the secret; undefined where there is none. */
  readonly secrets: SecretDigest | undefined;
  readonly directories: StateDirectories;
  /** Path → digest of the files that it took along; undefined where there were none. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Flink's job id; undefined where the old tool wrote the record. */
  readonly jobId: string | undefined;
  /** The cluster that it was started on; older records do not say. */
  readonly cluster?: Place | undefined;
  /** State that it was started from; null for a clean start, undefined where that is not known. */
  readonly startedFrom: string | null | undefined;
  /** Where a person chose `startedFrom`: states from before this time (milliseconds since 1970) do not count any more. */
  readonly since?: number | undefined;
}

export interface SecretDigest {
  /** Both in hexadecimal digits. */
  readonly salt: string;
  readonly digest: string;
}

/** - `running`: deployed, and should run · `stopped`: by us, with a savepoint, and should run again
 *  - `finished`: came to its end by itself · `deleted`: a tombstone; the manifest went away */
export type RecordStatus = "running" | "stopped" | "finished" | "deleted";

/** Written before a running job is touched, removed when all is done; what is left of it tells where a crash happened. */
export interface Intent {
  readonly action: string;
  /** The stop with savepoint of the current job, which can be asked for by this id. */
  readonly stopping: { readonly jobId: string; readonly triggerId: string } | undefined;
  /** What is to be started; its job id is fixed before the start, so that it can be found after a crash. */
  readonly next: Deployment | undefined;
  /** What submits `next`: a gateway's session, or a runner's process (`runner:<host>`, and `<pid> <start time>`). */
  readonly session: { readonly gatewayUrl: string; readonly handle: string } | undefined;
  /** Longest time for a start when it was written, by which a start that may still come is waited for; older records do not say. */
  readonly startSeconds?: number | undefined;
  /** Parts of the choice that are carried out once `next` has started. */
  readonly choices?: readonly CarriedOut[] | undefined;
  /** Steps of the plan that were done by then, of all; older records do not say. */
  readonly applied?: number | undefined;
  readonly total?: number | undefined;
}

/** A version that was replaced: nothing of it runs, its last savepoint stays. */
export interface PastVersion {
  readonly version: number;
  readonly queryId: string;
  readonly savepoint: string | undefined;
  /** UTC, ISO 8601. */
  readonly endedAt: string;
}

export interface JobRecord {
  readonly status: RecordStatus;
  readonly current: Deployment;
  /** The savepoint taken when the current version was last stopped; undefined while it runs. */
  readonly savepoint: StateRef | undefined;
  /** The Pulumi resource that the job belongs to; undefined where the old tool wrote the record. */
  readonly resourceId: string | undefined;
  /** The stack that deployed it last, `project/stack`; older records do not say. */
  readonly owner?: string | undefined;
  readonly intent: Intent | undefined;
  readonly past: readonly PastVersion[];
  /** Flink's ids of earlier starts, newest last: by these a second copy is known to be ours. */
  readonly starts?: readonly string[] | undefined;
  /** Parts of the choice that were carried out and are still in the configuration. */
  readonly choices?: readonly CarriedOut[] | undefined;
  /** Flink options as the file's classic part has them: flink-sql-runner takes `4` and `'4'` for two values. */
  readonly classicProperties?: Readonly<Record<string, unknown>>;
  /** Its current version came to its end by itself, whatever became of the record since. */
  readonly hasFinished?: true | undefined;
  /** Who wrote it and when, for the message of a conflict. */
  readonly written: { readonly by: string; readonly at: string } | undefined;
}

/** The deployment that a record is about: a start that was prepared, went through, and was not written down any more. */
export function settledRecord(record: JobRecord, hasStarted: (jobId: string) => boolean, now: string): JobRecord {
  const next = record.intent?.next;
  if (!next?.jobId || !hasStarted(next.jobId)) return record;
  return { ...deployed(record, next, now), ...withChoices(record.intent?.choices) };
}

/** So many earlier starts are remembered. */
const STARTS = 20;

/** The ids of earlier starts after `next` came; what an unfinished deployment meant to start may have started too. */
function earlierStarts(record: JobRecord | undefined, next: Deployment | undefined): readonly string[] {
  const before = [...(record?.starts ?? []), record?.current.jobId, record?.intent?.next?.jobId];
  const ids = before.flatMap((jobId) => (jobId === undefined || jobId === next?.jobId ? [] : [jobId]));
  return [...new Set(ids)].slice(-STARTS);
}

/** Before an intent takes the place of another one, the start that this one meant is written down. */
export function withEarlierIntent(record: JobRecord): JobRecord {
  const starts = earlierStarts(record, record.current);
  return { ...record, ...(starts.length > 0 && { starts }) };
}

/** Its intent, where what was asked of that session does not come any more. */
export function withoutSession({ intent }: JobRecord): Intent | undefined {
  return intent && { ...intent, session: undefined };
}

/** No field at all where there are none: most records know no choice. */
export function withChoices(choices: readonly CarriedOut[] | undefined): { choices?: readonly CarriedOut[] } {
  return choices && choices.length > 0 ? { choices } : {};
}

/** The record after `next` took the place of what was current; the intent is left for the writer to remove. */
export function deployed(record: JobRecord | undefined, next: Deployment, now: string): JobRecord {
  const isNew = record !== undefined && record.current.meta.version !== next.meta.version;
  const replaced = { version: 0, queryId: "", savepoint: record?.savepoint?.path, endedAt: now };
  const past = isNew
    ? [...record.past, { ...replaced, version: record.current.meta.version, queryId: record.current.meta.queryId }]
    : (record?.past ?? []);
  const starts = earlierStarts(record, next);
  return {
    status: "running",
    current: next,
    savepoint: undefined,
    resourceId: record?.resourceId,
    ...(record?.owner !== undefined && { owner: record.owner }),
    intent: record?.intent,
    past,
    ...(starts.length > 0 && { starts }),
    ...withChoices(record?.choices),
    ...(record?.classicProperties && { classicProperties: record.classicProperties }),
    written: record?.written,
  };
}

/**
 * Versions never repeat, not even those that failed or were replaced: each has its own directories, and a state in them
 * must be of its own query. The start of a version that a crash cut short goes on under its number if the query is the same.
 */
export function nextVersion(record: JobRecord | undefined, source: string): number {
  if (!record) return 1;
  const { current, past, intent } = record;
  const begun = intent?.next && intent.next.meta.version > current.meta.version ? intent.next : undefined;
  if (begun && sourceOf(begun.manifest) === source) return begun.meta.version;
  const used = [current.meta.version, ...past.map(({ version }) => version), begun?.meta.version ?? 0];
  return Math.max(...used) + 1;
}

/** A version whose start failed is used up. */
export function withFailedVersion(record: JobRecord, failed: Deployment, now: string): JobRecord {
  const { version, queryId } = failed.meta;
  if (version === record.current.meta.version) return record;
  return { ...record, past: [...record.past, { version, queryId, savepoint: undefined, endedAt: now }] };
}
