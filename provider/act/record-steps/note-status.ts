/** STEP note-status: the record of a job that runs as the manifest says, or came to its end. */

import { deployed, type JobRecord, runsCutShort, type Step } from "../../decide/index.js";
import type { DeployContext, Standing } from "../context.js";
import { nextDeployment } from "../next-deployment.js";
import type { StepKind } from "../run.js";

type NoteStatus = Extract<Step, { do: "note-status" }>;

export const noteStatus: StepKind<NoteStatus, Standing, DeployContext> = {
  async run(step, standing, context) {
    return { ...standing, record: await context.writer.write(asItRuns(step, standing.record, context)) };
  },
  undo: { never: "it says what is true" },
  whenItFails: { stays: "the job was not touched" },
};

function asItRuns({ status, jobId }: NoteStatus, before: JobRecord | undefined, context: DeployContext): JobRecord {
  const { desired } = context;
  // Where it runs another text than the manifest's, a roll-back must find that one.
  const isCutShort = before && runsCutShort(before.current, desired.manifest);
  const manifest = isCutShort ? { ...desired.manifest, sql: before.current.manifest.sql } : desired.manifest;
  const { startedFrom, since } = before?.current ?? {};
  const next = nextDeployment(context);
  const current = { ...next, manifest, jobId, startedFrom, ...(since !== undefined && { since }) };
  const base = deployed(before, current, new Date().toISOString());
  return { ...context.owned(base), status, savepoint: undefined, intent: undefined };
}
