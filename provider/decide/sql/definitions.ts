/** Table definition files: their statements, their parameters, and which of them a job needs. */

import { lineStarts, positionIn } from "./lines.js";
import { identifierOf, type Statement, splitStatements, type Token, tokenize } from "./sql-text.js";

/** One statement of a table file. */
export interface Definition {
  /** As in the file, with the public parameters put in; `{group_id}` and secret parameters are still there. */
  readonly sql: string;
  /** As in the file, where the public parameters made another text of it. */
  readonly template?: string | undefined;
  /** What it defines, as a person calls it: `table orders`, `function mask`, or its first words. */
  readonly label: string;
  /** Path as the user wrote it, and the statement's first line and column, counted from 1; for messages only. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const DEFINES = new Set(["TABLE", "VIEW", "FUNCTION", "CATALOG", "DATABASE", "MODEL"]);
const FILLERS = new Set(["TEMPORARY", "SYSTEM", "MATERIALIZED", "OR", "REPLACE", "ALTER"]);

interface Defined {
  readonly type: string;
  readonly name: string;
}

/** What a statement creates; undefined for SET, USE, ALTER and so on, which every job needs. */
export function definedBy(tokens: readonly Token[]): Defined | undefined {
  const words = tokens.map((token) => (token.kind === "word" ? token.text.toUpperCase() : ""));
  if (words[0] !== "CREATE") return undefined;
  let at = 1;
  while (FILLERS.has(words[at] ?? "")) at++;
  const type = words[at] ?? "";
  if (!DEFINES.has(type)) return undefined;
  at += words[at + 1] === "IF" ? 4 : 1;
  while (tokens[at + 1]?.text === ".") at += 2;
  const name = tokens[at];
  return name && { type, name: identifierOf(name) };
}

/** Splits a table file into definitions. */
export function parseDefinitions(file: string, text: string, statements = splitStatements(text)): Definition[] {
  const lines = lineStarts(text);
  return statements.map((statement) => {
    const { line, column } = positionIn(lines, statement.start);
    const defined = definedBy(statement.tokens);
    return {
      sql: statement.text,
      label: defined ? `${defined.type.toLowerCase()} ${defined.name}` : firstWords(statement),
      file,
      line,
      column,
    };
  });
}

function firstWords(statement: Statement): string {
  return statement.tokens
    .slice(0, 3)
    .map((token) => token.text)
    .join(" ");
}

/**
 * The definitions that a job needs, in the order of the files: those whose name is mentioned by its query, its target
 * table or another definition that it needs, and every statement that defines no name (SET, USE, catalogs and so on).
 * A mention is any identifier of that name, in code any text that holds it: a definition too many is possible and one
 * too few is not.
 */
export function neededDefinitions(
  all: readonly Definition[],
  source: { readonly sql?: string | undefined; readonly code?: string | undefined },
  targetTable: string,
): Definition[] {
  const parsed = all.map(parsedOnce);
  const inCode = parsed.flatMap(({ defined }) =>
    defined && source.code?.includes(defined.name) ? [defined.name] : [],
  );
  const inSql = [source.sql ?? "", targetTable].flatMap((sql) => mentionsOf(tokenize(sql)));
  const mentioned = new Set([...inCode, ...inSql]);
  const needed = new Set<Definition>();
  for (let before = -1; before !== needed.size; ) {
    before = needed.size;
    for (const { definition, defined, mentions } of parsed) {
      if (needed.has(definition) || (defined && !isMentioned(defined, mentioned))) continue;
      needed.add(definition);
      for (const name of mentions) mentioned.add(name);
    }
  }
  return all.filter((definition) => needed.has(definition));
}

interface Parsed {
  readonly definition: Definition;
  readonly defined: Defined | undefined;
  readonly mentions: readonly string[];
}

/** Every job asks about the same definitions. */
const known = new WeakMap<Definition, Parsed>();

function parsedOnce(definition: Definition): Parsed {
  const found = known.get(definition);
  if (found) return found;
  const tokens = tokenize(definition.sql);
  const parsed = { definition, defined: definedBy(tokens), mentions: [...new Set(mentionsOf(tokens))] };
  known.set(definition, parsed);
  return parsed;
}

/** Catalogs and databases reach further than their name; functions are found without regard to case. */
function isMentioned({ type, name }: Defined, mentioned: ReadonlySet<string>): boolean {
  if (type === "CATALOG" || type === "DATABASE") return true;
  if (mentioned.has(name)) return true;
  return type === "FUNCTION" && [...mentioned].some((word) => word.toLowerCase() === name.toLowerCase());
}

function mentionsOf(tokens: readonly Token[]): string[] {
  return tokens.filter((token) => token.kind === "word" || token.kind === "quoted").map(identifierOf);
}
