/** Table files: read, split into definitions, and checked for what does not belong there. */

import {
  type Definition,
  didYouMean,
  fillParameters,
  parseDefinitions,
  type Statement,
  splitStatements,
  statementFaults,
  type Token,
  tokenize,
  unclosedFault,
} from "../../decide/index.js";
import { type Problem, readSource, type Source } from "./places.js";

/** Names that may stand in braces in a table file. */
export interface Parameters {
  /** Put in at once, with their values. */
  readonly public: Readonly<Record<string, string>>;
  /** Left as they are until a job starts. */
  readonly secretNames: readonly string[];
  /** Stack that has these values, for messages. */
  readonly stack: string | undefined;
}

export interface LoadedTables {
  readonly definitions: readonly Definition[];
  readonly problems: readonly Problem[];
  /** Braces that nothing is put in for: an error only where a job uses the definition. */
  readonly unfilled: readonly Unfilled[];
}

export interface Unfilled {
  readonly definition: Definition;
  readonly problem: Problem;
}

const GROUP_ID = "group_id";

/** Reads table files in the given order. */
export function loadTables(root: string, files: readonly string[], parameters: Parameters): LoadedTables {
  const early = Object.fromEntries(
    Object.entries(parameters.public).filter(([key]) => key !== GROUP_ID && !parameters.secretNames.includes(key)),
  );
  const read: Read[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const source = readSource(root, file);
    if (!("text" in source)) {
      problems.push(source);
      continue;
    }
    const statements = splitStatements(source.text);
    const definitions = parseDefinitions(source.file, source.text, statements);
    for (const [i, definition] of definitions.entries()) {
      const statement = statements[i];
      if (statement) read.push({ source, statement, definition: filled(definition, early) });
    }
    const unclosed = unclosedFault(source.text);
    if (unclosed) problems.push({ severity: "error", source, ...unclosed });
  }
  const open = new Set(problems.map(({ source }) => source));
  const closed = read.filter(({ source }) => !open.has(source));
  return {
    definitions: read.map(({ definition }) => definition),
    problems: [
      ...problems,
      ...refusals(closed),
      ...closed.flatMap(({ source, statement }) => [
        ...secretsOutside(source, statement, parameters),
        ...doubledBraces(source, statement),
      ]),
    ],
    unfilled: closed.flatMap(({ source, statement, definition }) =>
      unfilledBraces(source, statement, parameters).map((problem) => ({ definition, problem })),
    ),
  };
}

interface Read {
  readonly source: Source;
  /** As it stands in the file. */
  readonly statement: Statement;
  /** As Flink gets it. */
  readonly definition: Definition;
}

/** Decided by what Flink gets: a value that is put in could make another statement of one. */
function refusals(read: readonly Read[]): Problem[] {
  const tokens = read.map(({ statement, definition }) =>
    definition.template === undefined ? statement.tokens : tokenize(definition.sql),
  );
  return statementFaults(tokens).flatMap((fault, i): Problem[] => {
    const [one, own] = [read[i], tokens[i]];
    if (!one || !own || !fault) return [];
    const token = one.statement.tokens[own.indexOf(fault.token)] ?? one.statement.tokens[0];
    return [{ severity: "error", source: one.source, offset: token?.start ?? 0, message: fault.message }];
  });
}

/** The unfilled text is kept where it is another one: stacks are compared by it. */
function filled(definition: Definition, parameters: Readonly<Record<string, string>>): Definition {
  const sql = fillParameters(definition.sql, parameters);
  return sql === definition.sql ? definition : { ...definition, sql, template: definition.sql };
}

/** flink-sql-runner's files must double each brace that is no parameter's. */
function doubledBraces(source: Source, { text, start, tokens }: Statement): Problem[] {
  const offset = start + text.indexOf("{{");
  if (!tokens.some((token) => token.start <= offset && offset < token.end && token.text.includes("{{"))) return [];
  const message = "{{ stays as it is; write one brace, unlike for flink-sql-runner, if one is meant";
  return [{ severity: "warning", source, offset, message }];
}

interface Brace {
  readonly name: string;
  readonly offset: number;
  readonly token: Token;
}

/** `{word}` outside of comments. */
function bracesIn({ text, start, tokens }: Statement): Brace[] {
  let next = 0;
  return [...text.matchAll(/\{([A-Za-z_][\w.-]{0,200})\}/gu)].flatMap(({ index, 1: name = "" }): Brace[] => {
    const offset = start + index;
    while ((tokens[next]?.end ?? offset + 1) <= offset) next++;
    const token = tokens[next];
    return !token || token.start > offset ? [] : [{ name, offset, token }];
  });
}

function secretsOutside(source: Source, statement: Statement, { secretNames }: Parameters): Problem[] {
  const isOutside = ({ name, offset, token }: Brace) => secretNames.includes(name) && !isInLiteral(token, offset);
  return bracesIn(statement)
    .filter(isOutside)
    .map(({ name, offset }) => {
      const message = `secret parameters may stand in string literals only, as '{${name}}': elsewhere a value could be another statement`;
      return { severity: "error", source, offset, message };
    });
}

/** Those that nothing will be put in place of. */
function unfilledBraces(source: Source, statement: Statement, parameters: Parameters): Problem[] {
  const known = [...Object.keys(parameters.public), ...parameters.secretNames, GROUP_ID];
  const where = parameters.stack === undefined ? "" : ` in stack ${parameters.stack}`;
  return bracesIn(statement).flatMap(({ name, offset, token }): Problem[] => {
    if (known.includes(name)) return [];
    // A column may be called so; a value that is left like that is a mistake.
    if (token.kind === "quoted") {
      const message = `no parameter is named ${name}, so {${name}} stays as it is${didYouMean(name, known)}`;
      return [{ severity: "warning", source, offset, message }];
    }
    const hint =
      didYouMean(name, known) ||
      `; set it: pulumi config set --path parameters.${name} <value>; for a secret: … --secret --path secretParameters.${name}; to keep the braces, give it the value '{${name}}'`;
    return [{ severity: "error", source, offset, message: `no value for {${name}}${where}${hint}` }];
  });
}

/** A hint has literals of its own. */
function isInLiteral({ kind, text, start }: Token, offset: number): boolean {
  if (kind !== "hint") return kind === "string";
  const [from, body] = [start + "/*+".length, text.slice("/*+".length)];
  return tokenize(body).some(
    (token) => token.kind === "string" && from + token.start <= offset && offset < from + token.end,
  );
}
