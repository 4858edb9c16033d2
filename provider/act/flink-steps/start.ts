/** STEP start: submits what was prepared, from the state that the plan names, and waits until every task runs. */

import { refuseOtherName } from "../../ask/index.js";
import { type Step, UserError, withFailedVersion } from "../../decide/index.js";
import { awaitCertainty, StartContested } from "../await-late-start.js";
import { type DeployContext, given, type Standing } from "../context.js";
import { takeAway, yieldToEarlier } from "../races.js";
import type { StepKind } from "../run.js";
import { startAndAwait } from "../submit.js";

type Start = Extract<Step, { do: "start" }>;

export const start: StepKind<Start, Standing, DeployContext> = {
  async run(step, standing, context) {
    const prepared = given(standing.next, "what is to be started");
    const submission = given(standing.submission, "an open submission");
    const next = { ...prepared, startedFrom: from(step, standing) ?? null };
    const { allowNonRestoredState } = step;
    const manner = { secrets: context.desired.secrets, allowNonRestoredState };
    const started = await startAndAwait(next, submission, manner, context);
    refuseOtherName(context.name, started);
    if (!context.before) await yieldToEarlier(started, context);
    return { ...standing, next, started };
  },

  /** Takes away what came up, or may come up yet. */
  async undo({ contested }, standing, context, error) {
    const next = given(standing.next, "what failed to start");
    const stopped = given(standing.record, "the record with the intent");
    const jobId = next.jobId ?? "";
    // A submission without an answer must not come true after the roll-back has begun.
    await standing.submission?.close();
    if (error instanceof StartContested && contested === "planned-anew") {
      await takeAway(jobId, context);
      throw error;
    }
    if (error instanceof UserError && error.code === "timed-out") await outlast(jobId, context);
    const record = context.before ? withFailedVersion(stopped, next, new Date().toISOString()) : stopped;
    await takeAway(jobId, context);
    return { standing: { ...standing, record }, error };
  },

  whenItFails: "goes-back",
};

function from({ from: named, orLater }: Start, { record }: Standing): string | undefined {
  if (named === "clean") return undefined;
  if (named === "savepoint-just-taken") return given(record?.savepoint, "a savepoint").path;
  return (orLater ? record?.savepoint?.path : undefined) ?? named.path;
}

/** Once the JobManager answers again. */
async function outlast(jobId: string, context: DeployContext): Promise<void> {
  const { name, world, limits, progress } = context;
  await takeAway(jobId, context);
  await awaitCertainty(jobId, world, { name, limits, progress });
}
