/** One YAML file as the fields of a manifest, each with its place: syntax, names of keys and kinds of values. */

import { type Document, isMap, isScalar, isSeq, type Node, type Pair, Scalar } from "yaml";
import {
  DEPENDENCY_OPTIONS,
  didYouMean,
  ManifestSchema,
  METADATA_WORDS,
  type Metadata,
  MetadataSchema,
} from "../../decide/index.js";
import type { Problem, Source } from "./places.js";
import { keyText, parseYaml, repeatedKeys, resolved, startOf, valueKind } from "./yaml-documents.js";

/** A text in a YAML file. */
export interface YamlField {
  readonly source: Source;
  /** Offset of the key. */
  readonly keyAt: number;
  /** Undefined where the value is not a text; a problem says so. */
  readonly text: string | undefined;
  readonly scalar: Scalar | undefined;
}

/** A Flink option; the place of one that a stack's configuration gives is not always known. */
export type Option = Pick<YamlField, "source" | "text"> & { readonly keyAt: number | undefined };

/** The fields of one file. */
export interface Fields {
  readonly source: Source;
  /** Offset of the first key. */
  readonly at: number;
  /** Every key but flinkProperties; an unknown key is a problem and not here. */
  readonly texts: ReadonlyMap<TextKey, YamlField>;
  readonly properties: ReadonlyMap<string, YamlField>;
  /** The metadata columns that are chosen here. */
  readonly metadata?: Metadata | undefined;
  readonly problems: readonly Problem[];
  /** True for a file without any key; a problem says so too. */
  readonly isEmpty: boolean;
}

const KEYS = Object.keys(ManifestSchema.shape);
const TEXT_KEYS = ["name", "description", "target-table", "sql", "code"] as const;
export type TextKey = (typeof TEXT_KEYS)[number];

const SHORT_MESSAGES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab cannot indent YAML; use spaces",
  BLOCK_AS_IMPLICIT_KEY: "a plain text cannot hold ': '; put the text in quotes",
  MULTILINE_IMPLICIT_KEY: "this is neither a key nor a value; is a ':' or a quote missing?",
  BAD_SCALAR_START: "a plain text cannot begin with this character; put the text in quotes",
};

/** Reads one file; a file without usable keys has a problem that says so. */
export function fieldsOf(source: Source): Fields {
  const none = { source, at: 0, texts: new Map(), properties: new Map(), isEmpty: false };
  const only = (problem: Problem): Fields => ({ ...none, problems: [problem] });
  const parsed = parseYaml(source.text);
  if (!parsed) return only(problemAt(source, 0, "not YAML: nested too deeply"));
  const [document, second] = parsed;
  if (!document?.contents || (isScalar(document.contents) && document.contents.value === null && !document.errors[0]))
    return { ...only(problemAt(source, 0, "the file is empty; it needs name, target-table and sql")), isEmpty: true };
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) return only(problemAt(source, fault.pos[0], yamlMessage(fault.code, fault.message)));
  if (second) return only(problemAt(source, second.range[0], "a second YAML document; one file is one job"));
  if (!isMap(document.contents))
    return only(
      problemAt(source, document.contents.range[0], `expected keys and values, given ${valueKind(document.contents)}`),
    );
  return fieldsOfMap(source, document, document.contents.items as Pair<Node, Node | null>[]);
}

function fieldsOfMap(source: Source, document: Document.Parsed, pairs: readonly Pair<Node, Node | null>[]): Fields {
  const texts = new Map<TextKey, YamlField>();
  const properties = new Map<string, YamlField>();
  const problems = repeatedKeys(document.contents as Node).map((key) =>
    problemAt(source, startOf(key), `${shortened(keyText(key))} is given twice; keep one`),
  );
  let metadata: Metadata | undefined;
  for (const pair of pairs) {
    const key = keyText(pair.key) ?? "";
    const textKey = TEXT_KEYS.find((known) => known === key);
    if (textKey) {
      const field = fieldOf(source, pair, document);
      texts.set(textKey, field);
      problems.push(...textProblems(source, textKey, pair, field, document));
    } else if (key === "flinkProperties") {
      problems.push(...readProperties(source, pair, document, properties));
    } else if (key === "pyflink") {
      problems.push(...readDependencies(source, pair, document, properties));
    } else if (key === "metadata") {
      const chosen = MetadataSchema.safeParse(plainValue(resolved(pair.value, document)));
      if (chosen.success) metadata = chosen.data;
      else problems.push(problemAt(source, startOf(pair.value), `metadata: expected ${METADATA_WORDS}`));
    } else problems.push(problemAt(source, startOf(pair.key), unknownKey(key)));
  }
  return { source, at: startOf(pairs[0]?.key), texts, properties, metadata, problems, isEmpty: false };
}

function fieldOf(source: Source, pair: Pair<Node, Node | null>, document: Document): YamlField {
  const value = resolved(pair.value, document);
  const isText = isScalar(value) && typeof value.value === "string";
  return {
    source,
    keyAt: startOf(pair.key),
    text: isText ? String(value.value) : jobNameIn(source, value),
    scalar: isText ? value : undefined,
  };
}

/** `key: {job_name}` without quotes is a map to YAML, and the job's name to whoever wrote it. */
function jobNameIn(source: Source, value: Node | null | undefined): string | undefined {
  const written = value?.range ? source.text.slice(value.range[0], value.range[1]) : "";
  return isMap(value) && /^\{\s*job_name\s*\}$/u.test(written) ? "{job_name}" : undefined;
}

function textProblems(
  source: Source,
  key: TextKey,
  pair: Pair<Node, Node | null>,
  field: YamlField,
  document: Document,
): Problem[] {
  const at = startOf(pair.value) || field.keyAt;
  if (field.text === undefined) {
    const given = valueKind(resolved(pair.value, document));
    const fix = given === "a number" || given.startsWith("true") ? "; put it in quotes" : "";
    return [problemAt(source, at, `${key}: expected a string, given ${given}${fix}`)];
  }
  if (field.text.trim() === "" && key !== "description") return [problemAt(source, at, `${key} is empty`)];
  const checked = ManifestSchema.shape[key].safeParse(field.text);
  return checked.success
    ? []
    : [problemAt(source, at, `${key}: ${checked.error.issues[0]?.message ?? "is not valid"}`)];
}

function readProperties(
  source: Source,
  pair: Pair<Node, Node | null>,
  document: Document,
  properties: Map<string, YamlField>,
): Problem[] {
  const value = resolved(pair.value, document);
  // A section whose options are all commented out.
  if (!value || (isScalar(value) && value.value === null)) return [];
  if (!isMap(value))
    return [
      problemAt(source, startOf(pair.value), `flinkProperties: expected options and values, given ${valueKind(value)}`),
    ];
  return (value.items as Pair<Node, Node | null>[]).flatMap((option): Problem[] => {
    const name = keyText(option.key) ?? "";
    const field = fieldOf(source, option, document);
    const text = optionText(resolved(option.value, document)) ?? field.text;
    properties.set(name, { ...field, text });
    if (text !== undefined) return [];
    const given = valueKind(resolved(option.value, document));
    return [problemAt(source, field.keyAt, `${name}: expected a string, a number or true/false, given ${given}`)];
  });
}

/** Each key of `pyflink` is another name for one of Flink's options. */
function readDependencies(
  source: Source,
  pair: Pair<Node, Node | null>,
  document: Document,
  properties: Map<string, YamlField>,
): Problem[] {
  const value = resolved(pair.value, document);
  const known = Object.keys(DEPENDENCY_OPTIONS);
  if (!isMap(value))
    return [problemAt(source, startOf(pair.value), `pyflink: expected ${known.join(", ")}, given ${valueKind(value)}`)];
  return (value.items as Pair<Node, Node | null>[]).flatMap((item): Problem[] => {
    const key = keyText(item.key) ?? "";
    const found = Object.entries(DEPENDENCY_OPTIONS).find(([name]) => name === key)?.[1];
    const field = fieldOf(source, item, document);
    if (!found)
      return [
        problemAt(
          source,
          field.keyAt,
          `pyflink: unknown key '${key}'${didYouMean(key, known) || `; it has ${known.join(", ")}`}`,
        ),
      ];
    const paths = pathsOf(resolved(item.value, document), document);
    if (!paths) return [problemAt(source, field.keyAt, `pyflink.${key}: expected a path or a list of paths`)];
    properties.set(found.option, { ...field, text: paths.join(found.separator), scalar: undefined });
    return [];
  });
}

/** A text, or a list of texts; anything else is none of them. */
function plainValue(value: Node | null | undefined): unknown {
  if (isSeq(value)) return value.items.map((item) => (isScalar(item) ? item.value : undefined));
  return isScalar(value) ? value.value : undefined;
}

function pathsOf(value: Node | null | undefined, document: Document): string[] | undefined {
  const items = isSeq(value) ? (value.items as Node[]).map((item) => resolved(item, document)) : [value];
  const texts = items.flatMap((item) => (isScalar(item) && typeof item.value === "string" ? [item.value] : []));
  return texts.length === items.length && texts.length > 0 ? texts : undefined;
}

/** Without quotes these are true and false to the YAML 1.1 that flink-sql-runner reads, and no words of Flink's. */
const YES_OR_NO = /^(?:(?<yes>yes|Yes|YES|on|On|ON)|no|No|NO|off|Off|OFF)$/u;

/** A number as it was written: `1.10` stays that, and a long one keeps its digits. */
function optionText(value: Node | null | undefined): string | undefined {
  if (!isScalar(value) || value.value === null) return undefined;
  if (typeof value.value !== "string")
    return typeof value.value === "boolean" ? String(value.value) : (value.source ?? String(value.value));
  const word = value.type === Scalar.PLAIN ? YES_OR_NO.exec(value.value) : null;
  return word ? String(word.groups?.yes !== undefined) : value.value;
}

/** A key of any length is shown by how it begins. */
function shortened(key = "this key"): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key;
}

function unknownKey(key: string): string {
  const near = didYouMean(key, KEYS);
  return `unknown key '${shortened(key)}'${near || `; a manifest has ${KEYS.join(", ")}`}`;
}

function yamlMessage(code: string, message: string): string {
  const [first = message] = message.split("\n");
  if (/call stack/u.test(first)) return "not YAML: nested too deeply";
  return SHORT_MESSAGES[code] ?? `not YAML: ${first.replace(/ at line.*$/u, "")}`;
}

function problemAt(source: Source, offset: number, message: string): Problem {
  return { severity: "error", source, offset, message };
}
