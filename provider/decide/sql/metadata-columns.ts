/** The columns about the query that follow the query's own: which of them a job writes, and how they are named. */

import { z } from "zod";

/** In the order in which they stand in the INSERT. */
const KEYS = [
  "timestamp",
  "query-name",
  "query-description",
  "query-id",
  "query-version",
  "query-create-timestamp",
] as const;
export type MetadataKey = (typeof KEYS)[number];

const GROUPS: Readonly<Record<string, readonly MetadataKey[]>> = {
  all: KEYS,
  query: KEYS.slice(1),
  timestamp: ["timestamp"],
  none: [],
};

/** As a manifest or the configuration says it. */
export const MetadataSchema = z.union([
  z.enum(["all", "query", "timestamp", "none"]),
  z.array(z.enum(KEYS)).describe("Single columns; their order is always the same."),
]);
export type Metadata = z.infer<typeof MetadataSchema>;

/** What there is to choose from, as a message lists it. */
export const METADATA_WORDS = `all, query, timestamp, none, or a list of ${KEYS.join(", ")}`;

/** The same as records and inputs hold it. */
export const MetadataColumnsSchema = z.object({
  timestamp: z.string(),
  query: z.boolean(),
  only: z.array(z.enum(KEYS)).readonly().optional(),
});

/** How the query's own columns are followed by columns about the query. */
export interface MetadataColumns {
  /** Name of the column that holds the time of the insert. */
  readonly timestamp: string;
  /** False leaves the five `__query_*` columns out. */
  readonly query: boolean;
  /** Just these, where `query` does not say it all: records of before know only the time with or without the others. */
  readonly only?: readonly MetadataKey[] | undefined;
}

export const DEFAULT_METADATA_COLUMNS: MetadataColumns = { timestamp: "__create_timestamp", query: true };

/** `timestamp` is the name of the column with the time of the insert. */
export function metadataColumns(chosen: Metadata, timestamp: string): MetadataColumns {
  const wanted: readonly string[] = typeof chosen === "string" ? (GROUPS[chosen] ?? []) : chosen;
  const only = KEYS.filter((key) => wanted.includes(key));
  if (only.length === KEYS.length) return { timestamp, query: true };
  if (only.length === 1 && only[0] === "timestamp") return { timestamp, query: false };
  return { timestamp, query: false, only };
}

/** What a stack says of all jobs; `metadata` is undefined where it says nothing, so that the template's word counts. */
export function stackColumns(stack: {
  readonly metadata?: Metadata | undefined;
  readonly queryMetadata: boolean;
  readonly timestampColumn: string;
}): { readonly metadata: Metadata | undefined; readonly metadataColumns: MetadataColumns } {
  const metadata = stack.metadata ?? (stack.queryMetadata ? undefined : "timestamp");
  return { metadata, metadataColumns: metadataColumns(metadata ?? "all", stack.timestampColumn) };
}

export interface MetadataColumn {
  readonly key: MetadataKey;
  readonly name: string;
  /** As a table's definition has it. */
  readonly type: string;
}

const TYPES: Readonly<Record<MetadataKey, string>> = {
  timestamp: "TIMESTAMP_LTZ(3)",
  "query-name": "STRING",
  "query-description": "STRING",
  "query-id": "STRING",
  "query-version": "INT",
  "query-create-timestamp": "TIMESTAMP(6)",
};

/** The columns that are written, in their order. */
export function columnsOf({ timestamp, query, only }: MetadataColumns): MetadataColumn[] {
  const keys = only ?? (query ? KEYS : (["timestamp"] as const));
  return keys.map((key) => ({
    key,
    name: key === "timestamp" ? timestamp : `__${key.replaceAll("-", "_")}`,
    type: TYPES[key],
  }));
}

/**
 * The metadata columns that a target table lacks; empty where something else is missing. `query` and `sink`: the columns of
 * both, `name: TYPE` each.
 */
export function missingColumns(
  { query, sink }: { readonly query: readonly string[]; readonly sink: readonly string[] },
  columns: MetadataColumns,
): MetadataColumn[] {
  const lacking = columnsOf(columns).filter(({ name }) => !sink.some((column) => column.includes(`${name}: `)));
  return query.length - sink.length === lacking.length ? lacking : [];
}

/** The way out where these are all that is missing. */
export function missingColumnsWords(missing: readonly MetadataColumn[]): string {
  const lines = missing.map(({ name, type }) => `  \`${name}\` ${type}`).join(",\n");
  return `The table lacks metadata columns. Add them at its end, or leave them out with \`metadata: none\` in the manifest:\n${lines}`;
}

/** What differs between two choices, as a person calls it; undefined where nothing does. */
export function metadataChange(before: MetadataColumns, after: MetadataColumns): string | undefined {
  const [old, now] = [columnsOf(before), columnsOf(after)].map((columns) => columns.map(({ name }) => name));
  const gone = old?.filter((name) => !now?.includes(name)) ?? [];
  const come = now?.filter((name) => !old?.includes(name)) ?? [];
  if (gone.length + come.length === 0) return undefined;
  const words = [
    ...(gone.length > 0 ? [`without ${gone.join(", ")}`] : []),
    ...(come.length > 0 ? [`with ${come.join(", ")}`] : []),
  ];
  return `metadata columns changed (${words.join("; ")})`;
}
