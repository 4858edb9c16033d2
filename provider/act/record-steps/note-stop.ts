/** STEP note-stop: the record says that the job is stopped, and with which state. */

import { type JobRecord, type Step, UserError } from "../../decide/index.js";
import { type DeployContext, given, type Standing } from "../context.js";
import type { StepKind } from "../run.js";

export const noteStop: StepKind<Extract<Step, { do: "note-stop" }>, Standing, DeployContext> = {
  async run(step, standing, context) {
    const { state, applied, total } = standing;
    const stopped = given(standing.record, "the record with the intent");
    const intent = stopped.intent && { ...stopped.intent, applied, total };
    const record = await noted({ ...stopped, status: "stopped", savepoint: state, intent }, context);
    // The way back would begin from nothing, too.
    if (step.state === "needed" && !state) throw new Error(`${context.name}: stopped without a savepoint`);
    return { ...standing, record };
  },
  undo: { never: "what it says is where the undo of the stop goes on from" },
  whenItFails: { stays: "the record went to another deployment, which goes on from the stop" },
};

/** A store that is away just now must not keep a stopped job from starting: the intent in it is enough to go on. */
async function noted(record: JobRecord, { name, writer, progress }: DeployContext): Promise<JobRecord> {
  try {
    return await writer.write(record);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "store-unreachable") throw error;
    progress(`${name}: ${error.parts.what}; the job is started anyway`);
    return record;
  }
}
