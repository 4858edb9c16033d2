/** STEP cancel-copy: cancels a second copy of the job, which an earlier deployment started. */

import type { Step } from "../../decide/index.js";
import { cancelJob } from "../../flink/index.js";
import type { DeployContext, Standing } from "../context.js";
import type { StepKind } from "../run.js";

export const cancelCopy: StepKind<Extract<Step, { do: "cancel-copy" }>, Standing, DeployContext> = {
  async run({ jobId }, standing, { name, jobsAt, limits, progress }) {
    await cancelJob(jobsAt.rest, { name, jobId, limits, progress });
    return standing;
  },
  undo: { never: "two of them would write each row twice" },
  whenItFails: { stays: "the job itself was not touched yet" },
};
