/** STEP own: the record says whose it is and which choices it knows; the job is left as it is. */

import { type Step, withoutSession } from "../../decide/index.js";
import type { DeployContext, Standing } from "../context.js";
import type { StepKind } from "../run.js";

export const own: StepKind<Extract<Step, { do: "own" }>, Standing, DeployContext> = {
  async run(step, standing, { name, writer, owned }) {
    const { record } = standing;
    if (!record) throw new Error(`${name}: a plan without a step and without a record`);
    const intent = step.intent === "without-session" ? withoutSession(record) : undefined;
    return { ...standing, record: await writer.write({ ...owned(record), intent }) };
  },
  undo: { never: "it says what is true" },
  whenItFails: { stays: "the job was not touched" },
};
