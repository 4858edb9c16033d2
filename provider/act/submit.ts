/** Submits a job until there is an answer, and waits until it runs: for a start, and for the way back. */

import type { World } from "../ask/index.js";
import { type Deployment, type Desired, UserError } from "../decide/index.js";
import { awaitRunning, type JobSummary, type Look, NoAnswer, patiently, waitFor } from "../flink/index.js";
import { prepareSubmission, type Submission, type SubmissionTarget } from "../prove/index.js";
import { isContested, StartContested } from "./await-late-start.js";
import type { DeployContext } from "./context.js";

/** What a start is given beside its deployment. */
export interface Manner {
  readonly secrets: Desired["secrets"];
  readonly allowNonRestoredState?: true | undefined;
  /** The cluster, where that is another one than the one of the change. */
  readonly at?: { readonly world: World; readonly target: SubmissionTarget } | undefined;
}

export async function startAndAwait(
  next: Deployment,
  submission: Submission,
  manner: Manner,
  context: DeployContext,
): Promise<JobSummary> {
  const { name, limits, progress } = context;
  const { world } = manner.at ?? context;
  const jobId = next.jobId ?? "";
  progress(`${name}: starting version ${next.meta.version}`);
  await submit(next, jobId, submission, manner, context);
  return awaitRunning(world.rest, { name, jobId, limits, progress });
}

/** Submits until there is an answer: Flink takes a job id once only, so a lost answer cannot make two jobs of one. */
async function submit(
  next: Deployment,
  jobId: string,
  first: Submission,
  { secrets, allowNonRestoredState, at }: Manner,
  context: DeployContext,
): Promise<void> {
  const { name, desired, sighting, limits, progress } = context;
  const { world, target } = at ?? context;
  const what = `${name}: submission of job ${jobId}`;
  const fix = "check that the SQL Gateway and the JobManager run, then run `pulumi up` again";
  const from = next.startedFrom
    ? { path: next.startedFrom, allowNonRestoredState: allowNonRestoredState === true }
    : undefined;
  let submission: Submission | undefined = first;
  const attempt = async (): Promise<Look<true>> => {
    try {
      submission ??= await prepareSubmission(next, secrets, target);
      await submission.submit(jobId, from);
      return { done: true };
    } catch (error) {
      // Flink has the job: only the answer was lost, on the way to us or to the gateway.
      const isThere = (await world.rest.statusOf(jobId)) !== undefined;
      if (isThere && isContested(next, desired, sighting)) throw new StartContested(name, jobId);
      if (isThere) return { done: true };
      if (!(error instanceof NoAnswer) && !isUnreachableGateway(error)) throw error;
      if (submission !== first) await submission?.close();
      submission = undefined;
      return { pending: error instanceof Error ? error.message : String(error) };
    }
  };
  try {
    await waitFor({ what, timeoutSeconds: limits.startSeconds, fix, progress, pauseMs: 200 }, patiently(attempt));
  } finally {
    if (submission !== first) await submission?.close();
  }
}

function isUnreachableGateway(error: unknown): boolean {
  return error instanceof UserError && ["gateway-unreachable", "runner-failed"].includes(error.code);
}
