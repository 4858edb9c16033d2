/** Flink SQL as tokens: enough to split statements and to tell a change of meaning from a change of formatting. */

import { scanToken, type Token } from "./sql-scan.js";
import { FOLDED_WORDS } from "./sql-words.js";

export type { Token } from "./sql-scan.js";

/** Splits SQL into tokens; comments and white space are left out, an unclosed quote runs to the end of the text. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const [kind, end] = scanToken(sql, at);
    if (kind !== "skip") tokens.push({ kind, text: sql.slice(at, end), start: at, end });
    at = end;
  }
  return tokens;
}

/**
 * A text that two pieces of SQL share exactly when they differ in comments, white space, and the case of keywords and
 * function names only. The case of identifiers counts (Flink's are case-sensitive), and so does a hint.
 */
export function normalizeSql(sql: string): string {
  const tokens = withoutEnd(tokenize(sql));
  return tokens.map((token, i) => normalizeToken(token, tokens[i - 1], tokens[i + 1])).join(" ");
}

function normalizeToken(token: Token, before: Token | undefined, after: Token | undefined): string {
  if (token.kind === "hint") return `/*+ ${normalizeSql(hintBody(token.text))} */`;
  if (token.kind !== "word") return token.text;
  const upper = token.text.toUpperCase();
  const isPartOfName = before?.text === "." || after?.text === ".";
  if (after?.text === "(") return upper;
  return FOLDED_WORDS.has(upper) && !isPartOfName ? upper : token.text;
}

function hintBody(hint: string): string {
  return hint.replace(/^\/\*\+/u, "").replace(/\*\/$/u, "");
}

function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.text === ";") end--;
  return tokens.slice(0, end);
}

/** True when both texts mean the same to Flink. */
export function sameSql(a: string, b: string): boolean {
  return a === b || normalizeSql(a) === normalizeSql(b);
}

/** A statement inside a longer text: the text without its semicolon, and where it starts. */
export interface Statement {
  readonly text: string;
  /** Offset of the first character of the statement in the whole text. */
  readonly start: number;
  readonly tokens: readonly Token[];
}

/** Splits at the semicolons between statements; a semicolon in a string or a comment is no end. */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let open: Token[] = [];
  const close = () => {
    const [first, last] = [open[0], open.at(-1)];
    if (first && last) statements.push({ text: sql.slice(first.start, last.end), start: first.start, tokens: open });
    open = [];
  };
  for (const token of tokenize(sql)) {
    if (token.kind === "symbol" && token.text === ";") close();
    else open.push(token);
  }
  close();
  return statements;
}

/** The name inside an identifier token: quotes taken away, doubled back-ticks made single. */
export function identifierOf(token: Token): string {
  return token.kind === "quoted" && token.text.startsWith("`")
    ? token.text.slice(1, -1).replaceAll("``", "`")
    : token.text;
}

/** A Flink string literal with this value. */
export function sqlString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A Flink identifier with this name, whatever is in it. */
export function sqlIdentifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
