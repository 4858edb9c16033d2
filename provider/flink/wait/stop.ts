/** A stop with savepoint, which a JobManager that dies meanwhile and comes back may have forgotten. */

import { hasEnded, type StateRef, stateName, UserError } from "../../decide/index.js";
import type { JobSummary } from "../rest/answers.js";
import type { FlinkRest } from "../rest/flink-rest.js";
import { HttpRefusal, isOutage } from "../rest/http.js";
import { rootCause } from "../words/java-trace.js";
import { awaitEnd, cancelJob, isComingUp, runsWhole, taskWords, type Watched } from "./lifecycle.js";
import { type Look, patiently, waitFor } from "./wait.js";

export interface StopWatched extends Watched {
  readonly triggerId: string;
  readonly targetDirectory: string;
  readonly drain?: boolean;
  /** The newest state that the store has of the job. */
  readonly newestState?: () => Promise<StateRef | undefined>;
}

/** A JobManager that comes back takes a while to know its jobs again. */
const FORGOTTEN_MS = 10_000;

/** Stops a job with a savepoint and gives the savepoint's path. Throws savepoint-failed: then the job goes on, if it is there. */
export async function stopWithSavepoint(rest: FlinkRest, job: StopWatched): Promise<StateRef> {
  const { name, jobId, triggerId, limits, progress } = job;
  const what = `${name}: stop with savepoint of job ${jobId}`;
  const fix =
    "run `pulumi up` again: it waits if the stop is still in progress, and continues from what it finds; if the job's savepoints " +
    `never complete, resume from its last checkpoint: pulumi config set --path 'choices["${name}"].forceFrom' latest-checkpoint`;
  const wait = { what, timeoutSeconds: limits.savepointSeconds, fix, progress };
  await waitFor(wait, patiently(asking(rest, job)));
  let lostAt: number | undefined;
  const look = async (): Promise<Look<string>> => {
    const seen = await rest.savepointStatus(jobId, triggerId);
    const failure = seen?.operation?.["failure-cause"];
    if (failure) throw savepointFailed(job, rootCause(failure["stack-trace"]));
    const location = seen?.operation?.location;
    if (location) return { done: location };
    if (seen) return { pending: seen.status.id };
    lostAt ??= Date.now();
    const known = await rest.summaryOf(jobId);
    return (await insteadOfReturn(rest, job, known)) ?? forgotten(rest, job, known, lostAt);
  };
  const path = await waitFor(wait, patiently(look));
  await awaitEnd(rest, job);
  return { kind: "savepoint", path, at: Date.now() };
}

/** Asks once more where there was no answer; but not a job that comes back just then, which would refuse. */
function asking(rest: FlinkRest, job: StopWatched): () => Promise<Look<true>> {
  let isAsked = false;
  return async () => {
    const seen = isAsked ? await rest.summaryOf(job.jobId) : undefined;
    if (seen && comesBack(seen)) return { pending: returnWords(seen) };
    // The stop took effect, or the job is gone: what came of it is looked at next.
    if (isAsked && (!seen || hasEnded(seen.state))) return { done: true };
    isAsked = true;
    await ask(rest, job);
    return { done: true };
  };
}

/** Asked twice under one trigger id, Flink does it once. */
async function ask(rest: FlinkRest, job: StopWatched): Promise<void> {
  const { jobId, targetDirectory, triggerId, drain = false } = job;
  try {
    await rest.stop(jobId, { targetDirectory, triggerId, drain });
  } catch (error) {
    if (!(error instanceof HttpRefusal) || isOutage(error)) throw error;
    // One that is too busy to answer in time, or a proxy's own answer: the stop may have begun all the same.
    if (error.status === 500 && (await rest.savepointStatus(jobId, triggerId))) return;
    throw savepointFailed(job, rootCause(error.body));
  }
}

/** A JobManager that was started again knows nothing of the stop: the job, once it is back, is asked once more. */
async function forgotten(
  rest: FlinkRest,
  job: StopWatched,
  seen: JobSummary | undefined,
  since: number,
): Promise<Look<string>> {
  if (seen && comesBack(seen)) return { pending: `Flink forgot the operation; ${returnWords(seen)}` };
  if (seen?.state === "RUNNING") {
    await ask(rest, job);
    return { pending: "requested again, since Flink forgot the operation" };
  }
  const isOver = seen === undefined || hasEnded(seen.state);
  const words = seen === undefined ? "Flink does not know the job any more" : `the job is ${seen.state}`;
  if (isOver && Date.now() - since > FORGOTTEN_MS) {
    const taken = await ownSavepoint(job);
    if (!taken) throw isGone(job, words);
    return { done: taken.path };
  }
  return { pending: `Flink does not know the operation; ${words}` };
}

/**
 * The stop may have come as far as its savepoint, with all that this covers in the sinks. A JobManager that fails over then
 * starts the job again from its last checkpoint, which lies before: before it writes those rows once more, it is ended.
 */
async function insteadOfReturn(
  rest: FlinkRest,
  job: StopWatched,
  seen: JobSummary | undefined,
): Promise<Look<string> | undefined> {
  if (!seen || !(seen.state === "RUNNING" || isComingUp(seen.state))) return undefined;
  const taken = await ownSavepoint(job);
  if (!taken) return undefined;
  await cancelJob(rest, job);
  return { done: taken.path };
}

/** Undefined where the job completed a checkpoint since, or has no savepoint. */
async function ownSavepoint({ jobId, newestState }: StopWatched): Promise<StateRef | undefined> {
  const newest = await newestState?.();
  return newest && stateName(newest.path).startsWith(`savepoint-${jobId.slice(0, 6)}-`) ? newest : undefined;
}

/** Until all of its tasks run, no savepoint can be had of it. */
function comesBack(seen: JobSummary): boolean {
  return isComingUp(seen.state) || (seen.state === "RUNNING" && !runsWhole(seen));
}

function returnWords(seen: JobSummary): string {
  return `the job restarts: ${taskWords(seen)}`;
}

function savepointFailed({ name, jobId }: Watched, cause: string): UserError {
  return new UserError("savepoint-failed", {
    what: `${name}: job ${jobId} could not be stopped with a savepoint; it was left as it is and nothing was started`,
    cause,
    fix:
      "see in Flink's dashboard why its checkpoints fail, then run `pulumi up` again; or resume from its last " +
      `checkpoint: pulumi config set --path 'choices["${name}"].forceFrom' latest-checkpoint`,
  });
}

/** The JobManager died before it told what came of the stop, and there is no savepoint of it. */
function isGone({ name, jobId }: Watched, cause: string): UserError {
  return new UserError("savepoint-failed", {
    what: `${name}: job ${jobId} ended while it was being stopped with a savepoint, and nothing was started`,
    cause,
    fix: "run `pulumi up` again: it resumes from the newest state in the store",
  });
}
