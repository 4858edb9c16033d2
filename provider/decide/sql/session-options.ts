/** Options that SET in a table file may give: those that say how a job is planned, and none that says what a start is. */

import { currentName, isReserved } from "../job/properties.js";
import { type Token, tokenize } from "./sql-text.js";

/** Something wrong at a token of a statement. */
export interface StatementFault {
  readonly token: Token;
  readonly message: string;
}

/** Whole groups, each by what the names in it begin with. */
const PLANNING = ["table.", "sql-client.", "python.fn-execution.", "pipeline.operator-chaining"];

const PLANNING_OPTIONS: ReadonlySet<string> = new Set([
  "parallelism.default",
  "pipeline.auto-watermark-interval",
  "pipeline.generic-types",
  "pipeline.max-parallelism",
  "pipeline.object-reuse",
  "python.execution-mode",
  "python.map-state.iterate-response-batch-size",
  "python.map-state.read-cache-size",
  "python.map-state.write-cache-size",
  "python.metric.enabled",
  "python.operator-chaining.enabled",
  "python.profile.enabled",
  "python.state.cache-size",
  "python.systemenv.enabled",
]);

/** Of these groups those that say how a start goes, where its state is found again, or where files are left. */
const NOT_PLANNING = [
  "table.dml-",
  "table.catalog-store.",
  "table.plan.",
  "table.exec.uid.",
  "table.resources.",
  "table.rtas-ctas.",
  "table.builtin-",
];

/** Why an option cannot be set in a table file, if so; the name as Flink gets it. */
function ownedOption(name: string): string | undefined {
  const lower = name.toLowerCase();
  const isPlanning = PLANNING_OPTIONS.has(lower) || PLANNING.some((group) => lower.startsWith(group));
  if (isPlanning && !NOT_PLANNING.some((group) => lower.startsWith(group))) return undefined;
  if (isReserved(currentName(lower)) || lower === "pipeline.name")
    return `${name} is set by the deployment itself; remove it`;
  return `${name} changes more than how a job is planned; put it into flinkProperties of the manifest or of job-template.yaml`;
}

/**
 * SET 'name' = 'value', or the same without quotes. A name in any other form (`U&'…'`, pieces that Flink joins) is refused,
 * since it may mean anything.
 */
export function optionFault(rest: readonly Token[], verb: "SET" | "RESET", first: Token): StatementFault | undefined {
  if (rest.length === 0) return { token: first, message: `${verb} without an option does not belong in a table file` };
  const end = verb === "SET" ? rest.findIndex(({ text }) => text === "=") : rest.length;
  const given = rest.slice(0, Math.max(0, end));
  const [token = first] = given;
  const name = optionName(given);
  if (name === undefined || (verb === "SET" && end < 0))
    return {
      token,
      message: `write ${verb} 'option'${verb === "SET" ? " = 'value'" : ""}, with the option as one plain text`,
    };
  const message = ownedOption(name);
  return message === undefined ? undefined : { token, message: `${verb}: ${message}` };
}

/** What a SET or RESET of a table file does to the session. */
export type SetOrReset = { readonly set: string; readonly value: string } | { readonly reset: string };

/** A statement that `optionFault` has nothing against, as the change that it is; undefined for any other statement. */
export function setOrReset(sql: string): SetOrReset | undefined {
  const [verb, ...rest] = tokenize(sql).filter(({ text }) => text !== ";");
  const word = verb?.kind === "word" ? verb.text.toUpperCase() : "";
  if (word === "RESET") return { reset: optionName(rest) ?? "" };
  const end = rest.findIndex(({ text }) => text === "=");
  const value = optionValue(rest.slice(end + 1));
  return word !== "SET" || end < 0 || value === undefined
    ? undefined
    : { set: optionName(rest.slice(0, end)) ?? "", value };
}

/** One text in quotes, or without them all up to a blank; in any other form Flink refuses it. */
function optionValue(tokens: readonly Token[]): string | undefined {
  const [first] = tokens;
  if (first?.kind === "string" && tokens.length === 1) return first.text.slice(1, -1).replaceAll("''", "'");
  if (tokens.length === 0 || tokens.some(({ kind }) => kind === "string")) return undefined;
  const isJoined = tokens.every((token, i) => i === 0 || tokens[i - 1]?.end === token.start);
  return isJoined ? tokens.map(({ text }) => text).join("") : undefined;
}

function optionName(tokens: readonly Token[]): string | undefined {
  const [first] = tokens;
  if (first?.kind === "string") {
    const isPlain = tokens.length === 1 && /^'[^'{}]*'$/u.test(first.text);
    return isPlain ? first.text.slice(1, -1).trim() : undefined;
  }
  // Without quotes Flink takes all characters up to a blank.
  const isJoined = tokens.every((token, i) => i === 0 || tokens[i - 1]?.end === token.start);
  const text = tokens.map((token) => token.text).join("");
  return isJoined && /^[\w.$-]+$/u.test(text) ? text : undefined;
}
