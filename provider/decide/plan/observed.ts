/** What was seen of a job in the store and on the cluster, as the planner takes it. */

import type { Place } from "../cluster/place.js";
import type { JobRecord, StateRef } from "../job/record.js";

export type FlinkStatus =
  | "INITIALIZING"
  | "CREATED"
  | "RUNNING"
  | "FAILING"
  | "FAILED"
  | "CANCELLING"
  | "CANCELED"
  | "FINISHED"
  | "RESTARTING"
  | "SUSPENDED"
  | "RECONCILING";

/** A job as Flink knows it. */
export interface ObservedJob {
  readonly jobId: string;
  readonly name: string;
  readonly status: FlinkStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since 1970; -1 while it has not ended. */
  readonly endedAt: number;
  /** When the state of any of its tasks changed last; milliseconds since 1970. */
  readonly changedAt?: number | undefined;
  /** Tasks that run, of all. */
  readonly tasks: { readonly running: number; readonly total: number };
  /** Read only where a decision needs it; undefined elsewhere. */
  readonly detail?: JobDetail | undefined;
}

export interface JobDetail {
  readonly completedCheckpoints: number;
  /** True if this start of the job was given a state. */
  readonly restored: boolean;
  /** Newest complete checkpoint that can be started from. */
  readonly lastCheckpoint: StateRef | undefined;
  /** The savepoint with which the job was stopped, by whomever. */
  readonly stoppedWith: StateRef | undefined;
  /** Message of the newest failure. */
  readonly failure: string | undefined;
  /** How it fares; undefined where that was not asked for. */
  readonly health?: JobHealth | undefined;
}

/** What of a job's last minutes tells whether it does its work. Times in milliseconds since 1970. */
export interface JobHealth {
  /** Of each failure that Flink remembers. */
  readonly failures: readonly number[];
  /** Newest completed checkpoint of this start; undefined where there is none. */
  readonly checkpointAt: number | undefined;
  /** Checkpoints that failed one after the other, up to now. */
  readonly failedCheckpoints: number;
  /** Why the last one failed. */
  readonly checkpointFailure: string | undefined;
}

export type Elsewhere =
  | { readonly kind: "alive"; readonly place: Place }
  | { readonly kind: "silent"; readonly place: Place; readonly why: string };

/** Everything that a decision depends on. */
export interface Observed {
  /** `starting`: nothing runs on it, and this update starts it · `restarting`: this update stops and resumes all jobs. */
  readonly cluster: "reachable" | "starting" | "restarting";
  readonly record: JobRecord | undefined;
  /** The record's job. */
  readonly job: ObservedJob | undefined;
  /** Other jobs of exactly this name that have not ended. */
  readonly namesakes: readonly ObservedJob[];
  /** Another cluster, on which it ran last: `job` and `namesakes` run there, or it cannot be asked. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Id of a start that a killed deployment asked for, that Flink does not know, and that may still come up. */
  readonly lateStart?: string | undefined;
  /**
   * Complete states in the directories of the record's version, or without a record in the job's directories as a
   * whole; oldest first, and read only where the job does not run.
   */
  readonly states: readonly StateRef[];
  /** The state that a choice names; undefined where it names none, or one that is not there. */
  readonly chosen?: StateRef | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Ended for good: holds no slots and does not run again. */
export function hasEnded(status: FlinkStatus): boolean {
  return status === "FAILED" || status === "CANCELED" || status === "FINISHED";
}

/** Still holds slots or will run again. */
export function isAlive({ status }: ObservedJob): boolean {
  return !hasEnded(status);
}

/** Cannot take a savepoint. */
export function isStruggling({ status }: Pick<ObservedJob, "status">): boolean {
  return status === "RESTARTING" || status === "FAILING";
}

/** Alive, and not all of its tasks run: after a failure of its own or of the JobManager, until Flink has started it again. */
export function isBeingRestarted(job: ObservedJob): boolean {
  return isAlive(job) && (job.status !== "RUNNING" || job.tasks.running < job.tasks.total);
}
