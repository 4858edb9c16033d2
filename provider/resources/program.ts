/** From a stack's configuration to the arguments of the resources, for index.ts or a Pulumi program of one's own. */

import { warn } from "@pulumi/pulumi/log/index.js";
import type { Input } from "@pulumi/pulumi/output.js";
import { type Loaded, readSettings, type Settings } from "../read/index.js";
import type { FlinkSqlJobsArgs, JobStoreArgs, SessionClusterArgs } from "./arguments.js";
import { loadFolder } from "./flink-sql-jobs.js";
import { explained } from "./seam/run-error.js";
import { StateBucket } from "./state-bucket.js";

/** What the configuration says of each resource; with `store` and `cluster` these are its arguments. */
export interface ConfiguredStack {
  readonly cluster: Omit<SessionClusterArgs, "store">;
  readonly jobs: Omit<FlinkSqlJobsArgs, "cluster" | "store"> & { readonly loaded: Loaded };
  readonly jobStore: Omit<JobStoreArgs, "cluster" | "store">;
  /** Address of the store; with the configuration key `bucket` what uses it comes after the bucket, which this makes. */
  makeStore(): Input<string>;
}

/** Reads configuration, manifests and table files. Ends the program with every problem that they have. */
export function readStack(): ConfiguredStack {
  const settings = explained(readSettings);
  const loaded = explained(() => loadJobs(settings));
  for (const warning of loaded.warnings) void warn(warning);
  const { secretParameters, adopt, retire, retain } = settings;
  const names = loaded.jobs.map(({ manifest }) => manifest.name);
  return {
    cluster: clusterArgs(settings, names),
    jobs: { loaded, secretParameters, adopt, settings },
    jobStore: { ...limitsOf(settings), jobs: names, retire, retain },
    makeStore: () => storeOf(settings),
  };
}

/** The manifests and table files that the settings name. Throws manifest-invalid with every problem. */
export function loadJobs(settings: Settings): Loaded {
  return loadFolder({ ...settings, folder: settings.manifests }, settings);
}

/** `jobs`: names of all jobs of the stack. */
export function clusterArgs(settings: Settings, jobs: readonly string[]): ConfiguredStack["cluster"] {
  const { compareWith } = settings;
  return {
    ...limitsOf(settings),
    target: settings.target,
    ignoredKeys: settings.ignoredKeys,
    restUrl: settings.restUrl,
    gatewayUrl: settings.gatewayUrl,
    yarn: settings.yarn,
    flinkHome: settings.flinkHome,
    taskManagers: settings.taskManagers,
    slotsPerTaskManager: settings.slots,
    jobManagerMemory: settings.jobManagerMemory,
    taskManagerMemory: settings.taskManagerMemory,
    properties: settings.clusterProperties,
    arePropertiesSecret: settings.areClusterPropertiesSecret,
    environment: settings.environment,
    jobs: [...jobs, ...settings.retire],
    ...(compareWith && { compareWith: { ...compareWith, names: jobs } }),
  };
}

function limitsOf({ startSeconds, savepointSeconds, requestSeconds }: Settings) {
  return { startSeconds, savepointSeconds, requestSeconds };
}

function storeOf({ storeUrl: store, bucket }: Settings): Input<string> {
  return bucket ? new StateBucket("state-bucket", { store, bucket }).store : store;
}
