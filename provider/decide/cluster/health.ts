/** What is wrong with a job that runs: failures within the last minutes, checkpoints that fail or are old. */

import type { FlinkStatus, ObservedJob } from "../plan/observed.js";
import { isStruggling } from "../plan/observed.js";

/** Failures are counted over so long; fewer than so many are a thing that restarts are there for. */
export const LOOP_MS = 600_000;
const LOOP_FAILURES = 3;

/** One that failed among many that did not is no news. */
const FAILED_CHECKPOINTS = 2;

/** Worth a warning; in words: plan/remark.ts. Times in milliseconds since 1970. */
export type Ailment =
  | {
      readonly about: "struggling";
      readonly status: FlinkStatus;
      /** Within the last LOOP_MS. */
      readonly failures: number;
      readonly reason: string;
    }
  | { readonly about: "restart-loop"; readonly failures: number; readonly reason: string }
  | (Newest & { readonly about: "failing-checkpoints"; readonly failed: number; readonly reason: string | undefined })
  | (Newest & { readonly about: "old-checkpoint" });

/** The newest checkpoint of a job, and its start. */
interface Newest {
  readonly at: number | undefined;
  readonly startedAt: number;
}

/** Undefined where all is well. `staleSeconds`: how old the newest checkpoint may be; 0: any age. */
export function ailmentOf(job: ObservedJob, staleSeconds: number, now: number): Ailment | undefined {
  // Checkpoints of a job that keeps failing fail with it.
  return failureOf(job, now) ?? checkpointFault(job, staleSeconds, now);
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
export function isLooping(job: ObservedJob, now: number): boolean {
  return recentFailures(job, now) >= LOOP_FAILURES;
}

function recentFailures({ detail }: ObservedJob, now: number): number {
  return detail?.health?.failures.filter((at) => now - at < LOOP_MS).length ?? 0;
}

function failureOf(job: ObservedJob, now: number): Ailment | undefined {
  const failures = recentFailures(job, now);
  const reason = job.detail?.failure ?? "no reason known";
  if (isStruggling(job)) return { about: "struggling", status: job.status, failures, reason };
  return isLooping(job, now) ? { about: "restart-loop", failures, reason } : undefined;
}

function checkpointFault({ detail, startedAt }: ObservedJob, staleSeconds: number, now: number): Ailment | undefined {
  const health = detail?.health;
  // Flink has no such page for a job that makes none.
  if (!health) return undefined;
  const { failedCheckpoints: failed, checkpointFailure: reason, checkpointAt: at } = health;
  if (failed >= FAILED_CHECKPOINTS) return { about: "failing-checkpoints", failed, reason, at, startedAt };
  const isOld = staleSeconds > 0 && now - (at ?? startedAt) > staleSeconds * 1000;
  return isOld ? { about: "old-checkpoint", at, startedAt } : undefined;
}
