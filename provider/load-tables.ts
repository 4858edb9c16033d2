/** Table files: read, split into definitions, and checked for what does not belong there. */

import { type Definition, fillParameters, parseDefinitions, refusalOf } from "./definitions.js";
import { type Problem, readSource, type Source } from "./places.js";
import { didYouMean } from "./spelling.js";
import { unclosedFault } from "./sql-checks.js";
import { type Statement, splitStatements } from "./sql-text.js";

/** Names that may stand in braces in a table file. */
export interface Parameters {
  /** Put in at once, with their values. */
  readonly public: Readonly<Record<string, string>>;
  /** Left as they are until a job starts. */
  readonly secretNames: readonly string[];
}

export interface LoadedTables {
  readonly definitions: readonly Definition[];
  readonly problems: readonly Problem[];
}

const GROUP_ID = "group_id";

/** Reads table files in the given order. */
export function loadTables(root: string, files: readonly string[], parameters: Parameters): LoadedTables {
  const early = Object.fromEntries(
    Object.entries(parameters.public).filter(([key]) => key !== GROUP_ID && !parameters.secretNames.includes(key)),
  );
  const known = [...Object.keys(parameters.public), ...parameters.secretNames, GROUP_ID];
  const loaded = files.map((file) => {
    const source = readSource(root, file);
    if (!("text" in source)) return { definitions: [], problems: [source] };
    const definitions = parseDefinitions(source.file, source.text);
    return { definitions, problems: tableProblems(source, known) };
  });
  return {
    definitions: loaded
      .flatMap(({ definitions }) => definitions)
      .map((definition) => ({ ...definition, sql: fillParameters(definition.sql, early) })),
    problems: loaded.flatMap(({ problems }) => problems),
  };
}

function tableProblems(source: Source, known: readonly string[]): Problem[] {
  const unclosed = unclosedFault(source.text);
  if (unclosed) return [{ severity: "error", source, ...unclosed }];
  return splitStatements(source.text).flatMap((statement) => {
    const refusal = refusalOf(statement);
    const unknown = unknownPlaceholders(source, statement, known);
    return refusal
      ? [{ severity: "error" as const, source, offset: statement.start, message: refusal }, ...unknown]
      : unknown;
  });
}

/** `{word}` outside of comments that nothing will be put in place of. */
function unknownPlaceholders(source: Source, { text, start, tokens }: Statement, known: readonly string[]): Problem[] {
  return [...text.matchAll(/\{([A-Za-z_][\w.-]*)\}/gu)].flatMap(({ index, 1: name = "" }): Problem[] => {
    const offset = start + index;
    const isComment = !tokens.some((token) => token.start <= offset && offset < token.end);
    if (isComment || known.includes(name)) return [];
    const message = `no parameter is named ${name}, so {${name}} stays as it is${didYouMean(name, known)}`;
    return [{ severity: "warning", source, offset, message }];
  });
}
