/** Carries out a plan, step by step, each written into the record before and after. */

import { randomBytes, randomUUID } from "node:crypto";
import { type Desired, digestSecrets } from "../core/changes.js";
import { runsCutShort } from "../core/classic.js";
import type { Decision, Start, Step, Stop } from "../core/decision.js";
import type { Deployment, JobRecord } from "../core/record.js";
import { deployed, withChoices, withoutSession } from "../core/record.js";
import { SqlGateway } from "../flink/gateway.js";
import { cancelJob } from "../flink/lifecycle.js";
import { Change } from "./change.js";
import type { ChangeContext } from "./changing.js";
import { halt } from "./halt.js";
import { endSession } from "./kept-sessions.js";
import { asBegun } from "./late-start.js";
import { RecordWriter } from "./record-writer.js";
import { endLeftRunner } from "./runner-submission.js";
import { type Sighting, worldOfJobs } from "./sighting.js";

export interface ApplyContext extends Omit<ChangeContext, "writer"> {
  readonly sighting: Sighting;
}

/** Does what the plan says and gives the record as it is then. Throws UserError; its text says what runs now. */
export async function apply(plan: Decision, context: ApplyContext): Promise<JobRecord> {
  const { sighting, desired } = context;
  const writer = new RecordWriter(context.world.store, desired.manifest.name, sighting.stored?.mark);
  const { record } = sighting.observed;
  await dropLeftovers(sighting, context);
  for (const step of plan.steps) if (step.do === "cancel-copy") await cancelCopy(step.jobId, context);
  const start = plan.steps.find((step): step is Start => step.do === "start");
  if (start) {
    const next = await asBegun(nextDeployment(desired, record, plan, start), desired, sighting, context.world);
    return new Change(plan, start, next, record, { ...context, writer }).run();
  }
  const rest = plan.steps.find((step) => step.do === "rest");
  if (rest) return putToRest(plan, rest, record, { ...context, writer });
  const noted = plan.steps.find((step) => step.do === "record");
  if (noted) return writer.write(asItRuns(plan, noted, record, context));
  if (!record) throw new Error(`${desired.manifest.name}: a plan without a step and without a record`);
  // The intent of a job that was never started is what says so; a start that was asked for does not come any more.
  const intent = plan.isSuspended ? withoutSession(record) : undefined;
  const { resourceId } = context;
  return writer.write({
    ...without(record),
    ...withChoices(plan.choices),
    resourceId,
    owner: desired.stack?.now,
    intent,
  });
}

/** A record whose choices are about to be written again. */
function without({ choices: _, ...record }: JobRecord): JobRecord {
  return record;
}

function cancelCopy(jobId: string, { world, sighting, limits, progress, desired }: ApplyContext): Promise<void> {
  const { rest } = worldOfJobs(sighting, world);
  return cancelJob(rest, { name: desired.manifest.name, jobId, limits, progress });
}

/** The record of a job that runs as the manifest says, or came to its end. */
function asItRuns(
  plan: Decision,
  { status, jobId }: Extract<Step, { do: "record" }>,
  record: JobRecord | undefined,
  { desired, resourceId }: ApplyContext,
): JobRecord {
  // Where it runs another text than the manifest's, a roll-back must find that one.
  const isCutShort = record && runsCutShort(record.current, desired.manifest);
  const manifest = isCutShort ? { ...desired.manifest, sql: record.current.manifest.sql } : desired.manifest;
  const { startedFrom, since } = record?.current ?? {};
  const next = nextDeployment(desired, record, plan, undefined);
  const current = { ...next, manifest, jobId, startedFrom, ...(since !== undefined && { since }) };
  const base = deployed(record, current, new Date().toISOString());
  return {
    ...without(base),
    ...withChoices(plan.choices),
    status,
    savepoint: undefined,
    resourceId,
    owner: desired.stack?.now,
    intent: undefined,
  };
}

/** Stops the job, if it runs, and leaves it so; the record of a job that was never started says that too. */
async function putToRest(
  plan: Decision,
  { state }: Extract<Step, { do: "rest" }>,
  record: JobRecord | undefined,
  context: ApplyContext & { readonly writer: RecordWriter },
): Promise<JobRecord> {
  const { writer, desired, resourceId } = context;
  const own = { resourceId, owner: desired.stack?.now, intent: undefined };
  const rested = { status: "stopped" as const, ...withChoices(plan.choices), ...own };
  if (!record) return writer.write(firstRecord(plan, context));
  const stop = plan.steps.find((step): step is Stop => step.do === "stop-with-savepoint" || step.do === "cancel");
  if (!stop) return writer.write({ ...without(record), ...rested, savepoint: state ?? record.savepoint });
  const intent = { action: plan.action, next: undefined, session: undefined };
  const world = worldOfJobs(context.sighting, context.world);
  const halted = await halt(stop, record, intent, { ...context, world, name: desired.manifest.name });
  return writer.write({ ...without(halted.record), ...rested, savepoint: halted.state });
}

/** Its intent is its own first start: by that a job is known that never ran. */
function firstRecord(plan: Decision, { desired, resourceId }: ApplyContext): JobRecord {
  const current = nextDeployment(desired, undefined, plan, undefined);
  const intent = { action: plan.action, stopping: undefined, next: current, session: undefined };
  const owner = desired.stack?.now;
  return { status: "stopped", current, savepoint: undefined, resourceId, owner, intent, past: [], written: undefined };
}

/** Longest time for the gateway of a cluster that is left. */
const LEFT_MS = 10_000;

/** A session that a killed deployment left open could still submit its job: it is closed before anything else starts. */
async function dropLeftovers({ stored }: Sighting, { target }: ApplyContext): Promise<void> {
  const session = stored?.record.intent?.session;
  if (!session) return;
  const { gateway } = target;
  if (gateway && session.gatewayUrl === gateway.url) await gateway.closeSession(session.handle);
  // That of a cluster which is left may be gone with it.
  else if (/^https?:/u.test(session.gatewayUrl))
    await endSession(new SqlGateway(session.gatewayUrl, gateway?.timeoutMs ?? LEFT_MS), session.handle);
  await endLeftRunner(session, target.runner);
}

/** What is to be started: the manifest as it is now, under a job id that is fixed beforehand. */
function nextDeployment(
  desired: Desired,
  record: JobRecord | undefined,
  { version }: Decision,
  start: Start | undefined,
): Deployment {
  const fresh = { queryId: randomUUID(), version, createdAt: utcSeconds(new Date()) };
  const isNext = !record || start?.version === "next";
  return {
    manifest: desired.manifest,
    meta: isNext ? fresh : record.current.meta,
    definitions: desired.definitions,
    templates: desired.templates,
    metadataColumns: desired.metadataColumns,
    secrets: digestSecrets(desired.secrets),
    directories: desired.directories,
    files: desired.files,
    jobId: randomBytes(16).toString("hex"),
    cluster: desired.here,
    startedFrom: null,
    ...(start?.isChosen && { since: Date.now() }),
  };
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
function utcSeconds(date: Date): string {
  return date.toISOString().slice(0, 19).replace("T", " ");
}
