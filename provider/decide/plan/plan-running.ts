/** What is done with a job that runs, or that Flink starts again and again. */

import type { Change, Desired } from "../change/changes.js";
import { definitionChanges } from "../change/definition-changes.js";
import { ailmentOf } from "../cluster/health.js";
import { chooseFrom } from "../job/choices.js";
import { isClassic, runsCutShort, versionByState } from "../job/classic.js";
import { keepsCheckpoints } from "../job/properties.js";
import type { JobRecord } from "../job/record.js";
import {
  type Draft,
  type DraftPlan,
  type From,
  isNewVersion,
  type Refusal,
  refuse,
  refuseNoState,
  replacement,
  type Start,
  type Stop,
} from "./decision.js";
import { isStruggling, type JobDetail, type Observed, type ObservedJob } from "./observed.js";
import { moveOf } from "./plan-elsewhere.js";
import { type Remark, withRemarks } from "./remark.js";

export function planRunning(
  desired: Desired,
  observed: Observed,
  record: JobRecord,
  job: ObservedJob,
  changes: readonly Change[],
): DraftPlan {
  const { manifest, choice } = desired;
  const version = record.current.meta.version;
  const other = isClassic(record.current) ? versionByState(job) : undefined;
  if (other !== undefined && other !== version) return refuseOtherVersion(manifest.name, version, other, job);
  const isRestarting = observed.cluster === "restarting";
  const moves = moveOf(observed);
  const isChosen = choice?.from === "clean" || observed.chosen !== undefined;
  if (changes.length === 0 && !isChosen && !isRestarting && !moves)
    return planUnchanged(desired, observed, record, job);
  const plan = planChange(desired, observed, record, job, changes);
  if (plan.action === "refuse" || (!isRestarting && !moves)) return plan;
  // In a preview the job still runs; by the time of `up` the cluster's update has stopped it with a savepoint.
  return withRemarks(plan, moves ?? { about: "cluster-restarts", isRestarted: plan.action !== "replace" });
}

function planChange(
  desired: Desired,
  { chosen }: Observed,
  record: JobRecord,
  job: ObservedJob,
  changes: readonly Change[],
): DraftPlan {
  const { choice, manifest } = desired;
  const { name } = manifest;
  const stop = stopOf(desired, job);
  const isReplaced = choice?.from === "clean" || isNewVersion(changes);
  const isCarried = choice?.from === "previous-version";
  const from = chosen ?? (isReplaced && !isCarried ? "clean" : stateAfter(stop, record, job));
  // A clean start asks for no state, so that how the old one ends is no news.
  const isSilent = from === "clean" && isReplaced && stop.do === "cancel" && !stop.isForced;
  const remarks = isSilent ? [] : stopRemarks(stop, job);
  if (from === undefined) return refuseNoCheckpoint(name, record, stop);
  const lost =
    from !== "clean" && from !== chosen && stop.do === "cancel" && !keepsCheckpoints(record.current.manifest);
  if (lost) return refuseDeleted(name);
  const isChosen = chosen !== undefined || choice?.from === "clean" || (isReplaced && isCarried);
  const start: Partial<Start> = {
    ...(isChosen && from !== "clean" && { isChosen }),
    ...(choice?.allowNonRestoredState && from !== "clean" && { allowNonRestoredState: true }),
  };
  if (isReplaced) {
    const leaves = from === "clean" ? job.detail?.lastCheckpoint : undefined;
    return { ...replacement(desired, record, changes, leaves, stop, { ...start, from }), remarks, isChosen };
  }
  if (stop.do === "stop-with-savepoint" && stop.drain) return refuseDrain(name);
  const same: Start = { do: "start", version: "same", from, ...start };
  return { action: "restart", version: record.current.meta.version, changes, stop, start: same, remarks, isChosen };
}

/** How it is ended: with a savepoint wherever that can be had, unless a person wants it otherwise. */
export function stopOf({ choice }: Desired, job: ObservedJob): Stop {
  const { jobId } = job;
  const plain = plainStop(job);
  if (plain.do === "cancel") return plain;
  if (choice?.forceFrom) return { do: "cancel", jobId, isForced: true };
  return choice?.drain ? { ...plain, drain: true } : plain;
}

/** How it is ended where nothing was chosen. */
export function plainStop(job: Pick<ObservedJob, "jobId" | "status">): Stop {
  const { jobId } = job;
  return isStruggling(job) ? { do: "cancel", jobId } : { do: "stop-with-savepoint", jobId };
}

/** What is worth a word about the end of a job. */
export function stopRemarks(stop: Stop, { status }: ObservedJob): Remark[] {
  if (stop.do === "stop-with-savepoint") return stop.drain ? [{ about: "drained" }] : [];
  return [stop.isForced ? { about: "cancelled-as-chosen" } : { about: "no-savepoint", status }];
}

/** The state that is there after the stop; undefined where there is none. */
export function stateAfter(stop: Stop, { current }: JobRecord, { detail }: ObservedJob): From | undefined {
  if (stop.do === "stop-with-savepoint") return "savepoint-just-taken";
  if (detail?.lastCheckpoint) return detail.lastCheckpoint;
  if (current.startedFrom) return { kind: "savepoint", path: current.startedFrom, at: 0 };
  // Flink's own count proves it when a job never had a state: then a clean start loses nothing.
  return neverHadState(detail) && !(stop.do === "cancel" && stop.isForced) ? "clean" : undefined;
}

export function neverHadState(detail: JobDetail | undefined): boolean {
  return detail !== undefined && detail.completedCheckpoints === 0 && !detail.restored;
}

function planUnchanged(desired: Desired, { now }: Observed, record: JobRecord, job: ObservedJob): Draft {
  const version = record.current.meta.version;
  const ailment = ailmentOf(job, desired.staleSeconds ?? 0, now);
  const isCutShort = runsCutShort(record.current, desired.manifest);
  const remark: Remark | undefined = ailment ?? (isCutShort ? { about: "query-cut-short" } : undefined);
  const unchanged = { version, changes: [], remarks: remark ? [remark] : [] };
  const { jobId, definitions, templates } = record.current;
  // Another brace with the same value in it is nothing to the job, and much to a stack that compares itself.
  const isStale = templates && desired.templates && definitionChanges(templates, desired.templates).length > 0;
  const complete = jobId === job.jobId && !record.intent && definitions && !isStale && record.status === "running";
  if (complete) return { action: "none", ...unchanged };
  return { action: "adopt", ...unchanged, record: { status: "running", jobId: job.jobId } };
}

function refuseOtherVersion(name: string, version: number, other: number, { jobId }: ObservedJob): Refusal {
  return refuse(
    `${name}: its record says version ${version}, but job ${jobId} keeps its state in the directory of version ${other}`,
    `correct sql and meta in manifests/${name}.yaml of the store to what runs (query-version: ${other}), or cancel the job`,
  );
}

export function refuseNoCheckpoint(name: string, { current }: JobRecord, stop: Stop): Refusal {
  const isForced = stop.do === "cancel" && stop.isForced;
  const why = isForced
    ? "it runs, has no completed checkpoint, and would be cancelled without a savepoint"
    : "it keeps restarting and has no completed checkpoint";
  return refuseNoState(name, current.meta.version, why);
}

export function refuseDeleted(name: string): Refusal {
  return refuse(
    `${name}: it would have to be cancelled, and its option execution.checkpointing.externalized-checkpoint-retention makes Flink delete its checkpoints then`,
    `start from a savepoint that you have, or clean: ${chooseFrom(name, "<path>")}, or … clean`,
  );
}

function refuseDrain(name: string): Refusal {
  return refuse(
    `${name}: it would be drained and resumed with the same query: its windows would close too early`,
    `remove choices["${name}"].drain; it is for a job that is suspended for good, or replaced by a new version`,
  );
}
