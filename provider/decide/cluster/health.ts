/** What is wrong with a job that runs, in words: failures within the last minutes, checkpoints that fail or are old. */

import type { ObservedJob } from "../plan/observed.js";
import { isStruggling } from "../plan/observed.js";
import { ageWords } from "../words/words.js";

/** Failures are counted over so long; fewer than so many are a thing that restarts are there for. */
const LOOP_MS = 600_000;
const LOOP_FAILURES = 3;

/** One that failed among many that did not is no news. */
const FAILED_CHECKPOINTS = 2;

/** Undefined where nothing is worth a warning. `staleSeconds`: how old the newest checkpoint may be; 0: any age. */
export function healthWords(job: ObservedJob, staleSeconds: number, now: number): string | undefined {
  // Checkpoints of a job that keeps failing fail with it.
  return statusWords(job, now) ?? checkpointWords(job, staleSeconds, now);
}

/** A start is over by then, and its last task runs. */
const START_MS = 5_000;

/**
 * Whether the listing of all jobs leaves room for failures that are worth a warning. A job that fails is started again, and
 * its tasks change their state: one whose tasks have been running since its start, or for long, is not asked about.
 */
export function mayHaveFailed({ status, tasks, startedAt, changedAt }: ObservedJob, now: number): boolean {
  if (status !== "RUNNING" || tasks.running < tasks.total || changedAt === undefined) return true;
  return changedAt - startedAt > START_MS && now - changedAt < 2 * LOOP_MS;
}

/** It fails again and again, though it may be seen running between two failures. */
export function keepsFailing(job: ObservedJob, now: number): boolean {
  return isStruggling(job) || isLooping(job, now);
}

/** It failed so often lately that one more failure is no accident. */
export function isLooping({ detail }: ObservedJob, now: number): boolean {
  return (detail?.health?.failures.filter((at) => now - at < LOOP_MS).length ?? 0) >= LOOP_FAILURES;
}

function statusWords(job: ObservedJob, now: number): string | undefined {
  const recent = job.detail?.health?.failures.filter((at) => now - at < LOOP_MS).length ?? 0;
  const often = `${recent} times within ${ageWords(LOOP_MS)}`;
  const reason = job.detail?.failure ?? "no reason known";
  if (isStruggling(job)) return `it is ${job.status}${recent > 1 ? `, failed ${often}` : ""}: ${reason}`;
  return recent < LOOP_FAILURES ? undefined : `it failed ${often} and was started again by Flink: ${reason}`;
}

function checkpointWords({ detail, startedAt }: ObservedJob, staleSeconds: number, now: number): string | undefined {
  const health = detail?.health;
  // Flink has no such page for a job that makes none.
  if (!health) return undefined;
  const { failedCheckpoints, checkpointFailure, checkpointAt } = health;
  const age = now - (checkpointAt ?? startedAt);
  const last =
    checkpointAt === undefined ? `none completed since its start ${ageWords(age)} ago` : `${ageWords(age)} old`;
  if (failedCheckpoints >= FAILED_CHECKPOINTS)
    return `its last ${failedCheckpoints} checkpoints failed${checkpointFailure ? ` (${checkpointFailure})` : ""}; the newest: ${last}`;
  return staleSeconds > 0 && age > staleSeconds * 1000 ? `its newest checkpoint: ${last}` : undefined;
}
