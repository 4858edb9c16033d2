/** What can be seen to be wrong with SQL without asking Flink: quotes and comments that do not end, and what is no query. */

import { scanSkipped, scanToken } from "./sql-scan.js";
import { splitStatements, tokenize } from "./sql-text.js";

/** Something wrong at an offset into the text it was found in, in UTF-16 units. */
export interface SqlFault {
  readonly offset: number;
  readonly message: string;
}

const QUERY_STARTS: ReadonlySet<string> = new Set(["SELECT", "WITH", "VALUES", "("]);
const QUERY_ONLY = "write only the query; the INSERT is generated";

/** Why a text cannot be the query of a job, if so. */
export function queryFault(sql: string): SqlFault | undefined {
  const unclosed = unclosedFault(sql);
  if (unclosed) return unclosed;
  const [query, second] = splitStatements(sql);
  if (!query) return { offset: 0, message: `there is no statement in sql; ${QUERY_ONLY}` };
  const start = query.tokens[0]?.text ?? "";
  if (!QUERY_STARTS.has(start.toUpperCase()))
    return { offset: query.start, message: `sql begins with ${start}; ${QUERY_ONLY}` };
  if (second) return { offset: second.start, message: "a second statement; one manifest is one query" };
  return undefined;
}

/** Why a text cannot stand behind INSERT INTO, if so. */
export function targetFault(targetTable: string): SqlFault | undefined {
  const unclosed = unclosedFault(targetTable);
  if (unclosed) return unclosed;
  const tokens = tokenize(targetTable);
  const first = tokens[0];
  if (first?.kind !== "word" && first?.kind !== "quoted")
    return {
      offset: first?.start ?? 0,
      message: "target-table is not the name of a table, such as orders or `my-orders`",
    };
  const end = tokens.find(({ text }) => text === ";");
  return end && { offset: end.start, message: "target-table is the name of a table; remove the semicolon" };
}

/** A quote or a comment that does not end: everything after it would belong to it. */
export function unclosedFault(sql: string): SqlFault | undefined {
  const last = tokenize(sql).at(-1);
  if (last && !isClosed(last.text)) return { offset: last.start, message: `this ${nameOf(last.text)} is never closed` };
  // Only what follows the last token can hold a comment that runs to the end of the text.
  for (let at = last?.end ?? 0; at < sql.length; at = scanSkipped(sql, at)) {
    const end = sql.startsWith("/*", at) ? scanSkipped(sql, at) : 0;
    const isOpen = end === sql.length && (end < at + 4 || !sql.endsWith("*/"));
    if (isOpen) return { offset: at, message: "this comment is never closed; end it with */" };
  }
  return undefined;
}

function isClosed(token: string): boolean {
  if (token.startsWith("/*")) return token.endsWith("*/");
  const start = token.search(/['`"]/u);
  return start < 0 || isEven(token, token[start] ?? "");
}

function isEven(token: string, quote: string): boolean {
  let even = true;
  for (let at = token.indexOf(quote); at >= 0; at = token.indexOf(quote, at + 1)) even = !even;
  return even;
}

function nameOf(token: string): string {
  if (token.startsWith("/*")) return "hint";
  return token.startsWith("`") || token.startsWith('"') ? "quoted name" : "string";
}

/** Offsets of the `--` and `//` comments of a text, each from its first character to the end of its line. */
export function lineComments(sql: string): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let at = 0; at < sql.length; ) {
    const [kind, end] = scanToken(sql, at);
    if (kind === "skip" && (sql.startsWith("--", at) || sql.startsWith("//", at))) found.push({ start: at, end });
    at = end;
  }
  return found;
}
