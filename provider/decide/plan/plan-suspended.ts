/** What is done with a job that a person wants stopped: its state is saved, and stays for when it is to go on. */

import type { Change, Desired } from "../change/changes.js";
import { stateName } from "../job/naming.js";
import { keepsCheckpoints } from "../job/properties.js";
import type { JobRecord, StateRef } from "../job/record.js";
import { ageWords } from "../words/words.js";
import type { DraftPlan } from "./decision.js";
import { latestState } from "./latest-state.js";
import { isAlive, type Observed } from "./observed.js";
import { refuseDeleted, refuseNoCheckpoint, stateAfter, stopOf, stopRemark } from "./plan-running.js";
import { hasFinished, planFinished } from "./plan-stopped.js";

export function planSuspended(
  desired: Desired,
  observed: Observed,
  record: JobRecord,
  changes: readonly Change[],
): DraftPlan {
  const { job, now, cluster } = observed;
  const version = record.current.meta.version;
  const { name } = desired.manifest;
  const late =
    changes.length > 0 ? `; takes effect when it resumes: ${changes.map(({ words }) => words).join(", ")}` : "";
  if (!job || !isAlive(job)) {
    if (hasFinished(record, job)) return planFinished(desired, observed, record, []);
    if (record.status === "stopped") {
      const remark = `${restWords(record.savepoint, now)}${late}`;
      return { action: "none", version, changes: [], remark, isSuspended: true };
    }
    const rest = { state: latestState(observed) };
    return { action: "suspend", version, changes: [], rest, remark: "it does not run", isSuspended: true };
  }
  const stop = stopOf(desired, job);
  const state = stateAfter(stop, record, job);
  if (!state) return refuseNoCheckpoint(name, record, stop);
  if (stop.do === "cancel" && state !== "clean" && !keepsCheckpoints(record.current.manifest))
    return refuseDeleted(name);
  // In a preview the job still runs; by the time of `up` the cluster's update has stopped it.
  if (cluster === "restarting") {
    const remark = `stopped with the session cluster, which restarts${late}`;
    return { action: "none", version, changes: [], remark, isSuspended: true };
  }
  const remark = `${stopRemark(stop, job) ?? ""}${late}`.replace(/^; /u, "") || undefined;
  // What it rests with is known only once it has stopped.
  return { action: "suspend", version, changes: [], stop, rest: { state: undefined }, remark, isSuspended: true };
}

function restWords(state: StateRef | undefined, now: number): string {
  return state ? `since ${ageWords(now - state.at)}, at ${stateName(state.path)}` : "it never had a state";
}
