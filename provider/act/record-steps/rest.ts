/** STEP rest: the record of a job that is not to run for now says so, and with which state it goes on later. */

import type { EndStep } from "../../decide/index.js";
import { type DeployContext, type EndContext, given, type Standing } from "../context.js";
import type { StepKind } from "../run.js";

type Rest = Extract<EndStep, { do: "rest" }>;

export const rest = {
  async run({ as: status, state }: Rest, standing: Standing, { writer, owned }: EndContext): Promise<Standing> {
    const savepoint = state === "just-taken" ? standing.state : state;
    const stopped = given(standing.record, "the record of what is to rest");
    return { ...standing, record: await writer.write({ ...owned(stopped), status, savepoint, intent: undefined }) };
  },
  undo: { never: "it says what is true" },
  whenItFails: { stays: "the job is to rest: an end that is not written down yet is found by the intent" },
} satisfies StepKind<Rest, Standing, DeployContext>;
