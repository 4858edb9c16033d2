/** STEP put-off: the record of a new job that is not to run yet. */

import type { Step } from "../../decide/index.js";
import type { DeployContext, Standing } from "../context.js";
import { neverRan, nextDeployment } from "../next-deployment.js";
import type { StepKind } from "../run.js";

export const putOff: StepKind<Extract<Step, { do: "put-off" }>, Standing, DeployContext> = {
  async run(_, standing, context) {
    const current = nextDeployment(context);
    // Its intent is its own first start: by that a job is known that never ran.
    const intent = { action: context.action, stopping: undefined, next: current, session: undefined };
    return { ...standing, record: await context.writer.write({ ...neverRan(current, context), intent }) };
  },
  undo: { never: "nothing was started" },
  whenItFails: { stays: "nothing was started" },
};
