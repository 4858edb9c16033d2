/** STEP confirm: the record is about what was started, and the intent goes away. */

import { deployed, type JobRecord, type Step, UserError } from "../../decide/index.js";
import { type DeployContext, given, type Standing } from "../context.js";
import { yieldIfTaken } from "../races.js";
import type { StepKind } from "../run.js";

export const confirm: StepKind<Extract<Step, { do: "confirm" }>, Standing, DeployContext> = {
  async run(_, standing, context) {
    const stopped = given(standing.record, "the record with the intent");
    const started = deployed(stopped, given(standing.next, "what was started"), new Date().toISOString());
    const status = standing.hasFinished ? "finished" : "running";
    // Until here the job is still that of the resource before: where this one fails, that one can delete it.
    const record = await confirmed({ ...context.owned(started), intent: undefined, status }, context);
    return { ...standing, record };
  },
  undo: { never: "it is the last step of a start" },
  whenItFails: { stays: "the job runs, and is found by the id that the intent names" },
};

async function confirmed(record: JobRecord, context: DeployContext): Promise<JobRecord> {
  try {
    return await context.writer.write(record);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await yieldIfTaken(record, error, context);
    throw new UserError(error.code, {
      what: `${context.name}: version ${record.current.meta.version} runs as job ${record.current.jobId}, but this could not be written to its record`,
      cause: error.parts.cause ?? error.parts.what,
      fix: "run `pulumi up` again: it finds the job by the id that was recorded before the start",
    });
  }
}
