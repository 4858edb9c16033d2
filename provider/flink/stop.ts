/** A stop with savepoint, which a JobManager that dies meanwhile and comes back may have forgotten. */

import { UserError } from "../core/errors.js";
import { hasEnded } from "../core/observed.js";
import type { StateRef } from "../core/record.js";
import { HttpRefusal, isOutage } from "./http.js";
import { rootCause } from "./java-trace.js";
import { awaitEnd, type Watched } from "./lifecycle.js";
import type { FlinkRest, JobSummary } from "./rest.js";
import { type Look, patiently, waitFor } from "./wait.js";

export interface StopWatched extends Watched {
  readonly triggerId: string;
  readonly targetDirectory: string;
  readonly drain?: boolean;
}

/** A JobManager that comes back takes a while to know its jobs again. */
const FORGOTTEN_MS = 10_000;

/** Stops a job with a savepoint and gives the savepoint's path. Throws savepoint-failed: then the job goes on, if it is there. */
export async function stopWithSavepoint(rest: FlinkRest, job: StopWatched): Promise<StateRef> {
  const { name, jobId, triggerId, limits, progress } = job;
  const what = `${name}: stop with savepoint of job ${jobId}`;
  const fix =
    "it may still be stopped: the next `pulumi up` waits for that and goes on from what it finds; where its savepoints " +
    `never end, go on from its last checkpoint: pulumi config set --path 'choices["${name}"].forceFrom' latest-checkpoint`;
  const wait = { what, timeoutSeconds: limits.savepointSeconds, fix, progress };
  let isAsked = false;
  await waitFor<true>(
    wait,
    patiently(async () => {
      const before = isAsked ? await ofJob(rest, jobId) : undefined;
      if (before && isComingUp(before)) return { pending: comingUp(before) };
      // One that was asked with effect ends, and is not asked for what it did.
      if (isAsked && (!before || hasEnded(before.state))) return { done: true };
      isAsked = true;
      await ask(rest, job);
      return { done: true };
    }),
  );
  let lostAt: number | undefined;
  const look = async (): Promise<Look<string>> => {
    const seen = await rest.savepointStatus(jobId, triggerId);
    const failure = seen?.operation?.["failure-cause"];
    if (failure) throw savepointFailed(job, rootCause(failure["stack-trace"]));
    const location = seen?.operation?.location;
    if (location) return { done: location };
    if (seen) return { pending: seen.status.id };
    lostAt ??= Date.now();
    return forgotten(rest, job, lostAt);
  };
  const path = await waitFor(wait, patiently(look));
  await awaitEnd(rest, job);
  return { kind: "savepoint", path, at: Date.now() };
}

/** Asked twice under one trigger id, Flink does it once. */
async function ask(rest: FlinkRest, job: StopWatched): Promise<void> {
  const { jobId, targetDirectory, triggerId, drain = false } = job;
  try {
    await rest.stop(jobId, { targetDirectory, triggerId, drain });
  } catch (error) {
    if (!isOutage(error) && error instanceof HttpRefusal) throw savepointFailed(job, rootCause(error.body));
    throw error;
  }
}

/** A JobManager that was started again knows nothing of the stop: the job, once it is back, is asked once more. */
async function forgotten(rest: FlinkRest, job: StopWatched, since: number): Promise<Look<string>> {
  const seen = await ofJob(rest, job.jobId);
  if (seen && isComingUp(seen)) return { pending: `Flink forgot the operation; ${comingUp(seen)}` };
  if (seen?.state === "RUNNING") {
    await ask(rest, job);
    return { pending: "asked again, since Flink forgot the operation" };
  }
  const isOver = seen === undefined || hasEnded(seen.state);
  const words = seen === undefined ? "Flink does not know the job any more" : `the job is ${seen.state}`;
  if (isOver && Date.now() - since > FORGOTTEN_MS) throw isGone(job, words);
  return { pending: `Flink does not know the operation; ${words}` };
}

async function ofJob(rest: FlinkRest, jobId: string): Promise<JobSummary | undefined> {
  return (await rest.jobsOverview()).find(({ jid }) => jid === jobId);
}

/** As after a fail-over of the JobManager: until all of its tasks run, it refuses a savepoint. */
function isComingUp({ state, tasks }: JobSummary): boolean {
  if (state === "RUNNING") return tasks.running + tasks.finished < tasks.total;
  return ["INITIALIZING", "CREATED", "RECONCILING", "SUSPENDED"].includes(state);
}

function comingUp({ state, tasks }: JobSummary): string {
  return `the job comes back: ${state}, ${tasks.running} of ${tasks.total} tasks run`;
}

function savepointFailed({ name, jobId }: Watched, cause: string): UserError {
  return new UserError("savepoint-failed", {
    what: `${name}: job ${jobId} could not be stopped with a savepoint; it was left as it is and nothing was started`,
    cause,
    fix:
      "see in Flink's dashboard why its checkpoints fail, then run `pulumi up` again; or give up what came after its last " +
      `checkpoint: pulumi config set --path 'choices["${name}"].forceFrom' latest-checkpoint`,
  });
}

/** The JobManager died before it told what came of the stop; the savepoint may be there. */
function isGone({ name, jobId }: Watched, cause: string): UserError {
  return new UserError("savepoint-failed", {
    what: `${name}: job ${jobId} ended while it was stopped with a savepoint, and nothing was started`,
    cause,
    fix: "run `pulumi up` again: it resumes from the newest state in the store",
  });
}
