/** Carries out a plan, step by step, each written into the record before and after. */

import { randomBytes, randomUUID } from "node:crypto";
import { type Desired, digestSecrets } from "../core/changes.js";
import { runsCutShort } from "../core/classic.js";
import { reasonOf, UserError } from "../core/errors.js";
import { sourceOf } from "../core/manifest.js";
import { stateName } from "../core/naming.js";
import type { Decision, Step } from "../core/plan.js";
import type { Deployment, JobRecord } from "../core/record.js";
import { deployed, nextVersion, withFailedVersion } from "../core/record.js";
import { awaitFirstCheckpoint, type StartLimits } from "../flink/first-checkpoint.js";
import { NoAnswer } from "../flink/http.js";
import { awaitRunning, cancelJob } from "../flink/lifecycle.js";
import { type Look, patiently, waitFor } from "../flink/wait.js";
import { halt } from "./halt.js";
import type { Sighting, World } from "./observe.js";
import { RecordWriter } from "./record-writer.js";
import { endLeftRunner } from "./runner-submission.js";
import { prepare } from "./submission.js";
import type { Submission, SubmissionTarget } from "./submission-parts.js";

export interface ApplyContext {
  readonly world: World;
  /** How a job is submitted. */
  readonly target: SubmissionTarget;
  readonly desired: Desired;
  readonly sighting: Sighting;
  readonly resourceId: string;
  readonly limits: StartLimits;
  /** Told what is going on while it lasts. */
  readonly progress: (text: string) => void;
}

type Start = Extract<Step, { do: "start" }>;

/** Does what the plan says and gives the record as it is then. Throws UserError; its text says what runs now. */
export async function apply(plan: Decision, context: ApplyContext): Promise<JobRecord> {
  const { sighting, desired } = context;
  const writer = new RecordWriter(context.world.store, desired.manifest.name, sighting.stored?.mark);
  const { record } = sighting.observed;
  await dropLeftovers(sighting, context);
  const start = plan.steps.find((step): step is Start => step.do === "start");
  if (start) return new Change(plan, start, record, writer, context).run();
  const noted = plan.steps.find((step) => step.do === "record");
  const { resourceId } = context;
  if (!noted && record) return writer.write({ ...record, resourceId, intent: undefined });
  if (!noted) throw new Error(`${desired.manifest.name}: a plan without a step and without a record`);
  // Where it runs another text than the manifest's, a way back must find that one.
  const isCutShort = record && runsCutShort(record.current, desired.manifest);
  const manifest = isCutShort ? { ...desired.manifest, sql: record.current.manifest.sql } : desired.manifest;
  const current = {
    ...nextDeployment(desired, record, "same"),
    manifest,
    jobId: noted.jobId,
    startedFrom: record?.current.startedFrom,
  };
  const base = deployed(record, current, new Date().toISOString());
  return writer.write({
    ...base,
    status: noted.status,
    savepoint: undefined,
    resourceId,
    intent: undefined,
  });
}

/** A session that a killed deployment left open could still submit its job: it is closed before anything else starts. */
async function dropLeftovers({ stored }: Sighting, { target }: ApplyContext): Promise<void> {
  const session = stored?.record.intent?.session;
  if (!session) return;
  if (target.gateway && session.gatewayUrl === target.gateway.url) await target.gateway.closeSession(session.handle);
  await endLeftRunner(session, target.runner);
}

/** What is to be started: the manifest as it is now, under a job id that is fixed beforehand. */
function nextDeployment(desired: Desired, record: JobRecord | undefined, version: "same" | "next"): Deployment {
  const fresh = {
    queryId: randomUUID(),
    version: nextVersion(record, sourceOf(desired.manifest)),
    createdAt: utcSeconds(new Date()),
  };
  return {
    manifest: desired.manifest,
    meta: record && version === "same" ? record.current.meta : fresh,
    definitions: desired.definitions,
    templates: desired.templates,
    metadataColumns: desired.metadataColumns,
    secrets: digestSecrets(desired.secrets),
    directories: desired.directories,
    files: desired.files,
    jobId: randomBytes(16).toString("hex"),
    startedFrom: null,
  };
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
function utcSeconds(date: Date): string {
  return date.toISOString().slice(0, 19).replace("T", " ");
}

/** A change that ends with a start: prepare → note the intent → stop → note the savepoint → start → note the job. */
class Change {
  private readonly name: string;

  constructor(
    private readonly plan: Decision,
    private readonly start: Start,
    private readonly before: JobRecord | undefined,
    private readonly writer: RecordWriter,
    private readonly context: ApplyContext,
  ) {
    this.name = context.desired.manifest.name;
  }

  async run(): Promise<JobRecord> {
    const next = nextDeployment(this.context.desired, this.before, this.start.version);
    const submission = await prepare(next, this.context.desired.secrets, this.context.target);
    try {
      const stopped = await this.stop(next, submission);
      const from = this.from(stopped);
      const started = { ...next, startedFrom: from ?? null };
      await this.startOrRollBack(started, submission, stopped);
      // Until here the job is still that of the resource before: where this one fails, that one can delete it.
      const { resourceId } = this.context;
      const record = deployed(stopped, started, new Date().toISOString());
      return await this.confirm({ ...record, resourceId, intent: undefined });
    } finally {
      await submission.close();
    }
  }

  private async confirm(record: JobRecord): Promise<JobRecord> {
    try {
      return await this.writer.write(record);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(error.code, {
        what: `${this.name}: version ${record.current.meta.version} runs as job ${record.current.jobId}, but this could not be written into its record`,
        cause: error.parts.cause ?? error.parts.what,
        fix: "run `pulumi up` again: it finds the job by the id that was noted before the start",
      });
    }
  }

  /** Writes the intent, then ends the running job; the record that comes back knows the savepoint. */
  private async stop(next: Deployment, submission: Submission): Promise<JobRecord> {
    const stop = this.plan.steps.find((step) => step.do === "stop-with-savepoint" || step.do === "cancel");
    const { session } = submission;
    const base = this.before ?? this.first(next);
    const intent = { action: this.plan.action, next, session };
    // What a replaced version leaves behind is remembered, even where somebody else (or a crash) stopped it.
    const savepoint = base.savepoint ?? this.plan.leaves;
    if (!stop) return this.writer.write({ ...base, savepoint, intent: { ...intent, stopping: undefined } });
    const { world, limits, progress } = this.context;
    const job = { jobId: stop.jobId, status: stop.do === "cancel" ? ("RESTARTING" as const) : ("RUNNING" as const) };
    const context = { name: this.name, world, limits, progress, writer: this.writer };
    const { record, state } = await halt(job, base, intent, context);
    return this.noted({ ...record, status: "stopped", savepoint: state });
  }

  /** A store that is away just now must not keep a stopped job from starting: the intent in it is enough to go on. */
  private async noted(record: JobRecord): Promise<JobRecord> {
    try {
      return await this.writer.write(record);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "store-unreachable") throw error;
      this.context.progress(`${this.name}: ${error.parts.what}; the job is started all the same`);
      return record;
    }
  }

  /** The record of a job that never ran. */
  private first(next: Deployment): JobRecord {
    const { resourceId } = this.context;
    return {
      status: "stopped",
      current: next,
      savepoint: undefined,
      resourceId,
      intent: undefined,
      past: [],
      written: undefined,
    };
  }

  private from(stopped: JobRecord): string | undefined {
    const { from } = this.start;
    if (from === "clean") return undefined;
    const wasCancelled = this.plan.steps.some((step) => step.do === "cancel");
    if (from !== "savepoint-just-taken") return (wasCancelled ? stopped.savepoint?.path : undefined) ?? from.path;
    if (!stopped.savepoint) throw new Error(`${this.name}: stopped without a savepoint`);
    return stopped.savepoint.path;
  }

  private async startOrRollBack(next: Deployment, submission: Submission, stopped: JobRecord): Promise<void> {
    try {
      await this.startAndAwait(next, submission);
      await this.awaitFirstCheckpoint(next.jobId ?? "");
    } catch (error) {
      const reason = error instanceof UserError ? (error.parts.cause ?? error.parts.what) : reasonOf(error);
      // A submission without an answer must not come true after the way back has begun.
      await submission.close();
      await this.rollBack(next, stopped, reason);
    }
  }

  private async startAndAwait(next: Deployment, submission: Submission): Promise<void> {
    const { world, limits, progress } = this.context;
    const jobId = next.jobId ?? "";
    progress(`${this.name}: starting version ${next.meta.version}`);
    await this.submit(next, jobId, submission);
    await awaitRunning(world.rest, { name: this.name, jobId, limits, progress });
  }

  private awaitFirstCheckpoint(jobId: string): Promise<void> {
    const { world, limits, progress } = this.context;
    return awaitFirstCheckpoint(world.rest, { name: this.name, jobId, limits, progress });
  }

  /** Submits until there is an answer: Flink takes a job id once only, so a lost answer cannot make two jobs of one. */
  private async submit(next: Deployment, jobId: string, first: Submission): Promise<void> {
    const { world, limits, progress } = this.context;
    const what = `${this.name}: submission of job ${jobId}`;
    const fix = "see that the SQL Gateway and the JobManager run, then run `pulumi up` again";
    let submission: Submission | undefined = first;
    const attempt = async (): Promise<Look<true>> => {
      try {
        submission ??= await prepare(next, this.context.desired.secrets, this.context.target);
        await submission.submit(jobId, next.startedFrom ?? undefined);
        return { done: true };
      } catch (error) {
        // Flink has the job: only the answer was lost, on the way to us or to the gateway.
        if ((await world.rest.statusOf(jobId)) !== undefined) return { done: true };
        if (!(error instanceof NoAnswer) && !isUnreachableGateway(error)) throw error;
        if (submission !== first) await submission?.close();
        submission = undefined;
        return { pending: error instanceof Error ? error.message : String(error) };
      }
    };
    try {
      await waitFor({ what, timeoutSeconds: limits.startSeconds, fix, progress, pauseMs: 200 }, patiently(attempt));
    } finally {
      if (submission !== first) await submission?.close();
    }
  }

  /** Takes the failed start away and, where a job was stopped for it, starts that one again from its savepoint. */
  private async rollBack(failed: Deployment, before: JobRecord, reason: string): Promise<never> {
    const stopped = this.before ? withFailedVersion(before, failed, new Date().toISOString()) : before;
    await this.takeAway(failed.jobId ?? "");
    const old = stopped.current;
    const was = `${this.name}: version ${failed.meta.version} did not start`;
    const wasStopped = this.plan.steps.some((step) => step.do === "stop-with-savepoint");
    // The record of a first start that failed stays as it is: its intent says that the job never ran.
    if (this.before && !wasStopped) await this.writer.write({ ...stopped, intent: undefined });
    if (!wasStopped)
      throw new UserError("start-failed", {
        what: `${was}; nothing of it runs`,
        cause: reason,
        fix: "correct the manifest, then run `pulumi up` again",
      });
    const again: Deployment = {
      ...old,
      definitions: old.definitions ?? this.context.desired.definitions,
      metadataColumns: old.metadataColumns ?? this.context.desired.metadataColumns,
      jobId: randomBytes(16).toString("hex"),
      startedFrom: stopped.savepoint?.path ?? null,
    };
    await this.startAgain(again, stopped, was, reason);
    const from = stopped.savepoint ? stateName(stopped.savepoint.path) : "nothing";
    throw new UserError("start-failed", {
      what: `${was}; version ${old.meta.version} as it was before runs again from ${from}`,
      cause: reason,
      fix: "correct the manifest, then run `pulumi up` again",
    });
  }

  private async startAgain(again: Deployment, stopped: JobRecord, was: string, reason: string): Promise<void> {
    try {
      const submission = await prepare(again, this.context.desired.secrets, this.context.target);
      const { session } = submission;
      await this.writer.write({
        ...stopped,
        intent: { action: "roll-back", stopping: undefined, next: again, session },
      });
      try {
        await this.startAndAwait(again, submission);
      } finally {
        await submission.close();
      }
      await this.writer.write({ ...deployed(stopped, again, new Date().toISOString()), intent: undefined });
    } catch (error) {
      throw new UserError("start-failed", {
        what: `${was}, and version ${again.meta.version} could not be started again: ${this.name} is stopped; its state is ${again.startedFrom}`,
        cause: `${reason}\nthen, for the way back: ${reasonOf(error)}`,
        fix: "bring back the manifest as it was and run `pulumi up`: it resumes from that state",
      });
    }
  }

  private async takeAway(jobId: string): Promise<void> {
    const { world, limits, progress } = this.context;
    await cancelJob(world.rest, { name: this.name, jobId, limits, progress });
  }
}

function isUnreachableGateway(error: unknown): boolean {
  return error instanceof UserError && ["gateway-unreachable", "runner-failed"].includes(error.code);
}
