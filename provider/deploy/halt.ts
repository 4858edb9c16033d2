/** Ends a running job so that its state is known: with a savepoint, or, where it cannot take one, by cancelling it. */

import { randomBytes } from "node:crypto";
import type { Stop } from "../core/decision.js";
import { UserError } from "../core/errors.js";
import { isLooping } from "../core/health.js";
import { latestState } from "../core/latest-state.js";
import { versionDirectory } from "../core/naming.js";
import { isAlive, isBeingRestarted, type ObservedJob } from "../core/observed.js";
import { type Intent, type JobRecord, type StateRef, withEarlierIntent } from "../core/record.js";
import { awaitReturn, cancelJob, type Limits } from "../flink/lifecycle.js";
import { stopWithSavepoint } from "../flink/stop.js";
import { isWaitedFor } from "../flink/waited-for.js";
import { observeAll } from "./observe.js";
import type { RecordWriter } from "./record-writer.js";
import { statesOf, type World } from "./sighting.js";

export interface HaltContext {
  readonly name: string;
  readonly world: World;
  readonly limits: Limits;
  readonly progress: (text: string) => void;
  readonly writer: RecordWriter;
}

export interface Halted {
  /** The record as it was written last, the intent in it. */
  readonly record: JobRecord;
  /** The savepoint just taken, or the last completed checkpoint of a job that was cancelled. */
  readonly state: StateRef | undefined;
}

/** Writes the intent, then ends the job. Throws savepoint-failed, with the intent taken back: then the job goes on. */
export async function halt(
  stop: Stop,
  record: JobRecord,
  intent: Omit<Intent, "stopping">,
  context: HaltContext,
): Promise<Halted> {
  if (!isWaitedFor())
    throw new UserError("plan-refused", {
      what: `${context.name}: cancelled before its job was stopped; the job was not touched`,
      fix: "run `pulumi up` again",
    });
  const before = withEarlierIntent(record);
  return stop.do === "cancel" ? cancel(stop, before, intent, context) : end(stop, before, intent, context);
}

/**
 * As `halt`; but a job in a restart loop may be seen running between two failures, and no savepoint can be had of it: where
 * `gives` says so of the job after the failed savepoint, it is cancelled, and its last completed checkpoint counts.
 */
export async function haltOrCancel(
  stop: Stop,
  record: JobRecord,
  intent: Omit<Intent, "stopping">,
  context: HaltContext,
  gives: (job: ObservedJob, now: number) => boolean,
): Promise<Halted> {
  try {
    return await halt(stop, record, intent, context);
  } catch (error) {
    const { job, now } = await observedAfter(error, context);
    if (!job || !isAlive(job) || !gives(job, now)) throw error;
    return halt({ do: "cancel", jobId: job.jobId }, record, intent, context);
  }
}

/** Flink's words where a task was not up yet when it was asked; by the time somebody looks, all of them may be. */
const NOT_UP_YET = /Not all required tasks are currently running/u;

/**
 * A job that is just coming up, as after a lost TaskManager or when another deployment has started it, can take a savepoint
 * once it is there.
 */
async function end(
  stop: Extract<Stop, { do: "stop-with-savepoint" }>,
  record: JobRecord,
  intent: Omit<Intent, "stopping">,
  context: HaltContext,
): Promise<Halted> {
  try {
    return await endNow(stop, record, intent, context);
  } catch (error) {
    const { job, now, failure } = await observedAfter(error, context);
    if (job?.jobId !== stop.jobId || isLooping(job, now)) throw error;
    if (!isBeingRestarted(job) && !NOT_UP_YET.test(failure.parts.cause ?? "")) throw error;
    await awaitReturn(context.world.rest, { ...context, jobId: stop.jobId }, failure);
    return endNow(stop, record, intent, context);
  }
}

/** How the job is after its savepoint failed; any other error is thrown on. */
async function observedAfter(failure: unknown, { name, world }: HaltContext) {
  if (!(failure instanceof UserError) || failure.code !== "savepoint-failed") throw failure;
  const { job, now } = (await observeAll(name, world)).observed;
  return { job, now, failure };
}

async function endNow(
  { jobId, drain }: Extract<Stop, { do: "stop-with-savepoint" }>,
  record: JobRecord,
  intent: Omit<Intent, "stopping">,
  context: HaltContext,
): Promise<Halted> {
  const { world, writer } = context;
  const stopping = { jobId, triggerId: randomBytes(16).toString("hex") };
  const noted = await writer.write({ ...record, intent: { ...intent, stopping } });
  const targetDirectory = versionDirectory(record.current.directories.savepoints, record.current.meta.version);
  try {
    const state = await stopWithSavepoint(world.rest, {
      ...context,
      ...stopping,
      targetDirectory,
      drain: drain ?? false,
      newestState: async () => (await statesOf(world.store, record)).at(-1),
    });
    return { record: noted, state: drain ? { ...state, drained: true } : state };
  } catch (error) {
    // Where Flink itself said no, nothing is pending; after a time-out the stop may still come true.
    if (error instanceof UserError && error.code === "savepoint-failed")
      await writer.write({ ...noted, intent: undefined });
    throw error;
  }
}

async function cancel(
  { jobId }: Stop,
  record: JobRecord,
  intent: Omit<Intent, "stopping">,
  context: HaltContext,
): Promise<Halted> {
  const { name, world, writer } = context;
  const noted = await writer.write({ ...record, intent: { ...intent, stopping: undefined } });
  await cancelJob(world.rest, { ...context, jobId });
  // Since it was looked at last, another checkpoint may have been completed: that one counts.
  const { observed } = await observeAll(name, { ...world, activity: "none" });
  return { record: noted, state: latestState(observed) ?? record.savepoint };
}
