/** How a job ends that no manifest asks for: because its manifest is gone, or because its cluster restarts. */

import { type Place, placeWords, samePlace } from "../cluster/place.js";
import type { JobRecord } from "../job/record.js";
import { type Refusal, refuse } from "./decision.js";
import { latestState } from "./latest-state.js";
import { stopStep } from "./layout.js";
import { hasEnded, isAlive, type Observed } from "./observed.js";
import { silenceOf } from "./plan-elsewhere.js";
import { plainStop } from "./plan-running.js";
import { hasFinished, neverDeployed } from "./plan-stopped.js";
import { jobsWords, remarkWords } from "./remark.js";
import type { EndStep } from "./step.js";

export interface EndPlan {
  readonly action: "delete" | "suspend";
  readonly steps: readonly EndStep[];
}

/**
 * Refused where something runs under its name that would go on beside the tombstone. `here`: the cluster that is
 * configured; another local one than that is the cluster of another project, as of the one that this is a copy of.
 */
export function planRemoval(name: string, observed: Observed, record: JobRecord, here?: Place): EndPlan | Refusal {
  const { job } = observed;
  const silent = silenceOf(observed);
  if (silent)
    return refuse(
      `${name}: not removed: it may still run: ${remarkWords(silent, name, observed.now)}`,
      "make that cluster reachable, or shut it down; or wait until the newest state of the job is old, then try again",
    );
  const there = job && isAlive(job) && observed.elsewhere?.kind === "alive" ? observed.elsewhere.place : undefined;
  if (there?.target === "local" && here?.target === "local" && !samePlace(there, here))
    return refuse(
      `${name}: not removed: it runs on ${placeWords(there)}, and this stack has a local cluster of its own; it was not touched`,
      "run `pulumi destroy` in the project that deployed it; or, to forget it here, `pulumi state delete <urn>`",
    );
  const others = jobsWords(observed.namesakes);
  if (others)
    return refuse(
      `${name}: not removed: jobs that are not in its record run under its name: ${others}`,
      "end that job, then run `pulumi up` again",
    );
  if (!job || !isAlive(job)) {
    const isFinished = hasFinished(record, job);
    const state = isFinished ? record.savepoint : latestState(observed);
    return { action: "delete", steps: [{ do: "bury", state, isFinished, wasNeverStarted: neverDeployed(record) }] };
  }
  const stop = stopStep(plainStop(job), "stays-stopped", { orCancel: { where: "keeps-failing", needs: "nothing" } });
  return {
    action: "delete",
    steps: [stop, { do: "bury", state: "just-taken", isFinished: false, wasNeverStarted: false }],
  };
}

/** Before its cluster restarts. No step where nothing of it runs, and its record says so. */
export function planClusterStop(observed: Observed): EndPlan {
  const { record, job } = observed;
  if (!record || !job || record.status !== "running") return { action: "suspend", steps: [] };
  if (job.status === "FINISHED" && !job.detail?.stoppedWith)
    return { action: "suspend", steps: [{ do: "rest", as: "finished", state: record.savepoint }] };
  if (hasEnded(job.status))
    return { action: "suspend", steps: [{ do: "rest", as: "stopped", state: latestState(observed) }] };
  const stop = stopStep(plainStop(job), "stays-stopped");
  return { action: "suspend", steps: [stop, { do: "rest", as: "stopped", state: "just-taken" }] };
}
