/** What the parts of a change know of it: its plan, the record before it, and how a job is started and taken away. */

import type { Desired } from "../core/changes.js";
import type { Decision } from "../core/decision.js";
import type { Deployment, JobRecord } from "../core/record.js";
import type { JobSummary } from "../flink/answers.js";
import type { StartLimits } from "../flink/first-checkpoint.js";
import type { FirstRowLimits } from "../flink/first-row.js";
import type { RecordWriter } from "./record-writer.js";
import type { Sighting, World } from "./sighting.js";
import type { Submission, SubmissionTarget } from "./submission-parts.js";

export interface ChangeContext {
  readonly world: World;
  /** How a job is submitted. */
  readonly target: SubmissionTarget;
  readonly desired: Desired;
  readonly sighting: Sighting;
  readonly resourceId: string;
  /** Secret parameters of the update before, where Pulumi's state has them. */
  readonly secretsBefore?: Desired["secrets"] | undefined;
  readonly limits: StartLimits & FirstRowLimits;
  readonly writer: RecordWriter;
  /** Told what is going on while it lasts. */
  readonly progress: (text: string) => void;
}

/** What a start is given beside its deployment. */
export interface Manner {
  readonly secrets: Desired["secrets"];
  readonly allowNonRestoredState?: true | undefined;
  /** The cluster, where that is another one than the one of the change. */
  readonly at?: { readonly world: World; readonly target: SubmissionTarget } | undefined;
}

/** A change while it is carried out. */
export interface Changing {
  /** The job's. */
  readonly name: string;
  readonly plan: Decision;
  readonly before: JobRecord | undefined;
  readonly context: ChangeContext;
  startAndAwait(next: Deployment, submission: Submission, manner: Manner): Promise<JobSummary>;
  /** Cancels a job that this change started. */
  takeAway(jobId: string): Promise<void>;
}
