/** STEP cancel: ends a job that cannot take a savepoint, or is not to; its newest completed checkpoint counts. */

import { observeAll } from "../../ask/index.js";
import { latestState, type StopStep, withEarlierIntent } from "../../decide/index.js";
import { cancelJob } from "../../flink/index.js";
import { type DeployContext, type EndContext, given, intentOf, type Standing } from "../context.js";
import type { StepKind } from "../run.js";
import { startAgain } from "../start-again.js";
import { unlessCancelled } from "../still-wanted.js";

type Step = Extract<StopStep, { do: "cancel" }>;

export const cancel = {
  run: ({ jobId }: Step, standing: Standing, context: EndContext) => cancelNoted(jobId, standing, context),
  undo: startAgain,
  whenItFails: { stays: "the job may end yet, and the intent says by whom" },
} satisfies StepKind<Step, Standing, DeployContext>;

/** Writes the intent, then cancels the job. */
export async function cancelNoted(jobId: string, standing: Standing, context: EndContext): Promise<Standing> {
  const { name, jobsAt, writer } = context;
  unlessCancelled(name);
  const record = withEarlierIntent(given(standing.record, "the record of a job that runs"));
  const noted = await writer.write({ ...record, intent: intentOf(standing, context, undefined) });
  await cancelJob(jobsAt.rest, { ...context, jobId });
  // Since it was looked at last, another checkpoint may have been completed: that one counts.
  const { observed } = await observeAll(name, { ...jobsAt, activity: "none" });
  return { ...standing, record: noted, state: latestState(observed) ?? record.savepoint };
}
