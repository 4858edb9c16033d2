/** All manifests of a folder as resources, in one call. */

import type { ResourceOptions } from "@pulumi/pulumi";
import { warn } from "@pulumi/pulumi/log/index.js";
import { getStack } from "@pulumi/pulumi/runtime/settings.js";
import type { Metadata } from "../decide/index.js";
import { DEFAULTS, type Loaded, type LoadedJob, loadManifests } from "../read/index.js";
import { safe } from "../secrecy/index.js";
import { workspace } from "../workspace/index.js";
import type { FlinkSqlJobArgs, FlinkSqlJobsArgs, ManifestArgs } from "./arguments.js";
import { FlinkSqlJob } from "./flink-sql-job.js";
import { explained } from "./seam/run-error.js";

/** Makes a FlinkSqlJob of each manifest, and gives them by name. Ends the program where a manifest is not valid. */
export function flinkSqlJobs(args: FlinkSqlJobsArgs, options?: ResourceOptions): Readonly<Record<string, FlinkSqlJob>> {
  const loaded = "loaded" in args ? args.loaded : explained(() => loadHere(args));
  const made = loaded.jobs.map((job) => {
    const { name } = job.manifest;
    return [
      name,
      new FlinkSqlJob(name, { ...argsOf(job), ...common(args), adopt: args.adopt?.[name] }, options),
    ] as const;
  });
  return Object.fromEntries(made);
}

const common = ({ cluster, store, settings, secretParameters }: FlinkSqlJobsArgs) => ({
  cluster,
  store,
  settings,
  secretParameters,
});

function argsOf({ manifest, file, definitions, files, choice, metadata }: LoadedJob): Source {
  const { description, flinkProperties, sql = "", code } = manifest;
  return {
    targetTable: manifest["target-table"],
    ...(code === undefined ? { sql } : { code }),
    description,
    flinkProperties,
    file,
    definitions,
    files,
    choice,
    metadata,
  };
}
type Source =
  | Omit<Extract<FlinkSqlJobArgs, { sql: string }>, "cluster" | "store">
  | Omit<Extract<FlinkSqlJobArgs, { code: string }>, "cluster" | "store">;

function loadHere(args: ManifestArgs & Pick<FlinkSqlJobsArgs, "settings" | "secretParameters">): Loaded {
  const loaded = loadFolder(args, { metadata: args.settings?.metadata });
  for (const warning of loaded.warnings) void warn(warning);
  return loaded;
}

interface OfStack {
  readonly metadata?: Metadata | undefined;
  readonly retire?: readonly string[];
}

/** Throws manifest-invalid with every problem. */
export function loadFolder(
  {
    folder = DEFAULTS.folder,
    template,
    tables = [],
    parameters = {},
    ...args
  }: ManifestArgs & Pick<FlinkSqlJobsArgs, "secretParameters">,
  { metadata, retire = [] }: OfStack,
): Loaded {
  const { flinkProperties = {}, jobProperties = {}, choices = {} } = args;
  const { jobs, warnings } = loadManifests({
    folder,
    root: workspace.root,
    template,
    tables,
    parameters,
    secretParameterNames: Object.keys(args.secretParameters ?? {}),
    stack: { stack: getStack(), flinkProperties, jobProperties, metadata, choices, retire },
  });
  return { jobs, warnings: warnings.map(safe) };
}
