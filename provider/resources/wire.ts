/** From arguments to the wire: the inputs that Pulumi stores. What stacks have must stay as it is, input for input. */

import type { Input, Output, Resource } from "@pulumi/pulumi";
import { output, secret } from "@pulumi/pulumi/output.js";
import { createUrn } from "@pulumi/pulumi/resource.js";
import { getStack, isDryRun } from "@pulumi/pulumi/runtime/settings.js";
import type { z } from "zod";
import { DEFAULT_SESSION_NAME, metadataColumns, neededDefinitions, parseDefinitions } from "../decide/index.js";
import { DEFAULTS, filesOf, flinkHomeOf, pythonsOf } from "../read/index.js";
import { workspace } from "../workspace/index.js";
import type {
  ClusterAsGiven,
  FlinkSqlJobArgs,
  JobSettings,
  JobStoreArgs,
  SessionClusterArgs,
  YarnArgs,
} from "./arguments.js";
import type { CommonSettings, Sent } from "./job-inputs.js";
import { packed } from "./seam/packed.js";
import type { ClusterGiven } from "./targets/target.js";

/** Inputs of a resource of this form: the program may not know their values yet. */
type Inputs<T> = { readonly [K in keyof T]: Input<T[K]> };

type Parent = Resource | undefined;

/** Of the cluster's arguments what its jobs use too, defaults filled in. */
export function asGiven({ target = "local", flinkHome, environment = [] }: SessionClusterArgs): ClusterAsGiven {
  return { target, flinkHome: flinkHomeOf(flinkHome), environment };
}

/** `properties` is encrypted where it is secret. */
export function clusterWire(
  name: string,
  args: SessionClusterArgs,
  parent?: Parent,
): Inputs<z.input<typeof ClusterGiven>> {
  const { restUrl, gatewayUrl, yarn, ignoredKeys = [], jobs, compareWith, properties = {} } = args;
  return {
    self: messageAddress(name, "SessionCluster", parent),
    ...copied(asGiven(args)),
    isPreview: isDryRun(),
    ...(ignoredKeys.length > 0 ? { ignoredKeys: [...ignoredKeys] } : {}),
    ...(restUrl && !yarn ? { restUrl: bare(restUrl) } : {}),
    ...(yarn ? { yarn: yarnWire(yarn, restUrl) } : {}),
    ...(gatewayUrl ? { gatewayUrl: bare(gatewayUrl) } : {}),
    folder: args.folder ?? workspace.stackFolder(getStack()),
    taskManagers: args.taskManagers ?? DEFAULTS.taskManagers,
    slotsPerTaskManager: args.slotsPerTaskManager ?? DEFAULTS.slots,
    jobManagerMemory: args.jobManagerMemory ?? DEFAULTS.jobManagerMemory,
    taskManagerMemory: args.taskManagerMemory ?? DEFAULTS.taskManagerMemory,
    ...(args.arePropertiesSecret ? { properties: secret(properties), propertiesAreSecret: true } : { properties }),
    store: args.store,
    ...limitsOf(args),
    ...(jobs ? { jobs: [...jobs] } : {}),
    ...(compareWith ? { compareWith: { ...compareWith, names: [...compareWith.names] } } : {}),
  };
}

const copied = ({ environment, ...given }: ClusterAsGiven) => ({ ...given, environment: [...environment] });

/** A session of the stack's own has the stack's name, unless told otherwise: others look theirs up by name. */
function yarnWire(
  { name, resourceManagers, start = false, shipFiles = [], gateway = false, caFile, lost = [], ...yarn }: YarnArgs,
  restUrl: Input<string> | undefined,
): Input<NonNullable<z.input<typeof ClusterGiven>["yarn"]>> {
  const whole = {
    ...yarn,
    resourceManagers: typeof resourceManagers === "string" ? [resourceManagers] : [...resourceManagers],
    start,
    gateway,
    lost: [...lost],
    name: name ?? (start ? `flink-sql-${getStack()}` : DEFAULT_SESSION_NAME),
    shipFiles: shipFiles.map(workspace.path),
    ...(caFile ? { caFile: workspace.path(caFile) } : {}),
  };
  const through = restUrl && bare(restUrl);
  if (!through) return whole;
  return typeof through === "string"
    ? { ...whole, through }
    : output(through).apply((end) => ({ ...whole, through: end }));
}

/** What all jobs of a stack have in common is one text, as are others of many values: see docs/adr/0016. */
export function jobWire(name: string, args: FlinkSqlJobArgs, parent?: Parent): Inputs<Sent> {
  const { cluster, metadata, settings = {}, flinkProperties = {}, choice, adopt } = args;
  const definitions = args.definitions ?? definitionsOf(name, args);
  const files = args.files ?? filesOf(name, workspace.root, flinkProperties);
  const mentioned = Object.entries(args.secretParameters ?? {}).filter(([key]) =>
    definitions.some(({ sql }) => sql.includes(`{${key}}`)),
  );
  return {
    self: messageAddress(name, "FlinkSqlJob", parent),
    name,
    description: args.description ?? "",
    targetTable: args.targetTable,
    ...(args.code === undefined ? { sql: args.sql } : { code: args.code }),
    flinkProperties: packed(flinkProperties),
    file: args.file ?? name,
    definitions: packed(definitions),
    ...(Object.keys(files).length > 0 ? { files: packed(files) } : {}),
    ...(metadata === undefined || metadata === settings.metadata
      ? {}
      : { metadata: packed(metadataColumns(metadata, settings.timestampColumn ?? DEFAULTS.timestampColumn)) }),
    secretParameters: mentioned.length > 0 ? secret(Object.fromEntries(mentioned)) : {},
    cluster: cluster.packed,
    ...(cluster.packedSession ? { session: cluster.packedSession } : {}),
    store: args.store,
    settings: packed(commonOf(settings, cluster.given)),
    ...(choice === undefined ? {} : { choice }),
    ...(adopt === undefined ? {} : { adopt }),
  };
}

/** In the order in which they are given; a text may be one for all jobs of the program. */
function definitionsOf(name: string, { tables = [], sql, code, targetTable }: FlinkSqlJobArgs) {
  const texts = typeof tables === "string" ? [tables] : tables;
  const place = (i: number) => (texts.length > 1 ? `tables ${i + 1} of ${name}` : `tables of ${name}`);
  return neededDefinitions(
    texts.flatMap((text, i) => parseDefinitions(place(i), text)),
    { sql, code },
    targetTable,
  );
}

/** What all jobs of the stack have in common, in the order in which states have it. */
function commonOf(settings: JobSettings, { target, flinkHome, environment }: ClusterAsGiven): CommonSettings {
  const { metadata = "all", timestampColumn = DEFAULTS.timestampColumn, compareWith } = settings;
  const { pyClientExecutable, pyExecutable } = pythonsOf(target, settings);
  const { startSeconds, savepointSeconds, requestSeconds } = limitsOf(settings);
  return {
    metadataColumns: metadataColumns(metadata, timestampColumn),
    python: { client: pyClientExecutable, flinkHome, workers: pyExecutable, environment: [...environment] },
    startSeconds,
    savepointSeconds,
    checkpointSeconds: settings.checkpointSeconds ?? DEFAULTS.checkpointSeconds,
    firstRowSeconds: settings.firstRowSeconds ?? DEFAULTS.firstRowSeconds,
    requestSeconds,
    staleSeconds: settings.staleSeconds ?? DEFAULTS.staleSeconds,
    ...(compareWith ? { compareWith } : {}),
  };
}

/** Of the cluster the JobStore keeps two values of their own. */
export function storeWire(
  name: string,
  { cluster, jobs, retire = [], retain, store, ...args }: JobStoreArgs,
  parent?: Parent,
) {
  return {
    self: messageAddress(name, "JobStore", parent),
    store,
    cluster: { restUrl: cluster.restUrl, activity: cluster.activity },
    manifests: [...jobs].sort(),
    retire: [...retire],
    ...(retain ? { retain } : {}),
    ...limitsOf(args),
  };
}

type Limits = Pick<JobSettings, "startSeconds" | "savepointSeconds" | "requestSeconds">;

function limitsOf({
  startSeconds = DEFAULTS.startSeconds,
  savepointSeconds = DEFAULTS.savepointSeconds,
  requestSeconds = DEFAULTS.requestSeconds,
}: Limits) {
  return { startSeconds, savepointSeconds, requestSeconds };
}

/**
 * Hooks are not told the URN of their resource, and the engine shows a message on the line of a URN. It begins with the
 * parent's; as a promise, since an output would make the resource depend on its parent, and so on itself.
 */
function messageAddress(name: string, type: string, parent: Parent): Output<string> {
  const above = parent && new Promise<string>((known) => parent.urn.apply(known));
  return createUrn(name, `pulumi-nodejs:dynamic/flink:${type}`, above);
}

/** Without slashes at the end. */
function bare(url: Input<string>): Input<string> {
  const cut = (text: string) => text.replace(/\/+$/u, "");
  return typeof url === "string" ? cut(url) : output(url).apply(cut);
}
