/** The inputs of a FlinkSqlJob as the engine hands them over, and of those what was before. */

import { z } from "zod";
import { ChoiceSchema, ManifestSchema, MetadataColumnsSchema } from "../decide/index.js";
import { UNKNOWN } from "./seam/dynamic.js";
import { Findings } from "./seam/findings.js";
import { unpacked, unpackedValue } from "./seam/packed.js";
import { Session } from "./targets/target.js";

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
    // One that another resource is yet to make hides all of them.
    ...(rest.secretParameters === UNKNOWN && { secretParameters: {}, areSecretsUnknown: true }),
    ...Object(unpackedValue(settings)),
    cluster: cluster === UNKNOWN ? NOT_KNOWN_YET : { ...address, ...known(within), ...known(unpackedValue(session)) },
  };
}

/** What a cluster has no value for, or did not have when an older version deployed it, a preview calls unknown. */
const known = (session: unknown) => (typeof session === "object" && session !== null ? { session } : {});

const Fields = Plain.extend({
  ...Settings.shape,
  areSecretsUnknown: z.boolean().default(false),
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
