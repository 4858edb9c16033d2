/** The roll-back after a start that failed: the job of before runs again from where it was stopped. */

import { randomBytes } from "node:crypto";
import { type Desired, matchesDigest } from "../core/changes.js";
import type { Decision } from "../core/decision.js";
import { reasonOf, UserError } from "../core/errors.js";
import { stateName } from "../core/naming.js";
import { keepsCheckpoints } from "../core/properties.js";
import {
  type Deployment,
  deployed,
  type JobRecord,
  type StateRef,
  withEarlierIntent,
  withFailedVersion,
  withoutSession,
} from "../core/record.js";
import { SqlGateway } from "../flink/gateway.js";
import type { Changing } from "./changing.js";
import { lastCheckpointOf } from "./observe.js";
import { yieldIfTaken } from "./races.js";
import { checkpointsOf } from "./sighting.js";
import { prepare } from "./submission.js";
import type { SubmissionTarget } from "./submission-parts.js";

export interface StartFailure {
  /** Why it did not start. */
  readonly reason: string;
  /** What to do once the job of before runs again, or where none did. */
  readonly fix: string;
}

/** Whether a job that ran well is stopped for the start, so that it can be started again. */
export function hasWayBack({ steps }: Decision): boolean {
  return steps.some((step) => step.do === "stop-with-savepoint" || (step.do === "cancel" && step.isForced));
}

/** Takes the failed start away and, where a job was stopped for it, starts that one again from its savepoint. */
export async function rollBack(
  change: Changing,
  failed: Deployment,
  before: JobRecord,
  { reason, fix }: StartFailure,
): Promise<never> {
  const { name, plan, context } = change;
  const stopped = change.before ? withFailedVersion(before, failed, new Date().toISOString()) : before;
  await change.takeAway(failed.jobId ?? "");
  const was = `${name}: version ${failed.meta.version} did not start`;
  const wasStopped = hasWayBack(plan);
  if (change.before && !wasStopped) await context.writer.write({ ...withEarlierIntent(stopped), intent: undefined });
  // The intent of a first start is what says that the job never ran; without its session nobody waits for it any more.
  if (!change.before) await context.writer.write({ ...stopped, intent: withoutSession(stopped) }).catch(unlessBug);
  if (!wasStopped)
    throw new UserError("start-failed", {
      what: `${was}; it is not running`,
      cause: reason,
      fix,
    });
  const old = stopped.current;
  const state = await stateToGoBackTo(change, failed, stopped);
  const again: Deployment = {
    ...old,
    definitions: old.definitions ?? context.desired.definitions,
    metadataColumns: old.metadataColumns ?? context.desired.metadataColumns,
    jobId: randomBytes(16).toString("hex"),
    cluster: context.sighting.there?.place ?? old.cluster ?? context.desired.here,
    startedFrom: state?.path ?? null,
  };
  const secrets = secretsOf(old, context);
  if (!secrets)
    throw new UserError("start-failed", {
      what: `${was}, and was not rolled back to version ${old.meta.version}, since the secret parameters that it ran with are no longer known: ${name} is stopped; its state is ${again.startedFrom}`,
      cause: reason,
      fix: "set the secret parameters as they were, restore the manifest, and run `pulumi up`: it resumes from that state",
    });
  await startAgain(change, again, stopped, { was, reason, secrets });
  const from = state ? stateName(state.path) : "nothing";
  throw new UserError("start-failed", {
    what: `${was}; rolled back to version ${old.meta.version} as it was before, resumed from ${from}`,
    cause: reason,
    fix,
  });
}

/**
 * The state it was stopped with; but where the failed start was one of the same version and completed a checkpoint, what
 * this covers is in the sinks already: going back behind it would write it once more. The store knows that checkpoint even
 * where a JobManager that was started again does not; Flink, where it lies in no folder of the job's own.
 */
async function stateToGoBackTo(
  { context }: Changing,
  failed: Deployment,
  { current, savepoint }: JobRecord,
): Promise<StateRef | undefined> {
  if (failed.meta.version !== current.meta.version || !keepsCheckpoints(failed.manifest)) return savepoint;
  // Of a store that is away the next write tells, with what became of the job.
  const own = (await checkpointsOf(context.world.store, failed).catch(unlessBug)).at(-1);
  return own ?? (await lastCheckpointOf(failed.jobId ?? "", context.world)) ?? savepoint;
}

function unlessBug(error: unknown): [] {
  if (error instanceof UserError) return [];
  throw error;
}

/** A record tells only whether a secret is the one of before: that one is Pulumi's to know. Never the new one instead. */
function secretsOf(
  { secrets: digest }: Deployment,
  { desired, secretsBefore }: Changing["context"],
): Desired["secrets"] | undefined {
  const known = [desired.secrets, ...(secretsBefore ? [secretsBefore] : [])];
  return digest ? known.find((secrets) => matchesDigest(secrets, digest)) : desired.secrets;
}

/** A job that was to move runs again where it ran before. */
function placeToGoBackTo({ sighting, world }: Changing["context"], target: SubmissionTarget) {
  const { there } = sighting;
  if (!there) return { world, target };
  const { gatewayUrl } = there.place;
  const gateway = gatewayUrl ? new SqlGateway(gatewayUrl, there.world.rest.timeoutMs) : undefined;
  return { world: there.world, target: { ...target, gateway, restUrl: there.world.rest.url } };
}

async function startAgain(
  change: Changing,
  again: Deployment,
  stopped: JobRecord,
  told: { readonly was: string; readonly reason: string; readonly secrets: Desired["secrets"] },
): Promise<void> {
  const { name, context } = change;
  const { writer, target } = context;
  try {
    const at = placeToGoBackTo(context, target);
    const submission = await prepare(again, told.secrets, at.target);
    const { session } = submission;
    await writer.write({
      ...withEarlierIntent(stopped),
      intent: { action: "roll-back", stopping: undefined, next: again, session },
    });
    try {
      await change.startAndAwait(again, submission, { secrets: told.secrets, at });
    } finally {
      await submission.close();
    }
    await writer.write({ ...deployed(stopped, again, new Date().toISOString()), intent: undefined });
  } catch (error) {
    if (error instanceof UserError) await yieldIfTaken(change, { ...stopped, current: again }, error);
    throw new UserError("start-failed", {
      what: `${told.was}, and the roll-back to version ${again.meta.version} failed: ${name} is stopped; its state is ${again.startedFrom}`,
      cause: `${told.reason}\nthen, during the roll-back: ${reasonOf(error)}`,
      fix: "restore the manifest as it was and run `pulumi up`: it resumes from that state",
    });
  }
}
