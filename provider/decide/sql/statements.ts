/** What Flink runs for a job: its definitions, the query as a view, and the INSERT with the columns about the query. */

import type { Manifest } from "../job/manifest.js";
import { groupId } from "../job/naming.js";
import { columnsOf, type MetadataColumns, type MetadataKey } from "./metadata-columns.js";
import { fillParameters } from "./parameters.js";
import { sqlIdentifier, sqlString } from "./sql-text.js";

/** What tells one version of a job's query from the next. */
export interface QueryMeta {
  readonly queryId: string;
  readonly version: number;
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly createdAt: string;
}

/** Statements in the order in which one session runs them. */
export interface JobStatements {
  readonly definitions: readonly string[];
  /** Undefined for code, which makes the view itself. */
  readonly view: string | undefined;
  readonly insert: string;
}

/** In front of the query in `view`, on a line of its own: a line of the view is a line of the query plus one. */
export const QUERY_VIEW = "__query";
const VIEW_HEAD = `CREATE TEMPORARY VIEW \`${QUERY_VIEW}\` AS\n`;
export const VIEW_HEAD_LINES = 1;

/** The statements of one version of a job; `secrets` are put in here and nowhere else. */
export function jobStatements(
  manifest: Pick<Manifest, "name" | "description" | "target-table" | "sql" | "code">,
  definitions: readonly string[],
  columns: MetadataColumns,
  meta: QueryMeta,
  secrets: Readonly<Record<string, string>>,
): JobStatements {
  const parameters = { ...secrets, group_id: groupId(manifest.name, meta.version) };
  return {
    definitions: definitions.map((sql) => fillParameters(sql, parameters)),
    view: manifest.sql === undefined ? undefined : VIEW_HEAD + withoutEnd(manifest.sql),
    insert: `INSERT INTO ${manifest["target-table"]}\nSELECT ${selection(manifest, columns, meta)}\nFROM \`${QUERY_VIEW}\``,
  };
}

/** Without semicolons and white space at the end; a search for them would go through the text once for each blank in it. */
function withoutEnd(sql: string): string {
  let end = sql.length;
  while (end > 0 && /[\s;]/u.test(sql[end - 1] ?? "")) end--;
  return sql.slice(0, end);
}

/** The query's columns, then those about it, in the order and with the types that flink-sql-runner 0.2.0 uses. */
function selection(
  { name, description }: Pick<Manifest, "name" | "description">,
  columns: MetadataColumns,
  { queryId, version, createdAt }: QueryMeta,
): string {
  const values: Readonly<Record<MetadataKey, string>> = {
    timestamp: "NOW()",
    "query-name": sqlString(name),
    "query-description": sqlString(description),
    "query-id": sqlString(queryId),
    "query-version": String(version),
    "query-create-timestamp": `CAST(${sqlString(createdAt)} AS TIMESTAMP)`,
  };
  const about = columnsOf(columns).map((column) => `${values[column.key]} AS ${sqlIdentifier(column.name)}`);
  return ["*", ...about].join(", ");
}
