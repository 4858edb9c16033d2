/** STEP look-again: a last look at the cluster's jobs before the start, for one that another deployment has started. */

import { reached, sightingOf } from "../../ask/index.js";
import { deployed, isAlive, type Step, UserError } from "../../decide/index.js";
import { type JobSummary, type Look, patiently, waitFor } from "../../flink/index.js";
import { type DeployContext, given, type Standing } from "../context.js";
import type { StepKind } from "../run.js";

/**
 * Looks once more right before a start. The deployment whose intent this one took over may live, and its job may have
 * come up meanwhile: then that one counts, and nothing is started beside it. Throws record-conflict.
 */
export const lookAgain: StepKind<Extract<Step, { do: "look-again" }>, Standing, DeployContext> = {
  async run(_, standing, context) {
    const { name, world, sighting, writer } = context;
    const stopped = given(standing.record, "the record of what is stopped");
    const { observed } = await sightingOf(name, { record: stopped, mark: "" }, await allJobs(context), world);
    const [other] = observed.namesakes.filter(isAlive);
    if (!other) return standing;
    const earlier = sighting.stored?.record.intent?.next;
    const isEarlier = earlier !== undefined && earlier.jobId === other.jobId;
    const record = isEarlier ? deployed(stopped, earlier, new Date().toISOString()) : stopped;
    await writer.write({ ...record, intent: undefined });
    throw new UserError("record-conflict", {
      what: `${name}: job ${other.jobId} of this name was started while this deployment worked on it; no second job was started`,
      cause: isEarlier ? "another deployment, which began earlier, started it" : "the store has no record of its start",
      fix: "wait until the other deployment has finished, then run `pulumi up` again",
    });
  },
  undo: { never: "it only looks" },
  // Never the job of before beside it: a stopped one is found by its record.
  whenItFails: { stays: "another deployment's job runs, or nobody can tell whether one does" },
};

/** By now the job is stopped: a JobManager that is away must not leave it so before the limit of a start is over. */
function allJobs({ name, world, limits, progress }: DeployContext): Promise<readonly JobSummary[]> {
  const what = `${name}: the last check of the cluster's jobs before the start`;
  const fix = "make the cluster reachable, then run `pulumi up` again: it resumes from the newest state";
  const look = async (): Promise<Look<readonly JobSummary[]>> => ({ done: await world.rest.jobsOverview() });
  return reached(() => waitFor({ what, timeoutSeconds: limits.startSeconds, fix, progress }, patiently(look)));
}
