/** What steps know: their surroundings, which stay the same, and what one hands on to the next. */

import type { Sighting, World } from "../ask/index.js";
import {
  type Decision,
  type Deployment,
  type Desired,
  type Intent,
  type JobRecord,
  type StateRef,
  withChoices,
} from "../decide/index.js";
import type { FirstRowLimits, JobSummary, Limits, StartLimits } from "../flink/index.js";
import type { Submission, SubmissionTarget } from "../prove/index.js";
import type { RecordWriter } from "../remember/index.js";
import type { Counted } from "./run.js";

/** What it takes to end a job. */
export interface EndContext {
  /** The job's. */
  readonly name: string;
  /** Of the plan. */
  readonly action: string;
  readonly before: JobRecord | undefined;
  /** The cluster that the job runs on. */
  readonly jobsAt: World;
  readonly limits: Limits;
  readonly writer: RecordWriter;
  /** Told what is going on while it lasts. */
  readonly progress: (text: string) => void;
  /** The record with the marks of who deploys it now. */
  readonly owned: (record: JobRecord) => JobRecord;
}

/** What it takes to deploy one. */
export interface DeployContext extends EndContext {
  readonly plan: Pick<Decision, "version" | "choices">;
  /** The cluster that the job is started on. */
  readonly world: World;
  /** How a job is submitted. */
  readonly target: SubmissionTarget;
  readonly desired: Desired;
  readonly sighting: Sighting;
  readonly resourceId: string;
  /** Secret parameters of the update before, where Pulumi's state has them. */
  readonly secretsBefore?: Desired["secrets"] | undefined;
  readonly limits: StartLimits & FirstRowLimits;
}

/** Handed on from step to step. */
export interface Standing extends Counted {
  /** As it was written last or, before that, found. */
  readonly record: JobRecord | undefined;
  /** The savepoint just taken, or the last completed checkpoint of a job that was cancelled. */
  readonly state?: StateRef | undefined;
  /** What is to be started, under a job id that is fixed beforehand. */
  readonly next?: Deployment;
  /** Its start, which Flink has planned; open until the plan is over. */
  readonly submission?: Submission;
  /** The job as it ran first. */
  readonly started?: JobSummary;
  readonly hasFinished?: boolean;
}

/** What the record says of a plan that is under way, and how far it is. */
export function intentOf(
  { next, submission, applied, total }: Standing,
  { action, plan, limits }: EndContext & Partial<Pick<DeployContext, "plan">>,
  stopping: Intent["stopping"],
): Intent {
  const choices = next ? withChoices(plan?.choices) : {};
  const within = next && { startSeconds: limits.startSeconds };
  return { action, stopping, next, session: submission?.session, ...choices, ...within, applied, total };
}

/** What an earlier step has handed on. */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a step without what comes before it: ${what}`);
  return value;
}
