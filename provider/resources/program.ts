/** From settings and manifests to the arguments of the resources, for index.ts or a Pulumi program of one's own. */

import { resolve } from "node:path";
import { type Input, type Output, secret } from "@pulumi/pulumi/output.js";
import { createUrn } from "@pulumi/pulumi/resource.js";
import { isDryRun } from "@pulumi/pulumi/runtime/settings.js";
import type { z } from "zod";
import { DEFAULT_SESSION_NAME, metadataColumns, type YarnOptions } from "../decide/index.js";
import { type Loaded, type LoadedJob, loadManifests, type Settings } from "../read/index.js";
import { safe } from "../secrecy/index.js";
import type { FlinkSqlJobArgs } from "./flink-sql-job.js";
import type { CommonSettings } from "./job-inputs.js";
import type { JobStoreArgs } from "./job-store.js";
import { packed } from "./seam/packed.js";
import { asRunError } from "./seam/run-error.js";
import type { SessionCluster, SessionClusterArgs } from "./session-cluster.js";
import { StateBucket } from "./state-bucket.js";
import type { ClusterGiven } from "./targets/target.js";

/** Runs the first part of a program; Pulumi prints a UserError as it is then, and not as a crash with a stack. */
export function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asRunError(error);
  }
}

/** The manifests and table files that the settings name. Throws manifest-invalid with every problem. */
export function loadJobs(settings: Settings): Loaded {
  const { jobs, warnings } = loadManifests({
    folder: settings.manifests,
    root: settings.root,
    template: settings.template,
    tables: settings.tables,
    parameters: settings.parameters,
    secretParameterNames: Object.keys(settings.secretParameters),
    stack: settings,
  });
  return { jobs, warnings: warnings.map(safe) };
}

/** Address of the store for cluster and jobs; with the configuration key `bucket` they come after the bucket. */
export function storeOf(settings: Settings): Input<string> {
  const { storeUrl: store, bucket } = settings;
  return bucket ? new StateBucket("state-bucket", { store, bucket }).store : store;
}

/**
 * `jobs`: all jobs of the stack, which another stack's are compared with. With them a preview goes on after a job that is
 * refused, and the JobStore, made after all jobs, ends it with an error.
 */
export function clusterArgs(
  name: string,
  settings: Settings,
  store: Input<string>,
  jobs?: readonly LoadedJob[],
): SessionClusterArgs {
  const { restUrl, gatewayUrl, compareWith } = settings;
  return {
    self: messageAddress(name, "SessionCluster"),
    target: settings.target,
    isPreview: isDryRun(),
    ...(settings.ignoredKeys.length > 0 ? { ignoredKeys: [...settings.ignoredKeys] } : {}),
    ...(restUrl && !settings.yarn ? { restUrl: bare(restUrl) } : {}),
    ...(settings.yarn ? { yarn: yarnArgs(settings.yarn, settings) } : {}),
    ...(gatewayUrl ? { gatewayUrl: bare(gatewayUrl) } : {}),
    folder: settings.folder,
    flinkHome: settings.flinkHome,
    taskManagers: settings.taskManagers,
    slotsPerTaskManager: settings.slots,
    jobManagerMemory: settings.jobManagerMemory,
    taskManagerMemory: settings.taskManagerMemory,
    ...(settings.areClusterPropertiesSecret
      ? { properties: secret(settings.clusterProperties), propertiesAreSecret: true }
      : { properties: settings.clusterProperties }),
    environment: settings.environment,
    store,
    startSeconds: settings.startSeconds,
    savepointSeconds: settings.savepointSeconds,
    requestSeconds: settings.requestSeconds,
    ...(jobs ? { jobs: [...jobs.map(({ manifest }) => manifest.name), ...settings.retire] } : {}),
    ...(compareWith && jobs
      ? { compareWith: { ...compareWith, names: jobs.map(({ manifest }) => manifest.name) } }
      : {}),
  };
}

export function jobArgs(
  { manifest, file, definitions, files, choice, metadata }: LoadedJob,
  settings: Settings,
  cluster: SessionCluster,
  store: Input<string>,
): FlinkSqlJobArgs {
  const mentioned = Object.entries(settings.secretParameters).filter(([key]) =>
    definitions.some(({ sql }) => sql.includes(`{${key}}`)),
  );
  const adopt = settings.adopt[manifest.name];
  return {
    self: messageAddress(manifest.name, "FlinkSqlJob"),
    name: manifest.name,
    description: manifest.description,
    targetTable: manifest["target-table"],
    ...(manifest.code === undefined ? { sql: manifest.sql ?? "" } : { code: manifest.code }),
    flinkProperties: packed(manifest.flinkProperties),
    file,
    definitions: packed(definitions),
    ...(Object.keys(files).length > 0 ? { files: packed(files) } : {}),
    ...(metadata === settings.metadata
      ? {}
      : { metadata: packed(metadataColumns(metadata ?? "all", settings.timestampColumn)) }),
    secretParameters: mentioned.length > 0 ? secret(Object.fromEntries(mentioned)) : {},
    cluster: cluster.packed,
    ...(settings.yarn ? { session: cluster.packedSession } : {}),
    store,
    settings: packed(commonOf(settings)),
    ...(choice === undefined ? {} : { choice }),
    ...(adopt === undefined ? {} : { adopt }),
  };
}

/** What all jobs of the stack have in common. */
function commonOf(settings: Settings): CommonSettings {
  return {
    metadataColumns: settings.metadataColumns,
    python: {
      client: settings.pyClientExecutable,
      flinkHome: settings.flinkHome,
      workers: settings.pyExecutable,
      environment: settings.environment,
    },
    startSeconds: settings.startSeconds,
    savepointSeconds: settings.savepointSeconds,
    checkpointSeconds: settings.checkpointSeconds,
    firstRowSeconds: settings.firstRowSeconds,
    requestSeconds: settings.requestSeconds,
    staleSeconds: settings.staleSeconds,
    ...(settings.compareWith ? { compareWith: settings.compareWith } : {}),
  };
}

export function jobStoreArgs(
  name: string,
  jobs: readonly LoadedJob[],
  settings: Settings,
  cluster: SessionCluster,
  store: Input<string>,
): JobStoreArgs {
  const manifests = jobs.map(({ manifest }) => manifest.name).sort();
  return {
    self: messageAddress(name, "JobStore"),
    store,
    cluster: { restUrl: cluster.restUrl, activity: cluster.activity },
    manifests,
    retire: [...settings.retire],
    ...(settings.retain ? { retain: settings.retain } : {}),
    startSeconds: settings.startSeconds,
    savepointSeconds: settings.savepointSeconds,
    requestSeconds: settings.requestSeconds,
  };
}

/** Hooks are not told the URN of their resource, and the engine shows a message on the line of a URN. */
function messageAddress(name: string, type: string): Output<string> {
  return createUrn(name, `pulumi-nodejs:dynamic/flink:${type}`);
}

/** A session of the stack's own has the stack's name, unless told otherwise: others look theirs up by name. */
function yarnArgs(
  { name, shipFiles, caFile, ...yarn }: YarnOptions,
  { restUrl, root, stack }: Settings,
): NonNullable<z.input<typeof ClusterGiven>["yarn"]> {
  return {
    ...yarn,
    name: name ?? (yarn.start ? `flink-sql-${stack}` : DEFAULT_SESSION_NAME),
    shipFiles: shipFiles.map((path) => resolve(root, path)),
    ...(caFile ? { caFile: resolve(root, caFile) } : {}),
    ...(restUrl ? { through: bare(restUrl) } : {}),
  };
}

function bare(url: string): string {
  return url.replace(/\/+$/u, "");
}
