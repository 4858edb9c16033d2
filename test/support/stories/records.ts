/** A job's record as it lies in the store, read as a plain YAML file or object. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { objectText } from "../servers/bucket.js";

const Record = z.object({
  sql: z.string().optional(),
  meta: z.object({ "query-id": z.string(), "query-version": z.number() }),
  deployment: z.object({
    status: z.string(),
    current: z.object({
      "job-id": z.string(),
      "started-from": z.string().nullish(),
      description: z.string(),
      flinkProperties: z.record(z.string(), z.string()),
    }),
    savepoint: z.object({ path: z.string() }).optional(),
    intent: z.unknown().optional(),
    past: z.array(z.object({ version: z.number(), "query-id": z.string(), savepoint: z.string().optional() })),
  }),
});

/** The parts of a record that the stories look at. */
export interface SeenRecord {
  readonly status: string;
  readonly version: number;
  readonly queryId: string;
  readonly jobId: string;
  readonly startedFrom: string | null | undefined;
  /** Undefined for code. */
  readonly sql: string | undefined;
  readonly properties: Readonly<{ [option: string]: string }>;
  readonly savepoint: string | undefined;
  readonly hasIntent: boolean;
  readonly past: readonly { readonly version: number; readonly savepoint?: string | undefined }[];
}

/** Throws where there is no record, or it is not one. */
export async function readRecord(store: string, job: string): Promise<SeenRecord> {
  const text = await readText(store, `manifests/${job}.yaml`);
  const { sql, meta, deployment } = Record.parse(parse(text));
  const { current, status, savepoint, intent, past } = deployment;
  return {
    status,
    version: meta["query-version"],
    queryId: meta["query-id"],
    jobId: current["job-id"],
    startedFrom: current["started-from"],
    sql,
    properties: current.flinkProperties,
    savepoint: savepoint?.path,
    hasIntent: intent !== undefined,
    past,
  };
}

/** Text of a file of the store, which is `file:///dir` or `s3://bucket/prefix?endpoint=…`. */
function readText(store: string, path: string): Promise<string> {
  return store.startsWith("file:") ? readFile(`${fileURLToPath(store)}/${path}`, "utf8") : objectText(store, path);
}
