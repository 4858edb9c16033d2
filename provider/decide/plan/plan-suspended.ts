/** What is done with a job that a person wants stopped: its state is saved, and stays for when it is to go on. */

import type { Change, Desired } from "../change/changes.js";
import { keepsCheckpoints } from "../job/properties.js";
import type { JobRecord } from "../job/record.js";
import type { DraftPlan } from "./decision.js";
import { latestState } from "./latest-state.js";
import { isAlive, type Observed } from "./observed.js";
import { refuseDeleted, refuseNoCheckpoint, stateAfter, stopOf, stopRemarks } from "./plan-running.js";
import { hasFinished, planFinished } from "./plan-stopped.js";
import type { Remark } from "./remark.js";

export function planSuspended(
  desired: Desired,
  observed: Observed,
  record: JobRecord,
  changes: readonly Change[],
): DraftPlan {
  const { job, cluster } = observed;
  const version = record.current.meta.version;
  const { name } = desired.manifest;
  const late: Remark[] =
    changes.length > 0 ? [{ about: "waits-for-resume", changes: changes.map(({ words }) => words) }] : [];
  if (!job || !isAlive(job)) {
    if (hasFinished(record, job)) return planFinished(desired, observed, record, []);
    if (record.status === "stopped") {
      const remarks: Remark[] = [{ about: "at-rest", state: record.savepoint }, ...late];
      return { action: "none", version, changes: [], remarks, isSuspended: true };
    }
    const rest = { state: latestState(observed) };
    const remarks: Remark[] = [{ about: "not-running" }];
    return { action: "suspend", version, changes: [], rest, remarks, isSuspended: true };
  }
  const stop = stopOf(desired, job);
  const state = stateAfter(stop, record, job);
  if (!state) return refuseNoCheckpoint(name, record, stop);
  if (stop.do === "cancel" && state !== "clean" && !keepsCheckpoints(record.current.manifest))
    return refuseDeleted(name);
  // In a preview the job still runs; by the time of `up` the cluster's update has stopped it.
  if (cluster === "restarting") {
    const remarks: Remark[] = [{ about: "stops-with-cluster" }, ...late];
    return { action: "none", version, changes: [], remarks, isSuspended: true };
  }
  const remarks = [...stopRemarks(stop, job), ...late];
  // What it rests with is known only once it has stopped.
  return { action: "suspend", version, changes: [], stop, rest: { state: undefined }, remarks, isSuspended: true };
}
