/** A manifest merged with its template, and what is wrong with it beyond the spelling of its YAML. */

import { Scalar } from "yaml";
import {
  currentName,
  hasCredentials,
  lineComments,
  type Manifest,
  type Metadata,
  propertyRemarks,
  queryFault,
  type SqlFault,
  targetFault,
} from "../../decide/index.js";
import { remember } from "../../secrecy/index.js";
import { NO_LAYERS, type StackLayers } from "../settings/stack-properties.js";
import type { Fields, Option, TextKey, YamlField } from "./manifest-yaml.js";
import { type Problem, positionOf } from "./places.js";
import { offsetInFile } from "./yaml-places.js";

/** One file, with what the template and the stack say of its job. */
export interface Merged {
  readonly own: Fields;
  readonly texts: ReadonlyMap<TextKey, YamlField>;
  readonly properties: ReadonlyMap<string, Option>;
  /** Undefined where nobody chooses. */
  readonly metadata?: Metadata | undefined;
}

/**
 * A shallow merge; flinkProperties option by option: template, then the stack's defaults, the manifest, the stack for this
 * job. The metadata columns in the same order.
 */
export function merge(own: Fields, template: Fields | undefined, stack: StackLayers = NO_LAYERS): Merged {
  const name = own.texts.get("name")?.text;
  const filled = <Key, F extends Option>(fields: Iterable<readonly [Key, F]>) =>
    [...fields].map(([key, field]) => [key, withJobName(field, name)] as const);
  return {
    own,
    metadata: own.metadata ?? stack.metadata ?? template?.metadata,
    texts: new Map([...filled(template?.texts ?? []), ...own.texts]),
    properties: layered([
      new Map(filled(template?.properties ?? [])),
      new Map(filled(stack.defaults)),
      own.properties,
      stack.ofJob.get(name ?? "") ?? new Map(),
    ]),
  };
}

/** A later layer wins, also where it has an option under its other name. */
function layered(layers: readonly ReadonlyMap<string, Option>[]): Map<string, Option> {
  const merged = new Map<string, Option>();
  for (const layer of layers) {
    const given = new Set([...layer.keys()].map(currentName));
    for (const option of [...merged.keys()]) if (given.has(currentName(option))) merged.delete(option);
    for (const [option, field] of layer) merged.set(option, field);
  }
  return merged;
}

function withJobName<F extends Option>(field: F, name: string | undefined): F {
  return name === undefined || field.text === undefined
    ? field
    : { ...field, text: field.text.replaceAll("{job_name}", () => name) };
}

/** The manifest as the rest of the project knows it; undefined where a field is missing or no text. */
export function manifestOf({ texts, properties }: Merged): Manifest | undefined {
  const text = (key: TextKey) => texts.get(key)?.text;
  const [name, target, sql, code] = [text("name"), text("target-table"), text("sql"), text("code")];
  if (name === undefined || target === undefined || (sql ?? code) === undefined) return undefined;
  return {
    name,
    description: text("description") ?? "",
    "target-table": target,
    ...(sql === undefined ? { code } : { sql }),
    flinkProperties: textsOf(properties),
  };
}

function textsOf(properties: ReadonlyMap<string, Option>): Record<string, string> {
  return Object.fromEntries(
    [...properties].flatMap(([option, { text }]) => (text === undefined ? [] : [[option, text] as const])),
  );
}

/** What is missing or wrong in one merged manifest. */
export function manifestProblems(merged: Merged): Problem[] {
  return [
    ...missingProblems(merged),
    ...sqlProblems(merged.texts.get("sql"), queryFault),
    ...sqlProblems(merged.texts.get("target-table"), targetFault),
    ...swallowedLines(merged.texts.get("sql")),
    ...optionProblems(merged),
  ];
}

function missingProblems({ own, texts }: Merged): Problem[] {
  // A file that could not be read as YAML at all has said so.
  if (own.texts.size === 0 && own.problems.length > 0) return [];
  const missing = (message: string): Problem => ({ severity: "error", source: own.source, offset: own.at, message });
  const problems: Problem[] = [];
  if (!own.texts.has("name")) problems.push(missing("name is missing; give the job a name of its own"));
  if (!texts.has("target-table"))
    problems.push(missing("target-table is missing; name the table that the results go to"));
  const [sql, code] = [texts.get("sql"), texts.get("code")];
  if (!sql && !code) problems.push(missing("sql is missing; write the query, or PyFlink as code"));
  if (sql && code) problems.push(at(code, code.keyAt, "sql and code are both given; keep one of them"));
  return problems;
}

function sqlProblems(field: YamlField | undefined, check: (sql: string) => SqlFault | undefined): Problem[] {
  if (!field?.text?.trim()) return [];
  const fault = check(field.text);
  return fault ? [at(field, placeIn(field, fault.offset), fault.message)] : [];
}

/** Each is looked for in the whole text; one warning of its kind is enough to see what is wrong. */
const MOST_COMMENTS = 100;

/** YAML joins the lines of a folded text, so that a comment goes on over the line that followed it. */
function swallowedLines(field: YamlField | undefined): Problem[] {
  const { source, scalar, text } = field ?? {};
  if (!field || !source || !scalar || !text || scalar.type === Scalar.BLOCK_LITERAL) return [];
  return lineComments(text)
    .slice(0, MOST_COMMENTS)
    .flatMap(({ start, end }): Problem[] => {
      const [from, to] = [offsetInFile(source, scalar, start), offsetInFile(source, scalar, end - 1)];
      if (from === undefined || to === undefined) return [];
      if (positionOf(source, from).line === positionOf(source, to).line) return [];
      const message = "this comment swallows the lines below it, because YAML joins them; write 'sql: |'";
      return [{ severity: "warning", source, offset: from, message }];
    });
}

function optionProblems({ texts, properties }: Merged): Problem[] {
  // What is said of them shows the line that they stand in.
  remember(Object.values(textsOf(properties)).filter(hasCredentials));
  const remarks = propertyRemarks({ name: texts.get("name")?.text ?? "", flinkProperties: textsOf(properties) });
  return remarks.flatMap(({ severity, option, message }): Problem[] => {
    const field = properties.get(option);
    // Without a name nothing can be said about the option that must be equal to it.
    if (!field || (option === "pipeline.name" && !texts.get("name")?.text)) return [];
    return [{ ...at(field, field.keyAt, message), severity }];
  });
}

function placeIn({ source, scalar, keyAt }: YamlField, offset: number): number {
  return (scalar && (offsetInFile(source, scalar, offset) ?? scalar.range?.[0])) ?? keyAt;
}

function at({ source }: Option, offset: number | undefined, message: string): Problem {
  return { severity: "error", source, offset, message };
}
