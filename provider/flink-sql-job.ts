/** RESOURCE FlinkSqlJob: one manifest as a Pulumi resource whose hooks observe, plan and apply. */

import { randomBytes } from "node:crypto";
import type { dynamic, Input, Output, ResourceOptions } from "@pulumi/pulumi";
import { z } from "zod";
import type { Desired } from "./core/changes.js";
import { UserError } from "./core/errors.js";
import { ManifestSchema } from "./core/manifest.js";
import { type Decision, type Plan, planJob } from "./core/plan.js";
import { planWords } from "./core/plan-words.js";
import { stateDirectories } from "./core/properties.js";
import type { JobRecord } from "./core/record.js";
import { apply } from "./deploy/apply.js";
import { ClusterUnreachable, reachable, reached } from "./deploy/cluster-reach.js";
import { type Comparison, compareJob } from "./deploy/compare.js";
import { activityForJobs, awaitPendingStop, jobsOf, observe, observeAll, type World } from "./deploy/observe.js";
import { remove } from "./deploy/removal.js";
import { JobRefused, type SubmissionTarget } from "./deploy/submission-parts.js";
import { compileOnly, releaseReservation, startReserved, validate } from "./deploy/validate.js";
import { DynamicResource, type Hooks, providerOf, UNKNOWN } from "./dynamic.js";
import { tell, tellProgress } from "./engine-log.js";
import { SqlGateway } from "./flink/gateway.js";
import { listJobs, MOMENT_MS } from "./flink/listing.js";
import { FlinkRest } from "./flink/rest.js";
import { codePlaceOf, refusalWords } from "./job-places.js";
import { openStore } from "./store/open.js";
import { Session } from "./targets/target.js";
import { clusterNow } from "./targets/whereabouts.js";

/** Why a job is not planned in the preview of an update that makes the bucket of its store. */
const BUCKET_TO_COME = "the store's bucket is not there yet; a new bucket holds no state to start from";

/** A cluster that will be replaced: in the preview the whole of it is one unknown value. */
const NOT_KNOWN_YET = { restUrl: UNKNOWN, gatewayUrl: UNKNOWN, activity: "starting", target: "", folder: "" };

const UNTOUCHED = "the job was not touched";

const NO_PYTHON = { client: "python3", flinkHome: "", workers: "" };

const Given = z.object({
  name: ManifestSchema.shape.name,
  description: z.string(),
  targetTable: z.string(),
  /** Exactly one of sql and code. */
  sql: z.string().optional(),
  code: z.string().optional(),
  flinkProperties: z.record(z.string(), z.string()),
  /** The manifest's path as the user knows it, for messages. */
  file: z.string(),
  definitions: z.array(
    z.object({
      sql: z.string(),
      template: z.string().optional(),
      label: z.string(),
      file: z.string(),
      line: z.number(),
      column: z.number(),
    }),
  ),
  /** Path → digest of the files that the job takes along. */
  files: z.record(z.string(), z.string()).default({}),
  metadataColumns: z.object({ timestamp: z.string(), query: z.boolean() }),
  secretParameters: z.record(z.string(), z.string()),
  cluster: z.preprocess(
    (cluster) => (cluster === UNKNOWN ? NOT_KNOWN_YET : cluster),
    z.object({
      restUrl: z.string(),
      gatewayUrl: z.string(),
      activity: z.string(),
      target: z.string(),
      folder: z.string(),
      session: Session.optional(),
    }),
  ),
  store: z.string(),
  /** Python with PyFlink on this machine, its Flink, and the Python of the cluster's workers; empty for Flink's own default. */
  python: z.object({ client: z.string(), flinkHome: z.string(), workers: z.string() }).default(NO_PYTHON),
  startSeconds: z.number(),
  savepointSeconds: z.number(),
  checkpointSeconds: z.number().default(300),
  requestSeconds: z.number(),
  adopt: z.string().optional(),
  /** Another stack with the same manifests, and the address of its store: the plan says how the job differs from its. */
  compareWith: z.object({ stack: z.string(), store: z.string() }).optional(),
  /** Address of the job's own messages: see engine-log.ts. */
  self: z.string(),
});
export type JobInputs = z.infer<typeof Given>;

const PlanInput = z.object({ action: z.string(), words: z.string(), replaces: z.array(z.string()) });

const Checked = Given.extend({ plan: PlanInput });

type Args = z.input<typeof Given>;
type ClusterArgs = { readonly [K in keyof typeof NOT_KNOWN_YET]: Input<string> } & {
  readonly session?: Input<Session | undefined>;
};

export type FlinkSqlJobArgs = { readonly [K in keyof Args]: Input<K extends "cluster" ? ClusterArgs : Args[K]> };

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
    const outputs = { plan: undefined, version: undefined, jobId: undefined, state: undefined, startedFrom: undefined };
    super(providerOf("flink-sql-job"), name, { ...args, ...outputs }, options, "flink", "FlinkSqlJob");
  }
}

export const hooks: Hooks = {
  async check(_olds, news) {
    const parsed = Given.safeParse(news);
    if (!parsed.success) return { inputs: news, failures: parsed.error.issues.map(toFailure) };
    const job = parsed.data;
    try {
      return { inputs: { ...job, plan: await planInput(job) } };
    } catch (error) {
      // No property: Pulumi would print its whole value, all table definitions and their passwords, in front of the reason.
      if (error instanceof JobRefused)
        return { inputs: job, failures: [{ property: "", reason: refusalWords(job, error) }] };
      if (error instanceof UserError) return { inputs: job, failures: [{ property: "", reason: error.message }] };
      throw error;
    }
  },

  async diff(_id, olds, news) {
    const { plan, ...now } = Checked.parse(news);
    if (plan.action !== "undecided") return { changes: plan.action !== "none", replaces: plan.replaces };
    const old = Given.partial().safeParse(olds).data;
    const isNew = old?.sql !== now.sql || old?.code !== now.code || old?.targetTable !== now.targetTable;
    return { changes: true, replaces: isNew ? [now.code === undefined ? "sql" : "code"] : [] };
  },

  async create(inputs) {
    const job = Checked.parse(inputs);
    const resourceId = `${job.name}-${randomBytes(4).toString("hex")}`;
    return { id: resourceId, outs: await deploy(job, resourceId) };
  },

  async update(id, _olds, news) {
    return { outs: await deploy(Checked.parse(news), id) };
  },

  async delete(id, props) {
    const job = Given.parse(props);
    const progress = tellProgress(job.self);
    await reachable(job.name, UNTOUCHED, async () =>
      remove({ name: job.name, resourceId: id, world: await worldNow(job), limits: job, progress }),
    );
  },

  async read(id, props) {
    const job = Checked.parse(props);
    const { observed } = await reachable(job.name, UNTOUCHED, async () => observeAll(job.name, await worldNow(job)));
    const { record, job: seen } = observed;
    if (!record || record.status === "deleted" || record.resourceId !== id) return {};
    const state = seen?.status ?? (record.status === "running" ? "NOT RUNNING" : record.status.toUpperCase());
    if (state !== "RUNNING" && state !== "FINISHED") await tell(job.self, `${job.name}: it is ${state}`, "warning");
    return { id, props: { ...job, ...outputsOf(record, state) }, inputs: job } as dynamic.ReadResult;
  },
};

function toFailure({ path, message }: z.core.$ZodIssue): dynamic.CheckFailure {
  return { property: String(path[0] ?? ""), reason: `${path.join(".")}: ${message}` };
}

function desiredOf(job: JobInputs): Desired {
  const { name, description, sql, code, flinkProperties } = job;
  const source = code === undefined ? { sql } : { code };
  const manifest = { name, description, "target-table": job.targetTable, ...source, flinkProperties };
  return {
    manifest,
    definitions: job.definitions.map(({ sql }) => sql),
    templates: job.definitions.map(({ sql, template }) => template ?? sql),
    metadataColumns: job.metadataColumns,
    secrets: job.secretParameters,
    directories: stateDirectories(manifest, job.store),
    files: job.files,
    adopt: job.adopt,
  };
}

function worldOf(job: JobInputs): World {
  const { restUrl, activity } = job.cluster;
  return {
    store: openStore(job.store),
    rest: new FlinkRest(restUrl, job.requestSeconds * 1000),
    activity: activityForJobs(activity),
  };
}

/** Without a check before it, the address may be one of the past, and the cluster be gone. */
async function worldNow(job: JobInputs): Promise<World> {
  const { restUrl, isDown } = await clusterNow(job.cluster, job.requestSeconds);
  const cluster = { ...job.cluster, restUrl, activity: isDown ? "starting" : "none" };
  return worldOf({ ...job, cluster });
}

function targetOf(job: JobInputs): SubmissionTarget {
  const { python, cluster } = job;
  const workers = python.workers ? { "python.executable": python.workers } : {};
  const client = { "python.client.executable": python.client };
  return {
    gateway: cluster.gatewayUrl ? new SqlGateway(cluster.gatewayUrl, job.requestSeconds * 1000) : undefined,
    runner: { python: python.client, flinkHome: python.flinkHome },
    restUrl: cluster.restUrl,
    limitMs: job.startSeconds * 1000,
    slots: cluster.target === "yarn" ? "on-demand" : "fixed",
    codePlace: () => codePlaceOf(job.file, job.code),
    options: python.workers ? { ...client, ...workers } : {},
  };
}

/** Observes, plans, has Flink plan what will start, and says the plan on the job's own line. */
async function planInput(job: JobInputs): Promise<z.infer<typeof PlanInput>> {
  const desired = desiredOf(job);
  const comparing = job.compareWith && compareJob(job.compareWith, desired);
  if (job.store === UNKNOWN) return undecided(job, BUCKET_TO_COME, await comparing, "info");
  if (job.cluster.restUrl === UNKNOWN) return undecided(job, "the cluster's address is not known yet", await comparing);
  if (job.cluster.restUrl === "" && job.cluster.activity === "unreachable")
    return undecided(job, "the session cluster is not found or cannot be reached", await comparing);
  const world = worldOf(job);
  try {
    const sighting = await observe(desired, world, () => reached(() => listJobs(world.rest, MOMENT_MS)));
    const plan = planJob(desired, sighting.observed);
    if (plan.action === "refuse") throw refused(plan);
    const isUp = job.cluster.activity === "none";
    if (isUp) await validate(targetOf(job), desired, plan, sighting, world);
    const unchecked = !isUp && plan.steps.some((step) => step.do === "start");
    const later = unchecked ? `; checked by Flink once the cluster is up${await compiled(job)}` : "";
    const words = planWords(job.name, plan, sighting.observed.now) + later;
    const comparison = await comparing;
    if (plan.action !== "none" || plan.remark || comparison)
      await tellPlan(job, words, plan.remark && plan.action === "none" ? "warning" : "info", comparison);
    return { action: plan.action, words, replaces: replacesOf(plan) };
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    return undecided(job, `the cluster cannot be reached: ${error.message}`, await comparing);
  }
}

/** One line, so that what another stack runs stands beside what will happen here. */
async function tellPlan(
  job: JobInputs,
  words: string,
  severity: Comparison["severity"],
  comparison: Comparison | undefined,
): Promise<void> {
  const isWarning = severity === "warning" || comparison?.severity === "warning";
  await tell(job.self, comparison ? `${words}; ${comparison.words}` : words, isWarning ? "warning" : "info");
}

async function undecided(
  job: JobInputs,
  why: string,
  comparison: Comparison | undefined,
  severity: Comparison["severity"] = "warning",
): Promise<z.infer<typeof PlanInput>> {
  const words = `${job.name}: decided in \`pulumi up\`, since ${why}${await compiled(job)}`;
  await tellPlan(job, words, severity, comparison);
  return { action: "undecided", words, replaces: [] };
}

/** What is wrong with the syntax of code is told without a cluster too. Throws JobRefused. */
async function compiled(job: JobInputs): Promise<string> {
  if (job.code === undefined) return "";
  const problem = await compileOnly(job.name, job.code, targetOf(job));
  return problem === undefined ? "" : `; its code was not compiled: ${problem}`;
}

function replacesOf({ action, changes }: Decision): string[] {
  if (action !== "replace") return [];
  const names = { sql: "sql", code: "code", "target-table": "targetTable" } as Record<string, string>;
  return changes.filter(({ effect }) => effect === "replace").map(({ field }) => names[field] ?? field);
}

function refused(plan: Extract<Plan, { action: "refuse" }>): UserError {
  return new UserError(plan.code, { what: plan.what, fix: plan.fix });
}

/** Observes again, plans again, applies: what was true in the preview may not be true any more. */
async function deploy(
  job: z.infer<typeof Checked>,
  resourceId: string,
): Promise<z.infer<typeof Checked> & Record<string, unknown>> {
  const world: World = { ...worldOf(job), activity: "none" };
  const desired = desiredOf(job);
  try {
    startReserved(world.rest.url, job.name);
    const record = await reachable(job.name, UNTOUCHED, async () => {
      await awaitPendingStop(job.name, world, job, tellProgress(job.self));
      const sighting = await observe(desired, world, () => jobsOf(world.rest));
      const plan = planJob(desired, sighting.observed);
      if (plan.action === "refuse") throw refused(plan);
      return apply(plan, {
        world,
        target: targetOf(job),
        desired,
        sighting,
        resourceId,
        limits: job,
        progress: tellProgress(job.self),
      });
    });
    const state = record.status === "finished" ? "FINISHED" : "RUNNING";
    return { ...job, ...outputsOf(record, state) };
  } catch (error) {
    if (!(error instanceof JobRefused)) throw error;
    const what = `${job.name}: Flink refuses it; nothing was stopped or started`;
    throw new UserError("sql-invalid", {
      what,
      cause: refusalWords(job, error),
      fix: "correct it, then run `pulumi up` again",
    });
  } finally {
    releaseReservation(world.rest.url, job.name);
  }
}

function outputsOf({ current }: JobRecord, state: string): Record<string, unknown> {
  return { version: current.meta.version, jobId: current.jobId ?? "", state, startedFrom: current.startedFrom ?? "" };
}
