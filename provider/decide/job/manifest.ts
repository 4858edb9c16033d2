/** One `jobs/*.yaml` file: its schema, and what a change of each field does to a running job. */

import { z } from "zod";
import { MetadataSchema } from "../sql/metadata-columns.js";

/** Job names become parts of paths and of consumer groups, so they keep to characters that need no quoting there. */
const JOB_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/u;

const PropertyValue = z.union([z.string(), z.number(), z.boolean()]);

const PathsSchema = z.union([z.string(), z.array(z.string())]).optional();

export const ManifestSchema = z
  .strictObject({
    name: z
      .string()
      .max(200, "has more than 200 characters")
      .regex(JOB_NAME, "only letters, digits, '.', '_' and '-', and the first is a letter or digit")
      .describe("Identifies the job: its name in Flink (pipeline.name), in the store and in Pulumi."),
    description: z.string().default("").describe("What the job is for; becomes the column __query_description."),
    "target-table": z
      .string()
      .min(1)
      .describe("The table that the query is inserted into, as SQL writes it: orders, or `kafka`.`orders-by-day`."),
    sql: z.string().min(1).optional().describe("The query. Exactly one of sql and code."),
    code: z
      .string()
      .min(1)
      .optional()
      .describe("PyFlink that sets execution_output to a DataStream or a Table. Exactly one of sql and code."),
    metadata: MetadataSchema.optional().describe(
      "The metadata columns that are written after the query's own columns: all, query, timestamp, none, or a list of single columns.",
    ),
    flinkProperties: z
      .record(z.string(), PropertyValue)
      .default({})
      .describe("Flink options of this job; they win over those of job-template.yaml."),
    pyflink: z
      .strictObject({
        requirements: z.string().optional().describe("A requirements.txt of the project (python.requirements)."),
        files: PathsSchema.describe("Python modules and packages (python.files)."),
        archives: PathsSchema.describe("Archives with data or environments (python.archives)."),
        jars: PathsSchema.describe("Jars (pipeline.jars)."),
      })
      .optional()
      .describe("Files that are shipped with the job; paths are relative to the project's folder."),
  })
  .describe("A Flink SQL job.");

/** A manifest after job-template.yaml was merged in: keys as in the file, properties as text. */
export interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly "target-table": string;
  /** The query; exactly one of sql and code is there. */
  readonly sql?: string | undefined;
  /** PyFlink that makes the rows instead of a query. */
  readonly code?: string | undefined;
  readonly flinkProperties: Readonly<Record<string, string>>;
}

/**
 * What a change does to a job that runs:
 * - `replace`: a new version of the SQL; stop with savepoint, start clean
 * - `restart`: same version; stop with savepoint, start from that savepoint
 * - `identity`: another name is another job
 */
export type Effect = "identity" | "replace" | "restart";

/** Everything that can differ between what is deployed and what the manifest asks for. */
export type Field = keyof Manifest | "definitions" | "views" | "metadataColumns" | "files";

export const EFFECT = {
  name: "identity",
  sql: "replace",
  code: "replace",
  "target-table": "replace",
  description: "restart",
  flinkProperties: "restart",
  definitions: "restart",
  // With the computed columns of tables: a part of the query that stands elsewhere.
  views: "replace",
  metadataColumns: "restart",
  files: "restart",
} as const satisfies Record<Field, Effect>;

/** What makes the rows of a job: its query or its code. */
export function sourceOf({ sql, code }: Pick<Manifest, "sql" | "code">): string {
  return sql ?? code ?? "";
}

/** Flink's options are text; YAML lets people write `true`, `4` and `'4'` for the same. */
export function propertiesAsText(
  properties: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, String(value)]));
}
