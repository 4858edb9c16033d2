/** A job's stop, start and end as Flink reports them, each with a limit and with progress. */

import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded, UserError } from "../../decide/index.js";
import type { JobStatus, JobSummary } from "../rest/answers.js";
import type { FlinkRest } from "../rest/flink-rest.js";
import { listJobs } from "../rest/listing.js";
import { failureReason } from "../words/java-trace.js";
import { startFix } from "../words/start-fix.js";
import { type Look, patiently, waitFor } from "./wait.js";

/** Time limits in seconds. */
export interface Limits {
  /** A stop with savepoint. */
  readonly savepointSeconds: number;
  /** From the submission until every task runs. */
  readonly startSeconds: number;
}

export interface Watched {
  readonly name: string;
  readonly jobId: string;
  readonly limits: Limits;
  readonly progress: (text: string) => void;
}

/** Starts that are awaited side by side look at one listing. */
const FRESH_MS = 20;

/** States of a job that ran before, after a fail-over of its JobManager; what is asked of it then is refused. */
const COMING_UP: readonly JobStatus[] = ["INITIALIZING", "CREATED", "RECONCILING", "SUSPENDED"];

export function isComingUp(state: JobStatus | undefined): boolean {
  return state !== undefined && COMING_UP.includes(state);
}

/**
 * Cancels a job and waits until it holds no slots any more; one that has ended already is no error. `beforehand` is asked
 * right before that, which may be long after an outage began; what it throws keeps the job running.
 */
export async function cancelJob(rest: FlinkRest, job: Watched, beforehand = async () => {}): Promise<void> {
  const fix = "look at the job in Flink's dashboard, then run `pulumi up` again";
  const wait = { what: `${job.name}: cancel job ${job.jobId}`, timeoutSeconds: job.limits.savepointSeconds, fix };
  const cancel = async (): Promise<Look<true>> => {
    const state = await rest.statusOf(job.jobId);
    if (state === undefined || hasEnded(state)) return { done: true };
    await beforehand();
    await rest.cancel(job.jobId);
    return { done: true };
  };
  await waitFor(wait, patiently(cancel));
  await awaitEnd(rest, job);
}

/** Waits until the job holds no slots any more. */
export async function awaitEnd(rest: FlinkRest, { name, jobId, limits, progress }: Watched): Promise<void> {
  const fix = "look at the job in Flink's dashboard, then run `pulumi up` again";
  const what = `${name}: end of job ${jobId}`;
  const since = Date.now();
  const look = async (): Promise<Look<true>> => {
    const state = (await listed(rest, jobId, since))?.state;
    return state === undefined || hasEnded(state) ? { done: true } : { pending: state };
  };
  await waitFor({ what, timeoutSeconds: limits.savepointSeconds, fix, progress }, patiently(look));
}

/** A job as a listing has it that is shared with all who wait; none from before `since`. */
async function listed(rest: FlinkRest, jobId: string, since?: number): Promise<JobSummary | undefined> {
  return (await listJobs(rest, FRESH_MS, since)).find(({ jid }) => jid === jobId);
}

/** All of its tasks run, or have come to their end. */
export function runsWhole({ state, tasks }: JobSummary): boolean {
  return state === "RUNNING" && tasks.running + tasks.finished === tasks.total;
}

export function taskWords({ state, tasks }: JobSummary): string {
  return `${state}, ${tasks.running} of ${tasks.total} tasks run`;
}

/** Waits until a job that Flink starts again by itself runs with all its tasks. Throws `otherwise` where it does not. */
export async function awaitReturn(
  rest: FlinkRest,
  { name, jobId, limits, progress }: Watched,
  otherwise: UserError,
): Promise<void> {
  const what = `${name}: restart of job ${jobId}`;
  const look = async (): Promise<Look<true>> => {
    const seen = await listed(rest, jobId);
    if (!seen || hasEnded(seen.state)) throw otherwise;
    return runsWhole(seen) ? { done: true } : { pending: taskWords(seen) };
  };
  const wait = { what, timeoutSeconds: limits.startSeconds, fix: "", progress };
  await waitFor(wait, patiently(look)).catch(() => {
    throw otherwise;
  });
}

/**
 * Waits until every task runs, or a bounded job came to its end, and gives it as it is then. Throws start-failed with the
 * job's own exception.
 */
export async function awaitRunning(rest: FlinkRest, { name, jobId, limits, progress }: Watched): Promise<JobSummary> {
  const what = `${name}: start of job ${jobId}`;
  const fix = "look at the job in Flink's dashboard, or raise the configuration key `startSeconds`";
  const startedAt = Date.now();
  const look = async (): Promise<Look<JobSummary>> => {
    const seen = await listed(rest, jobId);
    if (!seen) return unknownYet(name, jobId, startedAt);
    if (seen.state === "FINISHED" || runsWhole(seen)) return { done: seen };
    if (["FAILED", "CANCELED", "RESTARTING", "FAILING", "CANCELLING"].includes(seen.state))
      throw await jobStartFailed(rest, name, jobId, seen.state);
    return { pending: taskWords(seen) };
  };
  return waitFor({ what, timeoutSeconds: limits.startSeconds, fix, progress }, patiently(look));
}

/** A submission that got no answer may have been lost: its job would be known within moments. */
function unknownYet(name: string, jobId: string, startedAt: number): Look<never> {
  if (Date.now() - startedAt < 10_000) return { pending: "Flink does not know the job yet" };
  throw new UserError("start-failed", {
    what: `${name}: job ${jobId} was submitted, but Flink does not know it`,
    fix: "look at the SQL Gateway's log, then run `pulumi up` again",
  });
}

/**
 * Throws start-failed where a job has failed since its start, though it may run again: between two looks Flink may have
 * restarted it, and what its tasks did before that proves nothing. `seen`: as it ran first.
 */
export async function unlessFailed(rest: FlinkRest, name: string, seen: JobSummary): Promise<void> {
  const now = await rest.summaryOf(seen.jid);
  // A failure is told from a cache, and so later than what it did to the tasks.
  if (now?.["last-modification"] !== seen["last-modification"]) await sleep(await rest.refreshInterval());
  if (!(await rest.rootException(seen.jid))) return;
  throw await jobStartFailed(rest, name, seen.jid, now?.state ?? "not known to Flink");
}

/** The error of a start that did not work out, with the job's own exception. */
export async function jobStartFailed(rest: FlinkRest, name: string, jobId: string, state: string): Promise<UserError> {
  // The exceptions come from a cache of Flink's, and so a moment after the state.
  const until = Date.now() + 1000 + (await rest.refreshInterval());
  let trace = await rest.rootException(jobId);
  while (!trace && Date.now() < until) {
    await sleep(100);
    trace = await rest.rootException(jobId);
  }
  return new UserError("start-failed", {
    what: `${name}: job ${jobId} is ${state}`,
    cause: trace ? failureReason(trace) : "Flink gives no reason",
    fix: startFix(trace ?? ""),
  });
}
