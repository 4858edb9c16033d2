/** The first completed checkpoint of a start: the proof that a job not only runs, but keeps what it does. */

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "../../decide/index.js";
import type { FlinkRest } from "../rest/flink-rest.js";
import { failureReason } from "../words/java-trace.js";
import { isComingUp, jobStartFailed, type Limits, type Watched } from "./lifecycle.js";
import { type Look, patiently, waitFor } from "./wait.js";

export interface StartLimits extends Limits {
  /** Seconds from the start of every task until the first checkpoint is completed; 0: not waited for. */
  readonly checkpointSeconds: number;
}

/** Flink's word for "no interval": the largest 64-bit number, which JSON readers round. */
const NEVER_MS = 1e18;

/** A checkpoint that failed is asked for again: tasks that start one after another can only refuse the first. */
const PAUSE_MS = 250;

/**
 * Asks for a checkpoint, so that a long interval need not be waited for, until one is completed or the bounded job has
 * ended. Jobs without checkpoints, and a limit of 0 s, are not waited for. Gives whether it has ended. Throws start-failed
 * with the job's own exception, or timed-out.
 */
export async function awaitFirstCheckpoint(rest: FlinkRest, job: Watched & { limits: StartLimits }): Promise<boolean> {
  const { name, jobId, limits, progress } = job;
  if (limits.checkpointSeconds === 0) return false;
  const what = `${name}: first checkpoint of job ${jobId}`;
  const fix = "see in Flink's dashboard why its checkpoints fail, or raise the configuration key `checkpointSeconds`";
  await waitFor({ what, timeoutSeconds: limits.checkpointSeconds, fix, progress }, patiently(asking(rest, job)));
  return hasFinished(rest, job);
}

/** Asks once for each checkpoint: again after one that failed, or that a JobManager which came back knows nothing of. */
function asking(rest: FlinkRest, { name, jobId }: Watched): () => Promise<Look<true>> {
  let trigger = newTrigger();
  let isTriggered = false;
  return async () => {
    // While it is being written, its own status says what becomes of it: one that the job does not survive fails.
    if (!isTriggered) {
      const state = await rest.statusOf(jobId);
      if (state === "FINISHED") return { done: true };
      if (isComingUp(state)) return { pending: `the job restarts: ${state}` };
      if (state !== "RUNNING") throw await jobStartFailed(rest, name, jobId, state ?? "not known to Flink");
      if (!(await makesCheckpoints(rest, jobId))) return { done: true };
      await rest.triggerCheckpoint(jobId, trigger);
    }
    isTriggered = true;
    const seen = await rest.checkpointStatus(jobId, trigger);
    if (seen?.status.id === "IN_PROGRESS") return unlessEnded(rest, { name, jobId });
    const failure = seen?.operation?.failureCause;
    if (seen && !failure) return { done: true };
    [trigger, isTriggered] = [newTrigger(), false];
    if (!failure) return { pending: "requested again, since Flink forgot the operation" };
    await sleep(PAUSE_MS);
    return { pending: failureReason(failure["stack-trace"]) };
  };
}

/** Of a bounded job that ended meanwhile Flink would tell for ever that its checkpoint is being written. */
async function unlessEnded(rest: FlinkRest, { name, jobId }: Pick<Watched, "name" | "jobId">): Promise<Look<true>> {
  const state = await rest.statusOf(jobId);
  if (state === "FINISHED") return { done: true };
  if (state !== undefined && hasEnded(state)) throw await jobStartFailed(rest, name, jobId, state);
  return { pending: "it is being written" };
}

async function makesCheckpoints(rest: FlinkRest, jobId: string): Promise<boolean> {
  const interval = await rest.checkpointInterval(jobId);
  return interval !== undefined && interval <= NEVER_MS;
}

/** The checkpoint may have been completed right before the row that no start survives. */
async function hasFinished(rest: FlinkRest, { name, jobId }: Watched): Promise<boolean> {
  const state = await rest.statusOf(jobId);
  if (state !== "RUNNING" && state !== "FINISHED" && !isComingUp(state))
    throw await jobStartFailed(rest, name, jobId, state ?? "not known to Flink");
  return state === "FINISHED";
}

/** Asked twice under one id, Flink does it once. */
function newTrigger(): string {
  return randomBytes(16).toString("hex");
}
