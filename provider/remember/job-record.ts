/** The record's form as a YAML file: flink-sql-runner's manifest and `meta` on top, what it does not know in `deployment`. */

import { parse, stringify } from "yaml";
import { z } from "zod";
import { type Deployment, type JobRecord, MetadataColumnsSchema, UserError, withChoices } from "../decide/index.js";
import { Classic, fromClassic, toClassic } from "./classic-record.js";
import { Cluster, fromCluster, toCluster } from "./cluster-record.js";

const State = z.object({
  kind: z.enum(["savepoint", "checkpoint"]),
  path: z.string(),
  at: z.number(),
  bytes: z.number().optional(),
  drained: z.literal(true).optional(),
});

/** One start of one version; `sql` is the exact text, where the old tool's field has its newlines made spaces. */
const Start = z.object({
  name: z.string(),
  description: z.string(),
  "target-table": z.string(),
  sql: z.string().optional(),
  code: z.string().optional(),
  flinkProperties: z.record(z.string(), z.string()),
  "query-id": z.string(),
  "query-version": z.number().int(),
  "query-create-timestamp": z.string(),
  definitions: z.array(z.string()).optional(),
  /** As many as definitions; null stands for one without public parameters in it. */
  templates: z.array(z.string().nullable()).optional(),
  "metadata-columns": MetadataColumnsSchema.optional(),
  secrets: z.object({ salt: z.string(), digest: z.string() }).optional(),
  files: z.record(z.string(), z.string()).optional(),
  "checkpoints-directory": z.string(),
  "savepoints-directory": z.string(),
  "job-id": z.string().optional(),
  cluster: Cluster.optional(),
  "started-from": z.string().nullish(),
  since: z.number().optional(),
});

const Extra = z.object({
  format: z.literal(1),
  status: z.enum(["running", "stopped", "finished", "deleted"]),
  current: Start,
  savepoint: State.optional(),
  "resource-id": z.string().optional(),
  owner: z.string().optional(),
  intent: z
    .object({
      action: z.string(),
      stopping: z.object({ "job-id": z.string(), "trigger-id": z.string() }).optional(),
      next: Start.optional(),
      session: z.object({ "gateway-url": z.string(), handle: z.string() }).optional(),
      choices: z.array(z.string()).optional(),
      "start-seconds": z.number().optional(),
      applied: z.number().optional(),
      total: z.number().optional(),
    })
    .optional(),
  past: z.array(
    z.object({ version: z.number(), "query-id": z.string(), savepoint: z.string().optional(), "ended-at": z.string() }),
  ),
  starts: z.array(z.string()).optional(),
  choices: z.array(z.string()).optional(),
  finished: z.literal(true).optional(),
  written: z.object({ by: z.string(), at: z.string() }).optional(),
});

const Whole = Classic.safeExtend({ deployment: Extra.optional() });

/** Reads a record. `store` gives the directories where an old record has none. Throws record-invalid. */
export function parseRecord(job: string, text: string, store: string): JobRecord {
  const found = Whole.safeParse(parseYaml(job, text, store));
  if (!found.success) throw invalid(job, z.prettifyError(found.error), store);
  const { deployment: extra, flinkProperties } = found.data;
  const record = extra ? fromExtra(extra) : fromClassic(found.data, store);
  const differences = extra ? partsThatDiffer(job, found.data, record) : [];
  if (differences.length > 0) throw invalid(job, differences.join("\n"), store, "contradicts itself");
  return { ...record, classicProperties: flinkProperties ?? {} };
}

/** Both parts tell of the same version. Where somebody edited one of them, nobody can say which is true. */
function partsThatDiffer(job: string, classic: z.infer<typeof Classic>, record: JobRecord): string[] {
  const { manifest, meta } = record.current;
  const there = toClassic(record);
  const keys = ["name", "target-table", "sql", "code"] as const;
  const edited: string[] = keys.filter((key) => classic[key] !== there[key]);
  if (classic.meta["query-version"] !== meta.version) edited.push("meta.query-version");
  if (classic.meta["query-id"] !== meta.queryId) edited.push("meta.query-id");
  return [
    ...(manifest.name === job ? [] : [`deployment.current.name is '${manifest.name}', and the file is of '${job}'`]),
    ...edited.map((key) => `${key} is not what deployment.current says: one of the two was edited`),
    ...(record.status === "running" && record.current.jobId === undefined
      ? ["deployment.status is running, and deployment.current has no job-id"]
      : []),
  ];
}

function parseYaml(job: string, text: string, store: string): unknown {
  try {
    // A timestamp must stay text: YAML 1.1 readers make a date of it.
    return parse(text, { schema: "core" });
  } catch (error) {
    throw invalid(job, error instanceof Error ? error.message : String(error), store);
  }
}

function invalid(job: string, cause: string, store: string, fault = "cannot be read"): UserError {
  return new UserError("record-invalid", {
    what: `${job}: its record in the store ${fault} (manifests/${job}.yaml in ${store}), so nothing was done to the job`,
    cause,
    fix: "restore the file as it was before, or correct it (see docs/store.md)",
  });
}

function fromExtra(extra: z.infer<typeof Extra>): JobRecord {
  const { intent, savepoint, written } = extra;
  return {
    status: extra.status,
    current: fromStart(extra.current),
    savepoint:
      savepoint &&
      ({
        ...savepoint,
        ...(savepoint.bytes === undefined ? {} : { bytes: savepoint.bytes }),
        ...(savepoint.drained && { drained: savepoint.drained }),
      } as JobRecord["savepoint"]),
    resourceId: extra["resource-id"],
    ...(extra.owner !== undefined && { owner: extra.owner }),
    intent: intent && {
      action: intent.action,
      stopping: intent.stopping && { jobId: intent.stopping["job-id"], triggerId: intent.stopping["trigger-id"] },
      next: intent.next && fromStart(intent.next),
      session: intent.session && { gatewayUrl: intent.session["gateway-url"], handle: intent.session.handle },
      ...(intent.choices && { choices: intent.choices }),
      ...(intent["start-seconds"] !== undefined && { startSeconds: intent["start-seconds"] }),
      ...(intent.applied !== undefined && { applied: intent.applied }),
      ...(intent.total !== undefined && { total: intent.total }),
    },
    past: extra.past.map((old) => ({
      version: old.version,
      queryId: old["query-id"],
      savepoint: old.savepoint,
      endedAt: old["ended-at"],
    })),
    ...(extra.starts && { starts: extra.starts }),
    ...withChoices(extra.choices),
    ...(extra.finished && { hasFinished: true as const }),
    written,
  };
}

function fromStart(start: z.infer<typeof Start>): Deployment {
  return {
    manifest: {
      name: start.name,
      description: start.description,
      "target-table": start["target-table"],
      ...(start.code === undefined ? { sql: start.sql ?? "" } : { code: start.code }),
      flinkProperties: start.flinkProperties,
    },
    meta: {
      queryId: start["query-id"],
      version: start["query-version"],
      createdAt: start["query-create-timestamp"],
    },
    definitions: start.definitions,
    ...(start.templates && { templates: start.templates.map((text, i) => text ?? start.definitions?.[i] ?? "") }),
    metadataColumns: start["metadata-columns"],
    secrets: start.secrets,
    files: start.files,
    directories: { checkpoints: start["checkpoints-directory"], savepoints: start["savepoints-directory"] },
    jobId: start["job-id"],
    ...(start.cluster && { cluster: fromCluster(start.cluster) }),
    startedFrom: start["started-from"],
    ...(start.since !== undefined && { since: start.since }),
  };
}

/** The file's text; the same record gives the same text. */
export function formatRecord(record: JobRecord): string {
  const whole = { ...toClassic(record), deployment: toExtra(record) };
  return stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" });
}

function toExtra(record: JobRecord): z.infer<typeof Extra> {
  const { intent, savepoint, resourceId, written } = record;
  return {
    format: 1,
    status: record.status,
    current: toStart(record.current),
    ...(savepoint && { savepoint }),
    ...(resourceId !== undefined && { "resource-id": resourceId }),
    ...(record.owner !== undefined && { owner: record.owner }),
    ...(intent && {
      intent: {
        action: intent.action,
        ...(intent.stopping && {
          stopping: { "job-id": intent.stopping.jobId, "trigger-id": intent.stopping.triggerId },
        }),
        ...(intent.next && { next: toStart(intent.next) }),
        ...(intent.session && { session: { "gateway-url": intent.session.gatewayUrl, handle: intent.session.handle } }),
        ...(intent.choices && { choices: [...intent.choices] }),
        ...(intent.startSeconds !== undefined && { "start-seconds": intent.startSeconds }),
        ...(intent.applied !== undefined && { applied: intent.applied }),
        ...(intent.total !== undefined && { total: intent.total }),
      },
    }),
    past: record.past.map((old) => ({
      version: old.version,
      "query-id": old.queryId,
      ...(old.savepoint !== undefined && { savepoint: old.savepoint }),
      "ended-at": old.endedAt,
    })),
    ...(record.starts && { starts: [...record.starts] }),
    ...(record.choices && { choices: [...record.choices] }),
    ...(record.hasFinished && { finished: true as const }),
    ...(written && { written }),
  };
}

function unlessSame(templates: readonly string[], definitions: readonly string[] = []): (string | null)[] {
  return templates.map((text, i) => (text === definitions[i] ? null : text));
}

function toStart(deployment: Deployment): z.infer<typeof Start> {
  const { manifest, meta, directories } = deployment;
  return {
    ...manifest,
    flinkProperties: { ...manifest.flinkProperties },
    "query-id": meta.queryId,
    "query-version": meta.version,
    "query-create-timestamp": meta.createdAt,
    ...(deployment.definitions && { definitions: [...deployment.definitions] }),
    ...(deployment.templates && { templates: unlessSame(deployment.templates, deployment.definitions) }),
    ...(deployment.metadataColumns && { "metadata-columns": { ...deployment.metadataColumns } }),
    ...(deployment.secrets && { secrets: deployment.secrets }),
    ...(deployment.files && Object.keys(deployment.files).length > 0 && { files: { ...deployment.files } }),
    "checkpoints-directory": directories.checkpoints,
    "savepoints-directory": directories.savepoints,
    ...(deployment.jobId !== undefined && { "job-id": deployment.jobId }),
    ...(deployment.cluster && { cluster: toCluster(deployment.cluster) }),
    ...(deployment.startedFrom !== undefined && { "started-from": deployment.startedFrom }),
    ...(deployment.since !== undefined && { since: deployment.since }),
  };
}
