/** What a FlinkSqlJob is given, and what that means to those who observe, plan and apply. */

import { hostname } from "node:os";
import { z } from "zod";
import { activityForJobs, type Surroundings, type World } from "../ask/index.js";
import {
  ChoiceSchema,
  choiceOf,
  type Desired,
  isLoopback,
  ManifestSchema,
  MetadataColumnsSchema,
  type Place,
  stateDirectories,
} from "../decide/index.js";
import { connectionsOf, FlinkRest, type Patience, SqlGateway } from "../flink/index.js";
import type { SubmissionTarget } from "../prove/index.js";
import { openStore } from "../remember/index.js";
import { s3FlinkEnvironment } from "../store/index.js";
import { workspace } from "../workspace/index.js";
import { codePlaceOf } from "./job-places.js";
import { UNKNOWN } from "./seam/dynamic.js";
import { Findings } from "./seam/findings.js";
import { unpacked, unpackedValue } from "./seam/packed.js";
import { Session } from "./targets/target.js";
import { clusterNow, locateCluster } from "./targets/whereabouts.js";

/** A cluster that will be replaced: in the preview the whole of it is one unknown value. */
const NOT_KNOWN_YET = { restUrl: UNKNOWN, gatewayUrl: UNKNOWN, activity: "starting", target: "", folder: "" };

const NO_PYTHON = { client: "python3", flinkHome: "", workers: "", environment: [] };

/** Where the cluster is; the address of a session on YARN changes, so there is more to find it by. */
const Cluster = z.object({
  restUrl: z.string(),
  gatewayUrl: z.string(),
  activity: z.string(),
  target: z.string(),
  folder: z.string(),
  session: Session.optional(),
});

/** What all jobs of a stack have in common. */
const Settings = z.object({
  metadataColumns: MetadataColumnsSchema,
  /** Python with PyFlink on this machine, its Flink, and the Python of the cluster's workers; empty for Flink's own default. */
  python: z
    .object({
      client: z.string(),
      flinkHome: z.string(),
      workers: z.string(),
      environment: z.array(z.string()).default([]),
    })
    .default(NO_PYTHON),
  startSeconds: z.number(),
  savepointSeconds: z.number(),
  checkpointSeconds: z.number().default(300),
  firstRowSeconds: z.number().default(20),
  requestSeconds: z.number(),
  /** Seconds after which a job without a new checkpoint is worth a warning; 0: never. */
  staleSeconds: z.number().default(0),
  /** Another stack with the same manifests, and the address of its store: the plan says how the job differs from its. */
  compareWith: z.object({ stack: z.string(), store: z.string() }).optional(),
});

export type CommonSettings = z.infer<typeof Settings>;

const Definitions = z.array(
  z.object({
    sql: z.string(),
    template: z.string().optional(),
    label: z.string(),
    file: z.string(),
    line: z.number(),
    column: z.number(),
  }),
);

/** Inputs that are what they are. */
const Plain = z.object({
  name: ManifestSchema.shape.name,
  description: z.string(),
  targetTable: z.string(),
  /** Exactly one of sql and code. */
  sql: z.string().optional(),
  code: z.string().optional(),
  /** The manifest's path as the user knows it, for messages. */
  file: z.string(),
  secretParameters: z.record(z.string(), z.string()),
  store: z.string(),
  adopt: z.string().optional(),
  /** What a person chose for this job. */
  choice: ChoiceSchema.optional(),
  /** Address of the job's own messages: see engine-log.ts. */
  self: z.string(),
});

/** As the program gives it, with texts of JSON: see packed.ts. */
export type Sent = z.infer<typeof Plain> & {
  readonly flinkProperties: string;
  readonly definitions: string;
  /** Absent where the job takes no files along. */
  readonly files?: string;
  /** The job's own metadata columns, where its manifest or the template chooses them. */
  readonly metadata?: string;
  readonly cluster: string;
  /** Only on YARN; apart from the cluster, since a preview may not know it and knows the cluster all the same. */
  readonly session?: string;
  readonly settings: string;
};

/** Of an older version's state the settings are inputs of their own, and the cluster's session is part of the cluster. */
function unpackedWhole(inputs: unknown): unknown {
  if (typeof inputs !== "object" || inputs === null) return inputs;
  const { settings, session, ...rest } = inputs as Readonly<Record<string, unknown>>;
  const cluster = unpackedValue(rest.cluster);
  const { session: within, ...address } = Object(cluster);
  return {
    ...rest,
    ...Object(unpackedValue(settings)),
    cluster: cluster === UNKNOWN ? NOT_KNOWN_YET : { ...address, ...known(within), ...known(unpackedValue(session)) },
  };
}

/** What a cluster has no value for, or did not have when an older version deployed it, a preview calls unknown. */
const known = (session: unknown) => (typeof session === "object" && session !== null ? { session } : {});

const Fields = Plain.extend({
  ...Settings.shape,
  flinkProperties: unpacked(z.record(z.string(), z.string())),
  definitions: unpacked(Definitions),
  /** Path → digest of the files that the job takes along. */
  files: unpacked(z.record(z.string(), z.string()).default({})),
  metadata: unpacked(MetadataColumnsSchema.optional()),
  cluster: Cluster,
});

export const JobGiven = z.preprocess(unpackedWhole, Fields);
export type JobInputs = z.infer<typeof JobGiven>;

/** What the stack's state says of the job before this update; nothing where the job is new to it. */
const Before = z.preprocess(
  unpackedWhole,
  Plain.pick({ store: true, secretParameters: true, self: true })
    .partial()
    .extend({ cluster: Cluster.optional().catch(undefined) }),
);
export type JobBefore = z.infer<typeof Before>;

/** For the second check of a replacement, and for its create: the engine tells only the first check what was before. */
const told = new Findings<JobBefore>();

export function beforeOf(self: string, olds: unknown): JobBefore {
  const now = Before.safeParse(olds).data ?? {};
  if (now.store !== undefined) told.note(self, now);
  return told.latest(self) ?? {};
}

/** What makes a new version of a job, as far as it can be told without its record. */
export const Query = Plain.pick({ self: true, sql: true, code: true, targetTable: true });

/** Where a cluster is, in the words of a record. */
function placeOf({ target, restUrl, gatewayUrl, folder, session }: z.infer<typeof Cluster>): Place {
  const isLocal = target === "local";
  return {
    ...{ target, restUrl },
    ...(gatewayUrl ? { gatewayUrl } : {}),
    ...(isLocal || isLoopback(restUrl) ? { host: hostname() } : {}),
    ...(isLocal ? { folder: workspace.path(folder) } : {}),
    ...(session ? { resourceManagers: session.resourceManagers, applicationId: session.applicationId } : {}),
  };
}

/** `project/stack`, from the address of a resource's messages, which is its URN. */
function stackOf(self: string): string {
  const [, stack, project] = /^urn:pulumi:([^:]*)::([^:]*)::/u.exec(self) ?? [];
  return `${project}/${stack}`;
}

/** The clusters that a job may run on beside the configured one, and the way to them. */
function surroundingsOf({ cluster, requestSeconds }: JobInputs, before: JobBefore): Surroundings {
  const sessions = [cluster.session, before.cluster?.session].filter((session) => session !== undefined);
  const { jobManager } = connectionsOf(cluster, requestSeconds);
  return {
    here: placeOf(cluster),
    before: before.cluster && placeOf(before.cluster),
    locate: (place) => locateCluster(place, sessions, jobManager),
  };
}

export function desiredOf(job: JobInputs, before: JobBefore): Desired {
  const { name, description, sql, code, flinkProperties } = job;
  const source = code === undefined ? { sql } : { code };
  const manifest = { name, description, "target-table": job.targetTable, ...source, flinkProperties };
  return {
    manifest,
    definitions: job.definitions.map(({ sql }) => sql),
    templates: job.definitions.map(({ sql, template }) => template ?? sql),
    metadataColumns: job.metadata ?? job.metadataColumns,
    secrets: job.secretParameters,
    directories: stateDirectories(manifest, job.store),
    files: job.files,
    adopt: job.adopt,
    choice: job.choice && choiceOf(job.choice),
    deployedTo: before.store,
    here: placeOf(job.cluster),
    before: before.cluster && placeOf(before.cluster),
    stack: { now: stackOf(job.self), before: before.self && stackOf(before.self) },
    staleSeconds: job.staleSeconds,
  };
}

/** In an update an outage is waited out, as long as one request may take; a preview says at once what it cannot see. */
export function worldOf(job: JobInputs, before: JobBefore, patience: Patience = "prompt"): World {
  return {
    store: openStore(job.store),
    rest: new FlinkRest(connectionsOf(job.cluster, job.requestSeconds, patience).jobManager),
    activity: activityForJobs(job.cluster.activity),
    surroundings: surroundingsOf(job, before),
  };
}

/** Without a check before it, the address may be one of the past, and the cluster be gone. */
export async function worldNow(job: JobInputs, patience: Patience = "prompt"): Promise<World> {
  const { jobManager, isDown } = await clusterNow(job.cluster, job.requestSeconds);
  const activity = isDown ? "starting" : "none";
  const now = worldOf({ ...job, cluster: { ...job.cluster, restUrl: jobManager.address, activity } }, {});
  return { ...now, rest: new FlinkRest(jobManager.with({ patience })) };
}

export function targetOf(job: JobInputs): SubmissionTarget {
  const { python, cluster } = job;
  const { jobManager, gateway } = connectionsOf(cluster, job.requestSeconds);
  const workers = python.workers ? { "python.executable": python.workers } : {};
  const client = { "python.client.executable": python.client };
  return {
    gateway: gateway && new SqlGateway(gateway),
    runner: {
      python: python.client,
      flinkHome: python.flinkHome,
      environment: python.environment,
      storeEnvironment: () => s3FlinkEnvironment(job.store),
    },
    jobManager,
    limitMs: job.startSeconds * 1000,
    slots: cluster.target === "yarn" ? "on-demand" : "fixed",
    codePlace: () => codePlaceOf(job.file, job.code),
    options: python.workers ? { ...client, ...workers } : {},
  };
}
