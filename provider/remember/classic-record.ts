/** The part of a record that flink-sql-runner 0.2.0 writes and reads: the merged manifest and `meta`. */

import { z } from "zod";
import { classicText, classicValue, type JobRecord, type Manifest, stateDirectories } from "../decide/index.js";

/** The tool checks nothing: what a manifest gave without quotes is a number or a boolean here. */
const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** It passes on whatever else a manifest or the template has. */
export const Classic = z
  .looseObject({
    name: Text,
    description: Text.nullish(),
    "target-table": Text,
    sql: Text.optional(),
    code: Text.optional(),
    flinkProperties: z.record(z.string(), z.unknown()).nullish(),
    meta: z.object({
      "query-id": z.string(),
      "query-version": z.coerce.number().int(),
      "query-create-timestamp": z.coerce.string(),
    }),
  })
  .refine(({ sql, code }) => sql !== undefined || code !== undefined, "it has neither sql nor code");

/** A record that has no other part. `store` gives the directories where it names none. */
export function fromClassic(classic: z.infer<typeof Classic>, store: string): JobRecord {
  const options = Object.entries(classic.flinkProperties ?? {});
  const manifest: Manifest = {
    name: classic.name,
    description: classic.description ?? "",
    "target-table": classic["target-table"],
    // Of two, the tool ran the query and dropped the code.
    ...(classic.sql === undefined ? { code: classic.code } : { sql: classic.sql }),
    flinkProperties: Object.fromEntries(options.map(([option, value]) => [option, classicText(value)])),
  };
  const { "query-id": queryId, "query-version": version, "query-create-timestamp": createdAt } = classic.meta;
  return {
    status: "running",
    current: {
      manifest,
      meta: { queryId, version, createdAt },
      definitions: undefined,
      metadataColumns: undefined,
      secrets: undefined,
      directories: stateDirectories(manifest, store),
      jobId: undefined,
      startedFrom: undefined,
    },
    savepoint: undefined,
    resourceId: undefined,
    intent: undefined,
    past: [],
    written: undefined,
  };
}

/** What the tool would have written of the same deployment, so that it sees no change where there is none. */
export function toClassic({ current, classicProperties }: JobRecord): Record<string, unknown> {
  const { manifest, meta, directories } = current;
  // Under the names of the manifest: to the tool an option's other name is another option.
  const options = {
    ...manifest.flinkProperties,
    "pipeline.name": manifest.name,
    "state.checkpoints.dir": directories.checkpoints,
    "state.savepoints.dir": directories.savepoints,
  };
  const typed = Object.entries(options).map(([option, text]) => [
    option,
    classicValue(text, classicProperties?.[option]),
  ]);
  return {
    name: manifest.name,
    description: manifest.description,
    "target-table": manifest["target-table"],
    ...(manifest.code === undefined ? { sql: (manifest.sql ?? "").replaceAll("\n", " ") } : { code: manifest.code }),
    flinkProperties: Object.fromEntries(typed),
    meta: {
      "query-id": meta.queryId,
      "query-version": meta.version,
      "query-create-timestamp": meta.createdAt,
    },
  };
}
