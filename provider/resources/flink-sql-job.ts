/** RESOURCE FlinkSqlJob: one manifest as a Pulumi resource whose hooks observe, plan and apply. */

import { randomBytes } from "node:crypto";
import type { dynamic, Output, ResourceOptions } from "@pulumi/pulumi";
import { apply, remove, StartContested } from "../act/index.js";
import { lostCheckpointWords, observeAll, reachable, type World } from "../ask/index.js";
import {
  ailmentOf,
  isAlive,
  type JobRecord,
  jobsWords,
  type Observed,
  placeWords,
  reasonOf,
  remarkWords,
  sameSql,
  sourceChanges,
  UserError,
} from "../decide/index.js";
import { dropSession, JobRefused, releaseReservation, startReserved } from "../prove/index.js";
import type { FlinkSqlJobArgs } from "./arguments.js";
import { beforeOf, type JobBefore, JobGiven, type JobInputs, Query } from "./job-inputs.js";
import { desiredOf, targetOf, worldNow, worldOf } from "./job-meaning.js";
import { refusalWords } from "./job-places.js";
import { checkJob, decide, type JobChecked, tellLine } from "./job-plan.js";
import { DynamicResource, type Hooks, providerOf } from "./seam/dynamic.js";
import { tell, tellEnd, tellProgress } from "./seam/engine-log.js";
import { Findings } from "./seam/findings.js";
import { argumentsAs, inputsAs } from "./seam/inputs.js";
import { isCollected } from "./seam/refusals.js";
import { explained } from "./seam/run-error.js";
import { jobWire } from "./wire.js";

/** An update ends at the first job that is refused, and says what a preview says at its end. */
const CORRECT_SQL = "\n  fix: correct the place named above, then run `pulumi up` again [sql-invalid]";

const UNTOUCHED = "the job was not touched";

export class FlinkSqlJob extends DynamicResource {
  /** Version of the SQL: 1, 2, 3 … */
  declare readonly version: Output<number>;
  /** Flink's id of the job. */
  declare readonly jobId: Output<string>;
  /** Flink's status when it was last looked at: RUNNING, FINISHED … */
  declare readonly state: Output<string>;
  /** Path of the state that it was started from; empty for a clean start. */
  declare readonly startedFrom: Output<string>;

  constructor(name: string, args: FlinkSqlJobArgs, options?: ResourceOptions) {
    const outputs = { version: undefined, jobId: undefined, state: undefined, startedFrom: undefined };
    const wire = explained(() => jobWire(name, args, options?.parent));
    super(providerOf("flink-sql-job"), name, { ...wire, ...outputs }, options, "flink", "FlinkSqlJob");
  }
}

/** Of a refresh: whether it found other outputs than the state has. */
interface Read {
  readonly action: "read";
  readonly isNews: boolean;
}

/** No input: of the jobs that an update made, the next plan says something else. */
const findings = new Findings<JobChecked | Read>();

export const hooks: Hooks = {
  async check(olds, news) {
    const found = argumentsAs(JobGiven, news);
    if ("failures" in found) return { inputs: news, failures: found.failures };
    const job = found.given;
    try {
      findings.note(job.self, await checkJob(job, beforeOf(job.self, olds)));
      return { inputs: news };
    } catch (error) {
      // No property: Pulumi would print its whole value, all table definitions and their passwords, in front of the reason.
      const reason = error instanceof JobRefused ? refusalWords(job, error) : undefined;
      if (reason === undefined && !(error instanceof UserError)) throw error;
      return refusedAs(job, news, reason ?? reasonOf(error), reason === undefined ? "" : CORRECT_SQL);
    }
  },

  async diff(id, olds, news) {
    const now = inputsAs(Query, news);
    const plan = findings.latest(now.self);
    if (plan?.action === "read") return { changes: plan.isNews };
    // After the stack went back to an older state, the record may belong to a resource that this state has not, or name
    // a job that was started since: the outputs must tell what runs.
    const isTakenOver = plan?.owner !== undefined && plan.owner !== id;
    const isLater = plan?.jobId !== undefined && plan.jobId !== Object(olds).jobId;
    // Written again, so that a destroy can read it; never replaced, since its deletion could not read it either.
    const isOldForm = !JobGiven.safeParse(olds).success;
    if (plan && plan.action !== "undecided") {
      const changes = plan.action !== "none" || isTakenOver || isLater || isOldForm;
      const line = changes ? plan.lines?.news : plan.lines?.same;
      if (line) await tellLine(now.self, line);
      return { changes, replaces: isOldForm ? [] : plan.replaces };
    }
    const old = Query.partial().safeParse(olds).data;
    const isSame = sourceChanges(old ?? {}, now).length === 0 && sameSql(old?.targetTable ?? "", now.targetTable ?? "");
    return { changes: true, replaces: isSame || isOldForm ? [] : [now.code === undefined ? "sql" : "code"] };
  },

  async create(inputs) {
    const job = inputsAs(JobGiven, inputs);
    const resourceId = `${job.name}-${randomBytes(4).toString("hex")}`;
    const outputs = await deploy(job, resourceId, beforeOf(job.self, {}));
    return { id: resourceId, outs: { ...Object(inputs), ...outputs } };
  },

  async update(id, olds, news) {
    const job = inputsAs(JobGiven, news);
    return { outs: { ...Object(news), ...(await deploy(job, id, beforeOf(job.self, olds))) } };
  },

  async delete(id, props) {
    const job = inputsAs(JobGiven, props);
    const progress = tellProgress(job.self);
    await reachable(job.name, UNTOUCHED, async () =>
      remove({ name: job.name, resourceId: id, world: await worldNow(job, "patient"), limits: job, progress }),
    );
  },

  async read(id, props) {
    const job = inputsAs(JobGiven, props);
    const { observed, world } = await reachable(job.name, UNTOUCHED, async () => {
      const world = await worldNow(job);
      return { world, ...(await observeAll(job.name, world)) };
    });
    const { record, job: seen } = observed;
    if (!record) return lost(id, job, props);
    if (record.status === "deleted" || record.resourceId !== id) return {};
    const state = stateOf(job, observed, record);
    const isFine = state === "RUNNING" || state === "FINISHED" || state === "SUSPENDED";
    const ailment = seen && isAlive(seen) ? ailmentOf(seen, job.staleSeconds, observed.now) : undefined;
    const health = ailment && remarkWords(ailment, job.name, observed.now);
    const others = jobsWords(observed.namesakes);
    const { elsewhere } = observed;
    const words = [
      elsewhere && `${elsewhere.kind === "alive" ? "it runs on" : "it ran last on"} ${placeWords(elsewhere.place)}`,
      health ?? (isFine ? undefined : `it is ${state}`),
      others && `other jobs of its name run: ${others}`,
      await lostCheckpointWords(observed, world.store),
    ].filter(Boolean);
    if (words.length > 0) await tell(job.self, `${job.name}: ${words.join("; ")}`, "warning");
    return readAs(id, job, props, outputsOf(record, state));
  },
};

/** In a preview the job says so on its line, and the checks of the others go on; see refusals.ts. */
async function refusedAs(job: JobInputs, inputs: unknown, reason: string, fix: string): Promise<dynamic.CheckResult> {
  // No property: Pulumi would print its whole value, all table definitions and their passwords, in front of the reason.
  if (!isCollected(job.name)) return { inputs, failures: [{ property: "", reason: `${reason}${fix}` }] };
  await tell(job.self, reason, "error");
  findings.note(job.self, { action: "undecided", replaces: [] });
  return { inputs };
}

/** Without its record nothing of the job is known, least of all that it is gone: the stack goes on knowing it. */
async function lost(id: string, job: JobInputs, props: unknown): Promise<dynamic.ReadResult> {
  await tell(job.self, `${job.name}: the store ${job.store} has no record of it`, "warning");
  return readAs(id, job, props, { state: "UNKNOWN" });
}

/** What the resource was given, and what has come of it by now. */
function readAs(id: string, { self }: JobInputs, props: unknown, outputs: Partial<Outputs>): dynamic.ReadResult {
  const { version: _version, jobId: _jobId, state: _state, startedFrom: _from, ...inputs } = Object(props);
  const isNews = Object.entries(outputs).some(([name, value]) => Object(props)[name] !== value);
  findings.note(self, { action: "read", isNews });
  return { id, props: { ...Object(props), ...outputs }, inputs } as dynamic.ReadResult;
}

/** In Flink's words where Flink knows the job. */
function stateOf(job: JobInputs, { job: seen }: Observed, { status }: JobRecord): string {
  if (status === "stopped" && !(seen && isAlive(seen))) return job.choice?.suspended ? "SUSPENDED" : "STOPPED";
  return seen?.status ?? (status === "running" ? "NOT RUNNING" : status.toUpperCase());
}

/** Observes again, plans again, applies: what was true in the preview may not be true any more. */
async function deploy(job: JobInputs, resourceId: string, before: JobBefore): Promise<Outputs> {
  const world: World = { ...worldOf(job, before, "patient"), activity: "none" };
  const desired = desiredOf(job, before);
  try {
    startReserved(world.rest.connection, job.name);
    const context = {
      world,
      target: targetOf(job),
      desired,
      resourceId,
      secretsBefore: before.secretParameters,
      limits: job,
      progress: tellProgress(job.self),
    };
    const attempt = async () => {
      const { plan, sighting } = await decide(job, desired, world);
      return apply(plan, { ...context, sighting });
    };
    const again = (error: unknown) => {
      if (error instanceof StartContested) return attempt();
      throw error;
    };
    const record = await reachable(job.name, UNTOUCHED, () => attempt().catch(again));
    const states = { running: "RUNNING", finished: "FINISHED", stopped: "SUSPENDED", deleted: "STOPPED" };
    await tellEnd(job.self, `${job.name}: ${states[record.status]}`);
    return outputsOf(record, states[record.status]);
  } catch (error) {
    if (!(error instanceof JobRefused)) throw error;
    const what = `${job.name}: Flink refuses it; nothing was stopped or started`;
    throw new UserError("sql-invalid", {
      what,
      cause: refusalWords(job, error),
      fix: "correct the place named above, then run `pulumi up` again",
    });
  } finally {
    releaseReservation(world.rest.connection, job.name);
    await dropSession(job.name);
  }
}

interface Outputs {
  readonly version: number;
  readonly jobId: string;
  readonly state: string;
  readonly startedFrom: string;
}

function outputsOf({ current }: JobRecord, state: string): Outputs {
  return { version: current.meta.version, jobId: current.jobId ?? "", state, startedFrom: current.startedFrom ?? "" };
}
