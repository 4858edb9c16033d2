/** How flink-sql-runner 0.2.0 reads values: its records must not look changed to us, nor ours to it. */

import type { ObservedJob } from "../plan/observed.js";
import { sameSql } from "../sql/sql-text.js";
import type { Manifest } from "./manifest.js";
import type { Deployment } from "./record.js";

/** That tool wrote the record: it remembers neither definitions nor metadata columns nor Flink's job id. */
export function isClassic({ definitions }: Pick<Deployment, "definitions">): boolean {
  return definitions === undefined;
}

/** The text that the tool gave to Flink for a value of its YAML. */
export function classicText(value: unknown): string {
  if (value === null || value === undefined) return "None";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Decimal numbers as YAML writes them; what else looks like one (`0x10`, `1:30`) stays text. */
const NUMBER = /^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?$/u;

/** A manifest says `0.10`, and the tool remembers the number 0.1. */
export function sameNumber(a: string, b: string): boolean {
  return NUMBER.test(a) && NUMBER.test(b) && numberOf(a) === numberOf(b);
}

function numberOf(text: string): number {
  return Number(text.replaceAll("_", ""));
}

/**
 * The value that the tool reads from the manifest that has this option's text: as it stood in the record before, or, where
 * the option is new, as people write it, without quotes.
 */
export function classicValue(text: string, before: unknown): unknown {
  // A number to our YAML, a text to the tool's.
  if (/^[-+]?\d+[eE]/u.test(text)) return text;
  if (before !== undefined && (classicText(before) === text || sameNumber(classicText(before), text))) return before;
  if (typeof before === "string") return text;
  if (text === "true" || text === "false") return text === "true";
  // 010 is another number to the tool's YAML.
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/u.test(text) ? Number(text) : text;
}

/** Names under which a job of the record may run: the tool's template could give Flink another one than the manifest's. */
export function flinkNames(name: string, current: Deployment | undefined): readonly string[] {
  const given = current && isClassic(current) ? current.manifest.flinkProperties["pipeline.name"] : undefined;
  return given === undefined ? [name] : [name, given];
}

/** The version in whose directory a job keeps its checkpoints: the tool may have failed to write a record after a start. */
export function versionByState({ jobId, detail }: ObservedJob): number | undefined {
  const [chk, owner, version = ""] = detail?.lastCheckpoint?.path.split("/").reverse() ?? [];
  return chk?.startsWith("chk-") && owner === jobId && /^\d+$/u.test(version) ? Number(version) : undefined;
}

/** The tool makes each newline of a query a space before it stores and compares it. */
export function joinedLines(sql: string): string {
  return sql.replaceAll("\n", " ").trim();
}

/** A `--` comment in a query swallowed the lines that were joined to it: what runs is not what is written. */
export function runsCutShort({ manifest, ...deployment }: Deployment, { sql }: Pick<Manifest, "sql">): boolean {
  const there = manifest.sql;
  if (!isClassic(deployment) || sql === undefined || there === undefined) return false;
  return joinedLines(there) === joinedLines(sql) && !sameSql(there, sql);
}
