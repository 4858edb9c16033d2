/** STEP stop-with-savepoint: ends a running job so that its state is known. */

import { randomBytes } from "node:crypto";
import { observeAll, statesOf } from "../../ask/index.js";
import {
  isAlive,
  isBeingRestarted,
  isLooping,
  type JobRecord,
  keepsFailing,
  type ObservedJob,
  type OrCancel,
  type StateRef,
  type StopStep,
  UserError,
  versionDirectory,
  withEarlierIntent,
} from "../../decide/index.js";
import { awaitReturn, NOT_UP_YET, stopWithSavepoint } from "../../flink/index.js";
import { type DeployContext, type EndContext, given, intentOf, type Standing } from "../context.js";
import type { StepKind } from "../run.js";
import { startAgain } from "../start-again.js";
import { unlessCancelled } from "../still-wanted.js";
import { cancelNoted } from "./cancel.js";

type Step = Extract<StopStep, { do: "stop-with-savepoint" }>;

export const stop = {
  /**
   * Writes the intent, then ends the job. Throws savepoint-failed, with the intent taken back: then the job goes on. But a
   * job in a restart loop may be seen running between two failures, and no savepoint can be had of it: where `orCancel` says
   * so of the job after the failed savepoint, it is cancelled, and its last completed checkpoint counts.
   */
  async run(step: Step, standing: Standing, context: EndContext): Promise<Standing> {
    unlessCancelled(context.name);
    try {
      return await end(step, standing, context);
    } catch (error) {
      const { job, now } = await observedAfter(error, context);
      if (!job || !isAlive(job) || !mayCancel(step, job, now)) throw error;
      return cancelNoted(job.jobId, standing, context);
    }
  },
  undo: startAgain,
  whenItFails: { stays: "where Flink said no the job goes on; after a time-out the stop may still come true" },
} satisfies StepKind<Step, Standing, DeployContext>;

function mayCancel({ orCancel }: OrCancel, job: ObservedJob, now: number): boolean {
  if (!orCancel || (orCancel.needs === "checkpoint" && !job.detail?.lastCheckpoint)) return false;
  return orCancel.where === "keeps-failing" ? keepsFailing(job, now) : isLooping(job, now);
}

/**
 * A job that is just coming up, as after a lost TaskManager or when another deployment has started it, can take a savepoint
 * once it is there.
 */
async function end(step: Step, standing: Standing, context: EndContext): Promise<Standing> {
  try {
    return await endNow(step, standing, context);
  } catch (error) {
    const { job, now, failure } = await observedAfter(error, context);
    if (job?.jobId !== step.jobId || isLooping(job, now)) throw error;
    if (!isBeingRestarted(job) && !NOT_UP_YET.test(failure.parts.cause ?? "")) throw error;
    await awaitReturn(context.jobsAt.rest, { ...context, jobId: step.jobId }, failure);
    return endNow(step, standing, context);
  }
}

/** How the job is after its savepoint failed; any other error is thrown on. */
async function observedAfter(failure: unknown, { name, jobsAt }: EndContext) {
  if (!(failure instanceof UserError) || failure.code !== "savepoint-failed") throw failure;
  const { job, now } = (await observeAll(name, jobsAt)).observed;
  return { job, now, failure };
}

async function endNow({ jobId, drain }: Step, standing: Standing, context: EndContext): Promise<Standing> {
  const { jobsAt, writer } = context;
  const record = withEarlierIntent(given(standing.record, "the record of a job that runs"));
  const stopping = { jobId, triggerId: randomBytes(16).toString("hex") };
  const noted = await writer.write({ ...record, intent: intentOf(standing, context, stopping) });
  const targetDirectory = versionDirectory(record.current.directories.savepoints, record.current.meta.version);
  try {
    const state = await stopWithSavepoint(jobsAt.rest, {
      ...context,
      ...stopping,
      targetDirectory,
      drain: drain ?? false,
      newestState: () => newestOf(record, context),
    });
    return { ...standing, record: noted, state: drain ? { ...state, drained: true } : state };
  } catch (error) {
    // Where Flink itself said no, nothing is pending; after a time-out the stop may still come true.
    if (error instanceof UserError && error.code === "savepoint-failed")
      await writer.write({ ...noted, intent: undefined });
    throw error;
  }
}

async function newestOf(record: JobRecord, { jobsAt }: EndContext): Promise<StateRef | undefined> {
  return (await statesOf(jobsAt.store, record)).at(-1);
}
