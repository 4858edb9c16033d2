/** Flink options of a job: old names, options that Flink ignores for a single job, and what we set ourselves. */

import { hasCredentials } from "../cluster/credentials.js";
import type { Manifest } from "./manifest.js";
import { defaultCheckpointsDirectory, defaultSavepointsDirectory, versionDirectory } from "./naming.js";

export const CHECKPOINTS_DIRECTORY = "execution.checkpointing.dir";
export const SAVEPOINTS_DIRECTORY = "execution.checkpointing.savepoint-dir";
const CHECKPOINT_RETENTION = "execution.checkpointing.externalized-checkpoint-retention";
export const CHECKPOINT_INTERVAL = "execution.checkpointing.interval";
/** Where a start takes its state from. */
export const STATE_RECOVERY_PATH = "execution.state-recovery.path";
/** Drops what of a state no operator takes, where a start would fail otherwise. */
export const IGNORE_UNCLAIMED_STATE = "execution.state-recovery.ignore-unclaimed-state";
/** Gives a start its job id beforehand: a second submission with the same id is refused by Flink. */
export const FIXED_JOB_ID = "$internal.pipeline.job-id";

/** Names of Flink 1.x that 2.x knows under another one; both 1.20 and 2.x know the new name. */
const RENAMED: Readonly<Record<string, string>> = {
  "execution.checkpointing.recover-without-channel-state":
    "execution.checkpointing.unaligned.recover-without-channel-state",
  "execution.savepoint.ignore-unclaimed-state": IGNORE_UNCLAIMED_STATE,
  "execution.savepoint-restore-mode": "execution.state-recovery.claim-mode",
  "restart-strategy": "restart-strategy.type",
  "state.backend": "state.backend.type",
  "state.backend.incremental": "execution.checkpointing.incremental",
  "state.backend.local-recovery": "execution.state-recovery.from-local",
  "state.checkpoint-storage": "execution.checkpointing.storage",
  "state.checkpoints.dir": CHECKPOINTS_DIRECTORY,
  "state.checkpoints.num-retained": "execution.checkpointing.num-retained",
  "state.savepoints.dir": SAVEPOINTS_DIRECTORY,
};

/** Options of the JobManager that a job cannot set: Flink takes them and does nothing. */
const IGNORED_PER_JOB: ReadonlySet<string> = new Set(["execution.checkpointing.num-retained"]);

/**
 * Options that this project sets for each start, or that make another thing of one: a manifest's value would break how a
 * job is found and restored.
 */
const RESERVED: ReadonlySet<string> = new Set([
  "execution.attached",
  "execution.savepoint.path",
  "execution.target",
  "rest.address",
  "rest.path",
  "rest.port",
  "rest.url-prefix",
  FIXED_JOB_ID,
  STATE_RECOVERY_PATH,
  // A start that waits for its job to end, and catalogs that outlive the session in which a preview makes them.
  "table.dml-sync",
]);
const RESERVED_GROUPS = ["$internal.", "table.catalog-store."];

/** Whether a manifest cannot give this option; its current name. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name) || RESERVED_GROUPS.some((group) => name.startsWith(group));
}

/** What a start is given when the manifest says nothing: state that outlives a cancelled job, and checkpoints at all. */
const DEFAULTS: Readonly<Record<string, string>> = {
  [CHECKPOINT_RETENTION]: "RETAIN_ON_CANCELLATION",
  [CHECKPOINT_INTERVAL]: "60 s",
};

/** The current name of an option. */
export function currentName(option: string): string {
  return Object.hasOwn(RENAMED, option) ? (RENAMED[option] ?? option) : option;
}

/** The same options under their current names; where both names are given, the current one wins. */
export function withCurrentNames(properties: Readonly<Record<string, string>>): Record<string, string> {
  const renamed = Object.entries(properties).filter(([key]) => Object.hasOwn(RENAMED, key));
  const current = Object.entries(properties).filter(([key]) => !Object.hasOwn(RENAMED, key));
  return Object.fromEntries([...renamed.map(([key, value]) => [currentName(key), value] as const), ...current]);
}

/** Whether the checkpoints of a job are still there after it was cancelled. */
export function keepsCheckpoints({ flinkProperties }: Pick<Manifest, "flinkProperties">): boolean {
  return (flinkProperties[CHECKPOINT_RETENTION] ?? DEFAULTS[CHECKPOINT_RETENTION]) === "RETAIN_ON_CANCELLATION";
}

/** Options that Flink reads only when a job starts, and what they may be (Flink docs: Configuration; 1.20 and 2.x). */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  "state.backend.type": ["hashmap", "rocksdb", "forst", "jobmanager", "filesystem"],
  "execution.checkpointing.storage": ["jobmanager", "filesystem"],
  "execution.checkpointing.mode": ["exactly_once", "at_least_once", "exactly-once", "at-least-once"],
  "restart-strategy.type": [
    "none",
    "off",
    "disable",
    "fixeddelay",
    "fixed-delay",
    "failurerate",
    "failure-rate",
    "exponentialdelay",
    "exponential-delay",
  ],
};

/** A remark on one option of a manifest; an error stops the deployment, a warning is shown and nothing else. */
export interface PropertyRemark {
  readonly severity: "error" | "warning";
  readonly option: string;
  readonly message: string;
}

/** What is wrong with a manifest's options, by itself and without asking Flink. */
export function propertyRemarks(manifest: Pick<Manifest, "name" | "flinkProperties">): PropertyRemark[] {
  return Object.entries(manifest.flinkProperties).flatMap(([option, value]): PropertyRemark[] => {
    const remark = propertyRemark(manifest, option, value);
    return remark ? [{ option, ...remark }] : [];
  });
}

function propertyRemark(
  manifest: Pick<Manifest, "name" | "flinkProperties">,
  option: string,
  value: string,
): Omit<PropertyRemark, "option"> | undefined {
  const name = currentName(option);
  if (isReserved(name)) return { severity: "error", message: `${option} is set by the deployment itself; remove it` };
  if (name === "pipeline.name" && value !== manifest.name)
    return { severity: "error", message: `pipeline.name must be the job's name '${manifest.name}'; remove it` };
  if (name !== option && Object.hasOwn(manifest.flinkProperties, name))
    return { severity: "error", message: `${option} and ${name} are the same option; keep ${name}` };
  if (hasCredentials(value)) {
    const message = `${option} has a user name, a password or a key in its address, which records and states would hold in plain text; put them into the environment or the cluster's configuration`;
    return { severity: "error", message };
  }
  const most = Number(withCurrentNames(manifest.flinkProperties)["pipeline.max-parallelism"]);
  if (name === "parallelism.default" && most > 0 && Number(value) > most)
    return { severity: "error", message: `${option} ${value} is more than pipeline.max-parallelism ${most}` };
  const words = Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
  // Whatever has a dot is the name of a class.
  if (words && !words.includes(value.toLowerCase()) && !value.includes("."))
    return { severity: "error", message: `${option} '${value}' is none of ${words.join(", ")}` };
  if (IGNORED_PER_JOB.has(name))
    return { severity: "warning", message: `Flink ignores ${option} for a single job; set ${name} for the cluster` };
  return undefined;
}

/** Directories of a job's state without the version, from the manifest or from the store. */
export interface StateDirectories {
  readonly checkpoints: string;
  readonly savepoints: string;
}

export function stateDirectories(
  manifest: Pick<Manifest, "name" | "flinkProperties">,
  store: string,
): StateDirectories {
  const properties = withCurrentNames(manifest.flinkProperties);
  return {
    checkpoints: properties[CHECKPOINTS_DIRECTORY] ?? defaultCheckpointsDirectory(store, manifest.name),
    savepoints: properties[SAVEPOINTS_DIRECTORY] ?? defaultSavepointsDirectory(store, manifest.name),
  };
}

/** All options that one version of a job is started with, except for where its state comes from. */
export function effectiveProperties(
  manifest: Pick<Manifest, "name" | "flinkProperties">,
  directories: StateDirectories,
  version: number,
): Record<string, string> {
  return {
    ...DEFAULTS,
    ...withCurrentNames(manifest.flinkProperties),
    "pipeline.name": manifest.name,
    [CHECKPOINTS_DIRECTORY]: versionDirectory(directories.checkpoints, version),
    [SAVEPOINTS_DIRECTORY]: versionDirectory(directories.savepoints, version),
  };
}
