/** One start of one version, as a record has it. */

import { z } from "zod";
import { type Deployment, MetadataColumnsSchema } from "../decide/index.js";
import { Cluster } from "./cluster-record.js";

const InFile = z.object({
  name: z.string(),
  description: z.string(),
  "target-table": z.string(),
  /** The exact text, where the old tool's field has its newlines made spaces. */
  sql: z.string().optional(),
  code: z.string().optional(),
  flinkProperties: z.record(z.string(), z.string()),
  "query-id": z.string(),
  "query-version": z.number().int(),
  "query-create-timestamp": z.string(),
  definitions: z.array(z.string()).readonly().optional(),
  /** As many as definitions; null stands for one without public parameters in it. */
  templates: z.array(z.string().nullable()).readonly().optional(),
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

export const StartPart = z.codec(InFile, z.custom<Deployment>(), {
  decode: (start) => ({
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
    templates: start.templates?.map((text, i) => text ?? start.definitions?.[i] ?? ""),
    metadataColumns: start["metadata-columns"],
    secrets: start.secrets,
    files: start.files,
    directories: { checkpoints: start["checkpoints-directory"], savepoints: start["savepoints-directory"] },
    jobId: start["job-id"],
    cluster: start.cluster,
    startedFrom: start["started-from"],
    since: start.since,
  }),
  encode: ({ manifest, meta, definitions, templates, directories, files = {}, ...rest }) => ({
    ...manifest,
    "query-id": meta.queryId,
    "query-version": meta.version,
    "query-create-timestamp": meta.createdAt,
    definitions,
    templates: templates?.map((text, i) => (text === definitions?.[i] ? null : text)),
    "metadata-columns": rest.metadataColumns,
    secrets: rest.secrets,
    files: Object.keys(files).length > 0 ? files : undefined,
    "checkpoints-directory": directories.checkpoints,
    "savepoints-directory": directories.savepoints,
    "job-id": rest.jobId,
    cluster: rest.cluster,
    "started-from": rest.startedFrom,
    since: rest.since,
  }),
});
