/** The decision tree: what was observed and what is desired give a plan; nothing is asked or touched here. */

import { type Change, changesBetween, type Desired } from "./changes.js";
import { isClassic, runsCutShort, versionByState } from "./classic.js";
import { definitionChanges } from "./definitions.js";
import type { ErrorCode } from "./errors.js";
import { latestState, missingSavepoint } from "./latest-state.js";
import { sourceOf } from "./manifest.js";
import { isAlive, isStruggling, type JobDetail, type Observed, type ObservedJob } from "./observed.js";
import { type JobRecord, nextVersion, type StateRef } from "./record.js";

/** Where a start takes its state from. */
export type From = "clean" | "savepoint-just-taken" | StateRef;

export type Step =
  | { readonly do: "stop-with-savepoint"; readonly jobId: string }
  | { readonly do: "cancel"; readonly jobId: string }
  | { readonly do: "start"; readonly version: "same" | "next"; readonly from: From }
  | { readonly do: "record"; readonly status: "running" | "finished"; readonly jobId: string | undefined };

export type Action = "none" | "create" | "adopt" | "restart" | "replace" | "resume" | "finish";

export interface Decision {
  readonly action: Action;
  readonly version: number;
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
  /** Something to be told beside the plan. */
  readonly remark?: string | undefined;
  /** State that a new version leaves behind. */
  readonly leaves?: StateRef | undefined;
  readonly leavesVersion?: number | undefined;
}

export interface Refusal {
  readonly action: "refuse";
  readonly code: ErrorCode;
  readonly what: string;
  readonly fix: string;
}

export type Plan = Decision | Refusal;

export function planJob(desired: Desired, observed: Observed): Plan {
  const { record, job, namesakes } = observed;
  const name = desired.manifest.name;
  const stranger = namesakes[0];
  if (stranger) return planWithNamesakes(desired, observed, stranger);
  if (!record)
    return { action: "create", version: 1, changes: [], steps: [{ do: "start", version: "next", from: "clean" }] };
  const changes = changesBetween(record.current, desired);
  if (job?.status === "CANCELLING") return refuseCancelling(name, job);
  if (job && isAlive(job)) return planRunning(desired, observed, record, job, changes);
  if (hasFinished(record, job)) return planFinished(desired, record, job, changes);
  return planStopped(desired, observed, record, changes);
}

/** Jobs of this name that the record does not know: never start another one beside them. */
function planWithNamesakes(desired: Desired, observed: Observed, stranger: ObservedJob): Plan {
  const { record, job, namesakes } = observed;
  const name = desired.manifest.name;
  const adopted = namesakes.find(({ jobId }) => jobId === desired.adopt);
  if (adopted && namesakes.length === 1 && !(job && isAlive(job))) {
    const steps: Step[] = [{ do: "record", status: "running", jobId: adopted.jobId }];
    return { action: "adopt", version: record?.current.meta.version ?? 1, changes: [], steps };
  }
  const running = [...(job && isAlive(job) ? [job] : []), ...namesakes];
  const ids = running.map(({ jobId, status }) => `${jobId} (${status})`).join(", ");
  if (running.length > 1)
    return refuse(
      `${name}: ${running.length} jobs of this name run: ${ids}`,
      `cancel all but one of them${job ? `; the record names ${job.jobId}` : ""}`,
    );
  const known = record ? "its record in the store names another job" : "the store has no record of it";
  return refuse(
    `${name}: a job of this name runs already: ${ids}, and ${known}`,
    `cancel it; or, if it runs this manifest's query, take it over: pulumi config set --path 'adopt["${name}"]' ${stranger.jobId}; or, if the configuration key \`store\` was changed, set it back`,
  );
}

function planRunning(
  desired: Desired,
  observed: Observed,
  record: JobRecord,
  job: ObservedJob,
  changes: readonly Change[],
): Plan {
  const version = record.current.meta.version;
  const other = isClassic(record.current) ? versionByState(job) : undefined;
  if (other !== undefined && other !== version) return refuseOtherVersion(desired.manifest.name, version, other, job);
  if (observed.cluster === "restarting") return planClusterRestart(desired, record, job, changes);
  if (changes.length === 0) return planUnchanged(desired, record, job);
  if (isNewVersion(changes)) {
    const stop: Step = isStruggling(job)
      ? { do: "cancel", jobId: job.jobId }
      : { do: "stop-with-savepoint", jobId: job.jobId };
    return replacement(desired, record, changes, job.detail?.lastCheckpoint, [stop]);
  }
  if (!isStruggling(job)) {
    const steps: Step[] = [
      { do: "stop-with-savepoint", jobId: job.jobId },
      { do: "start", version: "same", from: "savepoint-just-taken" },
    ];
    return { action: "restart", version, changes, steps };
  }
  const from = stateOfStruggling(record, job);
  if (!from)
    return refuseNoState(desired.manifest.name, version, "it keeps restarting and has no completed checkpoint");
  const steps: Step[] = [
    { do: "cancel", jobId: job.jobId },
    { do: "start", version: "same", from },
  ];
  return { action: "restart", version, changes, steps, remark: `it is ${job.status} and cannot take a savepoint` };
}

/** Flink's own count proves it when a job never had a state: then a clean start loses nothing. */
function stateOfStruggling({ current }: JobRecord, { detail }: ObservedJob): From | undefined {
  if (detail?.lastCheckpoint) return detail.lastCheckpoint;
  if (current.startedFrom) return { kind: "savepoint", path: current.startedFrom, at: 0 };
  return neverHadState(detail) ? "clean" : undefined;
}

function neverHadState(detail: JobDetail | undefined): boolean {
  return detail !== undefined && detail.completedCheckpoints === 0 && !detail.restored;
}

const CUT_SHORT = "its query runs without what follows its first -- comment, as flink-sql-runner joined the lines";

function planUnchanged(desired: Desired, record: JobRecord, job: ObservedJob): Decision {
  const version = record.current.meta.version;
  const cutShort = runsCutShort(record.current, desired.manifest) ? CUT_SHORT : undefined;
  const remark = isStruggling(job) ? `it is ${job.status}: ${job.detail?.failure ?? "no reason known"}` : cutShort;
  const { jobId, definitions, templates } = record.current;
  // Another brace with the same value in it is nothing to the job, and much to a stack that compares itself.
  const isStale = templates && desired.templates && definitionChanges(templates, desired.templates).length > 0;
  const complete = jobId === job.jobId && !record.intent && definitions && !isStale && record.status === "running";
  if (complete) return { action: "none", version, changes: [], steps: [], remark };
  return {
    action: "adopt",
    version,
    changes: [],
    steps: [{ do: "record", status: "running", jobId: job.jobId }],
    remark,
  };
}

/** In a preview the job still runs; by the time of `up` the cluster's update has stopped it with a savepoint. */
function planClusterRestart(desired: Desired, record: JobRecord, job: ObservedJob, changes: readonly Change[]): Plan {
  const remark = "the session cluster restarts";
  if (isNewVersion(changes))
    return { ...replacement(desired, record, changes, job.detail?.lastCheckpoint, []), remark };
  const steps: Step[] = [
    { do: "stop-with-savepoint", jobId: job.jobId },
    { do: "start", version: "same", from: "savepoint-just-taken" },
  ];
  return {
    action: "restart",
    version: record.current.meta.version,
    changes,
    steps,
    remark: `${remark}, ${desired.manifest.name} with it`,
  };
}

function hasFinished(record: JobRecord, job: ObservedJob | undefined): boolean {
  if (record.status === "finished") return true;
  return job?.status === "FINISHED" && !job.detail?.stoppedWith && record.status === "running";
}

/** FINISHED is an end: only another query starts again. */
function planFinished(
  desired: Desired,
  record: JobRecord,
  job: ObservedJob | undefined,
  changes: readonly Change[],
): Decision {
  const version = record.current.meta.version;
  if (isNewVersion(changes)) return replacement(desired, record, changes, undefined, []);
  const remark = changes.length > 0 ? "the change takes effect with a next version" : undefined;
  if (record.status === "finished") return { action: "none", version, changes: [], steps: [], remark };
  const steps: Step[] = [{ do: "record", status: "finished", jobId: job?.jobId }];
  return { action: "finish", version, changes: [], steps, remark };
}

function planStopped(desired: Desired, observed: Observed, record: JobRecord, changes: readonly Change[]): Plan {
  const { job } = observed;
  const version = record.current.meta.version;
  const state = latestState(observed);
  if (isNewVersion(changes)) return replacement(desired, record, changes, state, []);
  const gone = missingSavepoint(observed);
  if (gone)
    return refuse(
      `${desired.manifest.name}: ERROR the savepoint that version ${version} was stopped with is gone: ${gone.path}`,
      "put it back, or change the SQL to start a new version clean",
    );
  if (!state && neverDeployed(record))
    return { action: "create", version, changes, steps: [{ do: "start", version: "same", from: "clean" }] };
  // A job that is known by its name only may have been one of another version.
  const neverHad = !isClassic(record.current) && neverHadState(job?.detail);
  const from = state ?? (neverHad ? "clean" : undefined);
  if (!from) return refuseNoState(desired.manifest.name, version, "it does not run");
  return { action: "resume", version, changes, steps: [{ do: "start", version: "same", from }], remark: endOf(job) };
}

function endOf(job: ObservedJob | undefined): string | undefined {
  if (!job) return undefined;
  if (job.detail?.stoppedWith) return "it was stopped with a savepoint";
  return `it is ${job.status}${job.detail?.failure ? `: ${job.detail.failure}` : ""}`;
}

/** The very first start was prepared and never confirmed. */
function neverDeployed({ current, intent, past }: JobRecord): boolean {
  return intent?.next?.jobId === current.jobId && current.startedFrom === null && past.length === 0;
}

function isNewVersion(changes: readonly Change[]): boolean {
  return changes.some(({ effect }) => effect === "replace");
}

function replacement(
  desired: Desired,
  record: JobRecord,
  changes: readonly Change[],
  leaves: StateRef | undefined,
  stop: readonly Step[],
): Decision {
  const steps: Step[] = [...stop, { do: "start", version: "next", from: "clean" }];
  const leavesVersion = record.current.meta.version;
  return {
    action: "replace",
    version: nextVersion(record, sourceOf(desired.manifest)),
    changes,
    steps,
    leaves,
    leavesVersion,
  };
}

function refuse(what: string, fix: string): Refusal {
  return { action: "refuse", code: "plan-refused", what, fix };
}

function refuseCancelling(name: string, { jobId }: ObservedJob): Refusal {
  return refuse(
    `${name}: job ${jobId} is being cancelled right now`,
    "wait until it has ended, then run `pulumi up` again",
  );
}

function refuseOtherVersion(name: string, version: number, other: number, { jobId }: ObservedJob): Refusal {
  return refuse(
    `${name}: its record is about version ${version}, and job ${jobId} keeps its state in the directory of version ${other}`,
    `correct sql and meta in manifests/${name}.yaml of the store to what runs (query-version: ${other}), or cancel the job`,
  );
}

function refuseNoState(name: string, version: number, why: string): Refusal {
  return refuse(
    `${name}: ERROR no state found for version ${version}: ${why}`,
    "bring the state back (checkpoint or savepoint directory), or change the SQL to start a new version clean",
  );
}
