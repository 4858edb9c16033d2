/** Where in the user's files a refused statement stands. */

import { readFileSync } from "node:fs";
import { ABOUT_SINK, UNKNOWN_TIME_ZONE, UNREADABLE_OPTION } from "../flink/index.js";
import type { CodePlace, JobRefused } from "../prove/index.js";
import { excerpt, locate, locateAll, locateOption } from "../read/index.js";
import { workspace } from "../workspace/index.js";

export interface JobSources {
  readonly name: string;
  readonly flinkProperties: Readonly<Record<string, string>>;
  /** The manifest's path, relative to the project. */
  readonly file: string;
  readonly definitions: readonly {
    readonly label: string;
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }[];
}

/** `jobs/orders.yaml:7:12: Column 'amout' not found in any table`, then the line and a caret. */
export function refusalWords(job: JobSources, refusal: JobRefused): string {
  const option = optionIn(refusal.message, job);
  if (option !== undefined && Object.hasOwn(job.flinkProperties, option))
    return optionWords(job, option, refusal.message);
  if (refusal.part === "definition") return definitionWords(job, refusal);
  if (refusal.part === "jar") return `${job.file}: pipeline.jars: ${refusal.message}`;
  return refusal.part === "code" ? codeWords(job, refusal) : manifestWords(job, refusal);
}

/** Whatever Flink was about to do when it came to it, a value that it cannot read is the option's. */
function optionIn(message: string, { flinkProperties }: JobSources): string | undefined {
  const zone = UNKNOWN_TIME_ZONE.exec(message)?.[1];
  if (zone !== undefined && flinkProperties["table.local-time-zone"]?.includes(zone)) return "table.local-time-zone";
  return UNREADABLE_OPTION.exec(message)?.[1];
}

function optionWords({ file }: JobSources, option: string, message: string): string {
  const place = locateOption(workspace.root, file, option);
  if (!place) return `${file}: flinkProperties: ${message}`;
  return `${place.file}:${place.line}:${place.column}: ${message}\n${place.excerpt}`;
}

function definitionWords(
  { name, definitions }: JobSources,
  { index, line = 1, column = 1, message }: JobRefused,
): string {
  const definition = definitions[index];
  if (!definition) return message;
  const fileLine = definition.line + line - 1;
  const fileColumn = line === 1 ? definition.column + column - 1 : column;
  const place = `${definition.file}:${fileLine}:${fileColumn}`;
  return `${place}: ${message} (${definition.label}, which ${name} uses)\n${excerptOf(definition.file, fileLine, fileColumn)}`;
}

/** Python was told where the code stands, and names the manifest's own lines. */
function codeWords({ file }: JobSources, { line, column, message }: JobRefused): string {
  if (line === undefined) return `${file}: ${message}`;
  const place = `${file}:${line}${column === undefined ? "" : `:${column}`}`;
  return `${place}: ${message}\n${excerptOf(file, line, column ?? 1)}`;
}

/** Where each line of a manifest's code stands in its file; undefined where that cannot be told. */
export function codePlaceOf(file: string, code: string | undefined): CodePlace | undefined {
  if (code === undefined) return undefined;
  const texts = code.split("\n");
  // An empty line has no character of its own to be found by.
  const starts = texts.map((text, i) => ({ line: i + 1, column: text.search(/\S|$/u) + 1 }));
  const [first, ...places] = locateAll(workspace.root, file, "code", [{ line: 1, column: 1 }, ...starts]) ?? [];
  if (!first || places.some(({ excerpt }) => !excerpt)) return undefined;
  const lines: number[] = [];
  for (const [i, { line }] of places.entries())
    lines.push(texts[i]?.trim() === "" ? (lines.at(-1) ?? line - 1) + 1 : line);
  return { file, lines, column: first.column };
}

/** The table file may be gone by now. */
function excerptOf(file: string, line: number, column: number): string {
  try {
    return excerpt(readFileSync(workspace.path(file), "utf8"), line, column);
  } catch {
    return "";
  }
}

function manifestWords({ file }: JobSources, { part, line, column, message }: JobRefused): string {
  const field = part === "insert" && ABOUT_SINK.test(message) ? "target-table" : "sql";
  const at =
    part === "insert" || line === undefined || column === undefined ? { line: 1, column: 1 } : { line, column };
  const place = locate(workspace.root, file, field, at);
  if (!place) return `${file}: ${message}`;
  return `${place.file}:${place.line}:${place.column}: ${message}\n${place.excerpt}`;
}
