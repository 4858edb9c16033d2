/** The roll-back after a start that failed: the job of before runs again from where it was stopped. */

import { randomBytes } from "node:crypto";
import { checkpointsOf, lastCheckpointOf } from "../ask/index.js";
import {
  type Deployment,
  type Desired,
  deployed,
  type JobRecord,
  keepsCheckpoints,
  matchesDigest,
  reasonOf,
  type StateRef,
  type StopStep,
  stateName,
  UserError,
  unlessBug,
  withEarlierIntent,
} from "../decide/index.js";
import { elsewhere, SqlGateway } from "../flink/index.js";
import { prepareSubmission, type SubmissionTarget } from "../prove/index.js";
import { type DeployContext, given, type Standing } from "./context.js";
import { failureOf, wordsOfFailed } from "./failure.js";
import { yieldIfTaken } from "./races.js";
import { takeIntentBack } from "./record-steps/note-intent.js";
import type { Undone } from "./run.js";
import { startAndAwait } from "./submit.js";

/** Undoes a stop of a job that ran well: starts it again from its savepoint. */
export async function startAgain(
  step: StopStep,
  standing: Standing,
  context: DeployContext,
  error: unknown,
): Promise<Undone<Standing>> {
  if (step.undo === "stays-stopped") return takeIntentBack(step, standing, context, error);
  const { name, desired, sighting } = context;
  const { reason, fix } = failureOf(error);
  const failed = given(standing.next, "what failed to start");
  const stopped = given(standing.record, "the record of what was stopped");
  const was = wordsOfFailed(name, failed);
  const old = stopped.current;
  const state = await stateToGoBackTo(context, failed, stopped);
  const again: Deployment = {
    ...old,
    definitions: old.definitions ?? desired.definitions,
    metadataColumns: old.metadataColumns ?? desired.metadataColumns,
    jobId: randomBytes(16).toString("hex"),
    cluster: sighting.there?.place ?? old.cluster ?? desired.here,
    startedFrom: state?.path ?? null,
  };
  const secrets = secretsOf(old, context);
  if (!secrets)
    throw new UserError("start-failed", {
      what: `${was}, and was not rolled back to version ${old.meta.version}, since the secret parameters that it ran with are no longer known: ${name} is stopped; its state is ${again.startedFrom}`,
      cause: reason,
      fix: "set the secret parameters as they were, restore the manifest, and run `pulumi up`: it resumes from that state",
    });
  const record = await startOld(again, { ...standing, record: stopped }, context, { was, reason, secrets });
  const from = state ? stateName(state.path) : "nothing";
  const told = new UserError("start-failed", {
    what: `${was}; rolled back to version ${old.meta.version} as it was before, resumed from ${from}`,
    cause: reason,
    fix,
  });
  return { standing: { ...standing, record }, error: told };
}

/**
 * The state it was stopped with; but where the failed start was one of the same version and completed a checkpoint, what
 * this covers is in the sinks already: going back behind it would write it once more. The store knows that checkpoint even
 * where a JobManager that was started again does not; Flink, where it lies in no folder of the job's own.
 */
async function stateToGoBackTo(
  { world }: DeployContext,
  failed: Deployment,
  { current, savepoint }: JobRecord,
): Promise<StateRef | undefined> {
  if (failed.meta.version !== current.meta.version || !keepsCheckpoints(failed.manifest)) return savepoint;
  // Of a store that is away the next write tells, with what became of the job.
  const own = (await checkpointsOf(world.store, failed).catch(unlessBug))?.at(-1);
  return own ?? (await lastCheckpointOf(failed.jobId ?? "", world)) ?? savepoint;
}

/** A record tells only whether a secret is the one of before: that one is Pulumi's to know. Never the new one instead. */
function secretsOf(
  { secrets: digest }: Deployment,
  { desired, secretsBefore }: DeployContext,
): Desired["secrets"] | undefined {
  const known = [desired.secrets, ...(secretsBefore ? [secretsBefore] : [])];
  return digest ? known.find((secrets) => matchesDigest(secrets, digest)) : desired.secrets;
}

/** A job that was to move runs again where it ran before. */
function placeToGoBackTo({ sighting, world }: DeployContext, target: SubmissionTarget) {
  const { there } = sighting;
  if (!there) return { world, target };
  const { gatewayUrl } = there.place;
  const jobManager = there.world.rest.connection;
  const known = (target.gateway?.connection ?? jobManager).with({ timeoutMs: jobManager.timeoutMs });
  const gateway = gatewayUrl ? new SqlGateway(elsewhere(known, gatewayUrl)) : undefined;
  return { world: there.world, target: { ...target, gateway, jobManager } };
}

async function startOld(
  again: Deployment,
  { record: stopped, applied, total }: Standing & { readonly record: JobRecord },
  context: DeployContext,
  told: { readonly was: string; readonly reason: string; readonly secrets: Desired["secrets"] },
): Promise<JobRecord> {
  const { name, writer, target, limits } = context;
  const { startSeconds } = limits;
  const at = placeToGoBackTo(context, target);
  try {
    const submission = await prepareSubmission(again, told.secrets, at.target);
    const { session } = submission;
    await writer.write({
      ...withEarlierIntent(stopped),
      intent: { action: "roll-back", stopping: undefined, next: again, session, startSeconds, applied, total },
    });
    try {
      await startAndAwait(again, submission, { secrets: told.secrets, at }, context);
    } finally {
      await submission.close();
    }
    return await writer.write({ ...deployed(stopped, again, new Date().toISOString()), intent: undefined });
  } catch (error) {
    // Where it was started again, which after a move is not where the change is.
    const there = { ...context, world: at.world };
    if (error instanceof UserError) await yieldIfTaken({ ...stopped, current: again }, error, there);
    throw new UserError("start-failed", {
      what: `${told.was}, and the roll-back to version ${again.meta.version} failed: ${name} is stopped; its state is ${again.startedFrom}`,
      cause: `${told.reason}\nthen, during the roll-back: ${reasonOf(error)}`,
      fix: "restore the manifest as it was and run `pulumi up`: it resumes from that state",
    });
  }
}
