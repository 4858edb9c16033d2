/** What is done with a job that does not run: by a crash, by somebody's hand, or because it came to its end. */

import type { Change, Desired } from "../change/changes.js";
import { chooseFrom } from "../job/choices.js";
import { isClassic } from "../job/classic.js";
import { sameLocation } from "../job/naming.js";
import type { JobRecord, StateRef } from "../job/record.js";
import {
  type Draft,
  type DraftPlan,
  isNewVersion,
  type Refusal,
  refuse,
  refuseNoState,
  replacement,
  type Start,
} from "./decision.js";
import { latestState, missingSavepoint } from "./latest-state.js";
import type { Observed, ObservedJob } from "./observed.js";
import { neverHadState } from "./plan-running.js";
import type { Remark } from "./remark.js";

export function planStopped(
  desired: Desired,
  observed: Observed,
  record: JobRecord,
  changes: readonly Change[],
): DraftPlan {
  const { manifest, choice } = desired;
  const { chosen } = observed;
  const { name } = manifest;
  const version = record.current.meta.version;
  const state = latestState(observed);
  const isReplaced = choice?.from === "clean" || isNewVersion(changes);
  const isCarried = choice?.from === "previous-version";
  const isChosen = chosen !== undefined || choice?.from === "clean" || (isReplaced && isCarried);
  const allows = choice?.allowNonRestoredState ? { allowNonRestoredState: true as const } : {};
  if (chosen && !isReplaced) {
    const start: Start = { do: "start", version: "same", from: chosen, isChosen: true, ...allows };
    return { action: "resume", version, changes, start, remarks: endOf(observed.job), isChosen };
  }
  if (isReplaced && (chosen || !isCarried)) {
    const given = chosen && { from: chosen, isChosen: true as const, ...allows };
    return { ...replacement(desired, record, changes, chosen ? undefined : state, undefined, given), isChosen };
  }
  const refusal = refusalOf(name, observed, record, state);
  if (refusal) return refusal;
  if (isReplaced) {
    if (!state) return refuseNoState(name, version, "it does not run");
    const start = { from: state, isChosen: true as const, ...allows };
    return { ...replacement(desired, record, changes, undefined, undefined, start), isChosen };
  }
  return resume(name, observed, record, changes, state, allows);
}

function resume(
  name: string,
  { job }: Observed,
  record: JobRecord,
  changes: readonly Change[],
  state: StateRef | undefined,
  allows: Partial<Start>,
): DraftPlan {
  const version = record.current.meta.version;
  if (!state && neverDeployed(record))
    return { action: "create", version, changes, start: { do: "start", version: "same", from: "clean" } };
  // A job that is known by its name only may have been one of another version.
  const neverHad = !isClassic(record.current) && neverHadState(job?.detail);
  const from = state ?? (neverHad ? "clean" : undefined);
  if (!from) return refuseNoState(name, version, "it does not run");
  const start: Start = { do: "start", version: "same", from, ...(from === "clean" ? {} : allows) };
  return { action: "resume", version, changes, start, remarks: endOf(job) };
}

/** The state to go on from is not what it was, or was never meant for that. */
function refusalOf(
  name: string,
  observed: Observed,
  { current, savepoint }: JobRecord,
  state: StateRef | undefined,
): Refusal | undefined {
  const gone = missingSavepoint(observed);
  const version = current.meta.version;
  if (gone)
    return refuse(
      `${name}: the savepoint that version ${version} was stopped with is gone: ${gone.path}`,
      `put it back; or start from another state, or clean: ${chooseFrom(name, "<path>")}, or … clean`,
    );
  if (!state || !savepoint?.drained || !sameLocation(state.path, savepoint.path)) return undefined;
  return refuse(
    `${name}: it was drained before it was stopped: its windows are closed, and resuming from ${savepoint.path} would give different results`,
    `start clean, or resume from there anyway: ${chooseFrom(name, "clean")}, or … ${savepoint.path}`,
  );
}

function endOf(job: ObservedJob | undefined): Remark[] {
  if (!job) return [];
  if (job.detail?.stoppedWith) return [{ about: "stopped-with-savepoint" }];
  return [{ about: "ended", status: job.status, failure: job.detail?.failure }];
}

/** The very first start was prepared and never confirmed, or was postponed. */
export function neverDeployed({ current, intent, past }: JobRecord): boolean {
  return intent?.next?.jobId === current.jobId && current.startedFrom === null && past.length === 0;
}

export function hasFinished(record: JobRecord, job: ObservedJob | undefined): boolean {
  if (record.status === "finished" || (record.status === "deleted" && record.hasFinished)) return true;
  return job?.status === "FINISHED" && !job.detail?.stoppedWith && record.status === "running";
}

/** FINISHED is an end: only another query starts again. */
export function planFinished(
  desired: Desired,
  { job, cluster }: Pick<Observed, "job" | "cluster">,
  record: JobRecord,
  changes: readonly Change[],
): Draft {
  const version = record.current.meta.version;
  if (isNewVersion(changes)) return replacement(desired, record, changes, undefined, undefined);
  const remarks: Remark[] = changes.length > 0 ? [{ about: "waits-for-version" }] : [];
  // In a preview; by the time of `up` the cluster's update has noted its end.
  const isNoted = record.status === "finished" || (cluster === "restarting" && record.status === "running");
  if (isNoted) return { action: "none", version, changes: [], remarks };
  const noted = { status: "finished" as const, jobId: job?.jobId ?? record.current.jobId };
  return { action: "finish", version, changes: [], record: noted, remarks };
}
