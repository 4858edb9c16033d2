/** STEP prepare: Flink gets all of a start but the submission, and plans it, before anything that runs is touched. */

import type { Step } from "../../decide/index.js";
import { prepareSubmission, refuseMissedRows, refuseWrongRows } from "../../prove/index.js";
import { asBegun } from "../await-late-start.js";
import type { DeployContext, Standing } from "../context.js";
import { nextDeployment } from "../next-deployment.js";
import type { StepKind } from "../run.js";

export const prepare: StepKind<Extract<Step, { do: "prepare" }>, Standing, DeployContext> = {
  async run(step, standing, context) {
    const { desired, sighting, world, target, before } = context;
    const next = await asBegun(nextDeployment(context, step), desired, sighting, world);
    const submission = await prepareSubmission(next, desired.secrets, target, step.proof);
    try {
      refuseWrongRows(submission.facts, next);
      refuseMissedRows(step.keepsRows, submission.facts, before?.current, next);
    } catch (error) {
      await submission.close();
      throw error;
    }
    return { ...standing, next, submission };
  },
  undo: { never: "its session is closed when the plan is over, and an undone start has closed it before" },
  whenItFails: { stays: "nothing was touched yet" },
  async release({ submission }) {
    await submission?.close();
  },
};
