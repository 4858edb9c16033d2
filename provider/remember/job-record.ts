/** The record's form as a YAML file: flink-sql-runner's manifest and `meta` on top, what it does not know in `deployment`. */

import { parse, stringify } from "yaml";
import { z } from "zod";
import { type Intent, type JobRecord, type PastVersion, UserError } from "../decide/index.js";
import { ChoiceText } from "./choice-text.js";
import { Classic, fromClassic, toClassic } from "./classic-record.js";
import { StartPart } from "./start-record.js";

const State = z.object({
  kind: z.enum(["savepoint", "checkpoint"]),
  path: z.string(),
  at: z.number(),
  bytes: z.number().optional(),
  drained: z.literal(true).optional(),
});

const IntentInFile = z.object({
  action: z.string(),
  stopping: z.object({ "job-id": z.string(), "trigger-id": z.string() }).optional(),
  next: StartPart.optional(),
  session: z.object({ "gateway-url": z.string(), handle: z.string() }).optional(),
  choices: z.array(ChoiceText).readonly().optional(),
  "start-seconds": z.number().optional(),
  applied: z.number().optional(),
  total: z.number().optional(),
});

const IntentPart = z.codec(IntentInFile, z.custom<Intent>(), {
  decode: ({ stopping, session, "start-seconds": startSeconds, next, ...rest }) => ({
    ...rest,
    stopping: stopping && { jobId: stopping["job-id"], triggerId: stopping["trigger-id"] },
    next,
    session: session && { gatewayUrl: session["gateway-url"], handle: session.handle },
    startSeconds,
  }),
  encode: ({ stopping, session, startSeconds, ...rest }) => ({
    ...rest,
    stopping: stopping && { "job-id": stopping.jobId, "trigger-id": stopping.triggerId },
    session: session && { "gateway-url": session.gatewayUrl, handle: session.handle },
    "start-seconds": startSeconds,
  }),
});

const PastInFile = z.object({
  version: z.number(),
  "query-id": z.string(),
  savepoint: z.string().optional(),
  "ended-at": z.string(),
});

const Past = z.codec(PastInFile, z.custom<PastVersion>(), {
  decode: ({ version, savepoint, ...rest }) => ({
    version,
    queryId: rest["query-id"],
    savepoint,
    endedAt: rest["ended-at"],
  }),
  encode: ({ version, queryId, savepoint, endedAt }) => ({
    version,
    "query-id": queryId,
    savepoint,
    "ended-at": endedAt,
  }),
});

const ExtraInFile = z.object({
  format: z.literal(1),
  status: z.enum(["running", "stopped", "finished", "deleted"]),
  current: StartPart,
  savepoint: State.optional(),
  "resource-id": z.string().optional(),
  owner: z.string().optional(),
  intent: IntentPart.optional(),
  past: z.array(Past).readonly(),
  starts: z.array(z.string()).readonly().optional(),
  choices: z.array(ChoiceText).readonly().optional(),
  finished: z.literal(true).optional(),
  written: z.object({ by: z.string(), at: z.string() }).optional(),
});

/** All that flink-sql-runner does not know. The file has its fields in the order of the schemas, and none that is undefined. */
const Extra = z.codec(ExtraInFile, z.custom<JobRecord>(), {
  decode: ({ format: _, savepoint, intent, written, "resource-id": resourceId, finished, ...rest }) => ({
    ...rest,
    savepoint,
    resourceId,
    intent,
    hasFinished: finished,
    written,
  }),
  encode: ({ resourceId, hasFinished, classicProperties: _, ...rest }) => ({
    format: 1 as const,
    ...rest,
    "resource-id": resourceId,
    finished: hasFinished,
  }),
});

const Whole = Classic.safeExtend({ deployment: Extra.optional() });

/** Reads a record. `store` gives the directories where an old record has none. Throws record-invalid. */
export function parseRecord(job: string, text: string, store: string): JobRecord {
  const found = Whole.safeParse(parseYaml(job, text, store));
  if (!found.success) throw invalid(job, z.prettifyError(found.error), store);
  const { deployment: extra, flinkProperties } = found.data;
  const record = extra ?? fromClassic(found.data, store);
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

/** `0o7` is a text to YAML 1.1, which is written here and by flink-sql-runner. */
function isOctal(tag: unknown): boolean {
  return Object(tag).format === "OCT";
}

function parseYaml(job: string, text: string, store: string): unknown {
  try {
    // A timestamp must stay text: YAML 1.1 readers make a date of it.
    return parse(text, { schema: "core", customTags: (tags) => tags.filter((tag) => !isOctal(tag)) });
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

/** The file's text; the same record gives the same text. */
export function formatRecord(record: JobRecord): string {
  const whole = { ...toClassic(record), deployment: z.encode(Extra, record) };
  return stringify(whole, { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" });
}
