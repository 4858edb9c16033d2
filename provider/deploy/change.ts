/** A change that ends with a start: prepare → note the intent → stop → note the savepoint → start → note the job. */

import type { Decision, Start, Stop } from "../core/decision.js";
import { reasonOf, UserError } from "../core/errors.js";
import { isLooping, keepsFailing } from "../core/health.js";
import type { ObservedJob } from "../core/observed.js";
import { keepsCheckpoints } from "../core/properties.js";
import { type Deployment, deployed, type JobRecord, withChoices, withEarlierIntent } from "../core/record.js";
import { startFix } from "../core/start-fix.js";
import type { JobSummary } from "../flink/answers.js";
import { awaitFirstCheckpoint } from "../flink/first-checkpoint.js";
import { awaitFirstRow } from "../flink/first-row.js";
import { NoAnswer } from "../flink/http.js";
import { awaitRunning, cancelJob, unlessFailed } from "../flink/lifecycle.js";
import { type Look, patiently, waitFor } from "../flink/wait.js";
import type { ChangeContext, Changing, Manner } from "./changing.js";
import { haltOrCancel } from "./halt.js";
import { awaitCertainty, isContested, StartContested } from "./late-start.js";
import { awaitNoOther, unlessTaken, yieldIfTaken } from "./races.js";
import { hasWayBack, rollBack, type StartFailure } from "./roll-back.js";
import { worldOfJobs } from "./sighting.js";
import { prepare } from "./submission.js";
import { refuseMissedRows, refuseWrongRows, type Submission } from "./submission-parts.js";
import { refuseOtherDirectory, refuseOtherName } from "./what-runs.js";

export class Change implements Changing {
  readonly name: string;

  constructor(
    readonly plan: Decision,
    private readonly start: Start,
    private readonly next: Deployment,
    readonly before: JobRecord | undefined,
    readonly context: ChangeContext,
  ) {
    this.name = context.desired.manifest.name;
  }

  async run(): Promise<JobRecord> {
    const { next } = this;
    // Where nothing runs there is nothing to protect from a start that fails.
    const proof = this.plan.steps.every(({ do: step }) => step === "start") ? "as-checked" : "anew";
    const submission = await prepare(next, this.context.desired.secrets, this.context.target, proof);
    try {
      refuseWrongRows(submission.facts, next);
      refuseMissedRows(this.plan, submission.facts, this.before?.current, next);
      const stopped = await this.stop(next, submission);
      const from = this.from(stopped);
      const started = { ...next, startedFrom: from ?? null };
      await awaitNoOther(this, stopped);
      const status = (await this.startOrRollBack(started, submission, stopped)) ? "finished" : "running";
      const { choices: _, ...record } = deployed(stopped, started, new Date().toISOString());
      // Until here the job is still that of the resource before: where this one fails, that one can delete it.
      const { resourceId, desired } = this.context;
      const own = { resourceId, owner: desired.stack?.now, intent: undefined };
      return await this.confirm({ ...record, ...withChoices(this.plan.choices), ...own, status });
    } finally {
      await submission.close();
    }
  }

  private async confirm(record: JobRecord): Promise<JobRecord> {
    try {
      return await this.context.writer.write(record);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await yieldIfTaken(this, record, error);
      throw new UserError(error.code, {
        what: `${this.name}: version ${record.current.meta.version} runs as job ${record.current.jobId}, but this could not be written to its record`,
        cause: error.parts.cause ?? error.parts.what,
        fix: "run `pulumi up` again: it finds the job by the id that was recorded before the start",
      });
    }
  }

  /** Writes the intent, then ends the running job; the record that comes back knows the savepoint. */
  private async stop(next: Deployment, submission: Submission): Promise<JobRecord> {
    const { writer } = this.context;
    const stop = this.plan.steps.find(
      (step): step is Stop => step.do === "stop-with-savepoint" || step.do === "cancel",
    );
    const { session } = submission;
    const base = this.before ?? this.first(next);
    const intent = { action: this.plan.action, next, session, ...withChoices(this.plan.choices) };
    // What a replaced version leaves behind is remembered, even where somebody else (or a crash) stopped it.
    const savepoint = base.savepoint ?? this.plan.leaves;
    if (!stop)
      return writer.write({ ...withEarlierIntent(base), savepoint, intent: { ...intent, stopping: undefined } });
    const world = worldOfJobs(this.context.sighting, this.context.world);
    const context = { ...this.context, world, name: this.name };
    const { record, state } = await haltOrCancel(stop, base, intent, context, (job, now) =>
      this.maySkip(stop, job, now),
    );
    return this.noted({ ...record, status: "stopped", savepoint: state });
  }

  /** Whether a job that no savepoint can be had of is cancelled, as it is where it is seen restarting. */
  private maySkip(stop: Stop, job: ObservedJob, now: number): boolean {
    if (stop.do === "cancel" || stop.drain || !job.detail?.lastCheckpoint) return false;
    if (!keepsCheckpoints(this.before?.current.manifest ?? this.next.manifest)) return false;
    return this.start.from === "clean" ? keepsFailing(job, now) : isLooping(job, now);
  }

  /** A store that is away just now must not keep a stopped job from starting: the intent in it is enough to go on. */
  private async noted(record: JobRecord): Promise<JobRecord> {
    try {
      return await this.context.writer.write(record);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "store-unreachable") throw error;
      this.context.progress(`${this.name}: ${error.parts.what}; the job is started anyway`);
      return record;
    }
  }

  /** The record of a job that never ran. */
  private first(next: Deployment): JobRecord {
    const { resourceId, desired } = this.context;
    return {
      status: "stopped",
      current: next,
      savepoint: undefined,
      resourceId,
      owner: desired.stack?.now,
      intent: undefined,
      past: [],
      written: undefined,
    };
  }

  private from(stopped: JobRecord): string | undefined {
    const { from, isChosen } = this.start;
    if (from === "clean") return undefined;
    const wasCancelled = this.plan.steps.some((step) => step.do === "cancel") && !this.isGiven(isChosen);
    if (from !== "savepoint-just-taken") return (wasCancelled ? stopped.savepoint?.path : undefined) ?? from.path;
    if (!stopped.savepoint) throw new Error(`${this.name}: stopped without a savepoint`);
    return stopped.savepoint.path;
  }

  /** A person named the very state, rather than whatever the version before leaves. */
  private isGiven(isChosen: boolean | undefined): boolean {
    return isChosen === true && this.context.sighting.observed.chosen !== undefined;
  }

  /** Gives whether it has come to its end by now, as a bounded job may at once. */
  private async startOrRollBack(next: Deployment, submission: Submission, stopped: JobRecord): Promise<boolean> {
    try {
      const { allowNonRestoredState } = this.start;
      const manner = { secrets: this.context.desired.secrets, allowNonRestoredState };
      const started = await this.startAndAwait(next, submission, manner);
      refuseOtherName(this.name, started);
      const hasFinished = await this.awaitProof(started);
      await refuseOtherDirectory(this.context.world.rest, next);
      return hasFinished;
    } catch (error) {
      // A submission without an answer must not come true after the roll-back has begun.
      await submission.close();
      if (error instanceof StartContested && !hasWayBack(this.plan)) {
        await this.takeAway(next.jobId ?? "");
        throw error;
      }
      if (error instanceof UserError && error.code === "timed-out") await this.outlast(next.jobId ?? "");
      return rollBack(this, next, stopped, failureOf(error));
    }
  }

  /** Once the JobManager answers again. */
  private async outlast(jobId: string): Promise<void> {
    const { world, limits, progress } = this.context;
    await this.takeAway(jobId);
    await awaitCertainty(jobId, world, { name: this.name, limits, progress });
  }

  async startAndAwait(next: Deployment, submission: Submission, manner: Manner): Promise<JobSummary> {
    const { limits, progress } = this.context;
    const { world } = manner.at ?? this.context;
    const jobId = next.jobId ?? "";
    progress(`${this.name}: starting version ${next.meta.version}`);
    await this.submit(next, jobId, submission, manner);
    return awaitRunning(world.rest, { name: this.name, jobId, limits, progress });
  }

  /** What takes the place of a job that ran must show what its rows do to it, for as long as it can be rolled back. */
  private async awaitProof(started: JobSummary): Promise<boolean> {
    const { world, limits, progress } = this.context;
    const job = { name: this.name, jobId: started.jid, limits, progress };
    if (started.state === "FINISHED") return true;
    if (!hasWayBack(this.plan)) return awaitFirstCheckpoint(world.rest, job);
    await awaitFirstRow(world.rest, job);
    const hasFinished = await awaitFirstCheckpoint(world.rest, job);
    await unlessFailed(world.rest, this.name, started);
    return hasFinished;
  }

  /** Submits until there is an answer: Flink takes a job id once only, so a lost answer cannot make two jobs of one. */
  private async submit(
    next: Deployment,
    jobId: string,
    first: Submission,
    { secrets, allowNonRestoredState, at }: Manner,
  ): Promise<void> {
    const { desired, sighting, limits, progress } = this.context;
    const { world, target } = at ?? this.context;
    const what = `${this.name}: submission of job ${jobId}`;
    const fix = "check that the SQL Gateway and the JobManager run, then run `pulumi up` again";
    const from = next.startedFrom
      ? { path: next.startedFrom, allowNonRestoredState: allowNonRestoredState === true }
      : undefined;
    let submission: Submission | undefined = first;
    const attempt = async (): Promise<Look<true>> => {
      try {
        submission ??= await prepare(next, secrets, target);
        await submission.submit(jobId, from);
        return { done: true };
      } catch (error) {
        // Flink has the job: only the answer was lost, on the way to us or to the gateway.
        const isThere = (await world.rest.statusOf(jobId)) !== undefined;
        if (isThere && isContested(next, desired, sighting)) throw new StartContested(this.name, jobId);
        if (isThere) return { done: true };
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

  takeAway(jobId: string): Promise<void> {
    const { world, limits, progress } = this.context;
    return cancelJob(world.rest, { name: this.name, jobId, limits, progress }, () => unlessTaken(this, jobId));
  }
}

function failureOf(error: unknown): StartFailure {
  if (!(error instanceof UserError)) return { reason: reasonOf(error), fix: startFix(reasonOf(error)) };
  const { what, cause, fix } = error.parts;
  // What another deployment did is no mistake of the manifest's.
  if (error.code === "record-conflict") return { reason: `${what}: ${cause}`, fix };
  // Whoever saw the whole trace knows more of it than its most telling words.
  return { reason: cause ?? what, fix: error.code === "start-failed" ? fix : startFix(cause ?? what) };
}

function isUnreachableGateway(error: unknown): boolean {
  return error instanceof UserError && ["gateway-unreachable", "runner-failed"].includes(error.code);
}
