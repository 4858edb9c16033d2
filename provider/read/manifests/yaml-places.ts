/** Where a character of a YAML text stands in its file: indentation, folding and headers lie between the two. */

import { Scalar } from "yaml";
import { type Fields, fieldsOf, type TextKey, type YamlField } from "./manifest-yaml.js";
import { type FilePlace, offsetOf, placeOf, positionOf, readSource, type Source } from "./places.js";

/** The file that holds the defaults of the manifests in its folder and below. */
export const TEMPLATE = "job-template.yaml";

/**
 * Place in a file of a line and column (from 1) of a manifest's sql or other text, as Flink counts them in the text's
 * value. Only `file:line` of its start, with an empty excerpt, where escapes hide the place; undefined where the text
 * is in neither the file nor the template that it takes defaults from.
 */
export function locate(
  root: string,
  file: string,
  field: "sql" | "code" | "target-table" | "description",
  at: { readonly line: number; readonly column: number },
): FilePlace | undefined {
  return locateAll(root, file, field, [at])?.[0];
}

/** The same for many places of one text. */
export function locateAll(
  root: string,
  file: string,
  field: TextKey,
  places: readonly { readonly line: number; readonly column: number }[],
): FilePlace[] | undefined {
  const found = findField(root, file, field);
  const scalar = found?.scalar;
  return scalar && places.map((at) => placeIn(found.source, scalar, at));
}

function placeIn(source: Source, scalar: Scalar, at: { readonly line: number; readonly column: number }): FilePlace {
  const value = String(scalar.value);
  // The job's name, put in for {job_name}, has moved what stands behind it.
  const offset = value.includes("{job_name}")
    ? undefined
    : offsetInFile(source, scalar, offsetOf(value, at.line, at.column));
  if (offset !== undefined) return placeOf(source, offset);
  return { file: source.file, ...positionOf(source, scalar.range?.[0] ?? 0), excerpt: "" };
}

/** Place of the key of a Flink option in a manifest or its template; undefined where the stack's configuration gives it. */
export function locateOption(root: string, file: string, option: string): FilePlace | undefined {
  const found = findIn(root, file, ({ properties }) => properties.get(option));
  return found && placeOf(found.source, found.keyAt);
}

function findField(root: string, file: string, field: TextKey): YamlField | undefined {
  return findIn(root, file, ({ texts }) => texts.get(field));
}

/** In the file itself, or else in the template of the nearest folder above. */
function findIn(root: string, file: string, of: (fields: Fields) => YamlField | undefined): YamlField | undefined {
  const folders = file.split("/").slice(0, -1);
  const templates = [...folders, ""].map((_, i) => [...folders.slice(0, folders.length - i), TEMPLATE].join("/"));
  for (const path of [file, ...templates]) {
    const source = readSource(root, path);
    const found = "text" in source ? of(fieldsOf(source)) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Offset in the file of an offset into a scalar's value; undefined where it cannot be told. */
export function offsetInFile(source: Source, scalar: Scalar, offset: number): number | undefined {
  const [start, end] = scalar.range ?? [0, 0, 0];
  const written = source.text.slice(start, end);
  const value = String(scalar.value);
  const characters = writtenCharacters(scalar.type, written);
  // Both sides have the same characters in the same order, except for white space.
  const wanted = value.slice(0, offset).replaceAll(/\s/gu, "").length;
  if (characters?.length !== value.replaceAll(/\s/gu, "").length) return undefined;
  const [last = 0] = characters.slice(-1);
  return start + (characters[wanted] ?? last + 1);
}

/** Offsets of the characters, other than white space, that make up the value; undefined for escapes. */
function writtenCharacters(type: Scalar["type"], written: string): number[] | undefined {
  const isBlock = type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
  const isQuoted = type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;
  if (type === Scalar.QUOTE_DOUBLE && written.includes("\\")) return undefined;
  if (type === Scalar.QUOTE_SINGLE && written.slice(1, -1).includes("'")) return undefined;
  const first = isBlock ? written.indexOf("\n") + 1 : Number(isQuoted);
  const body = written.slice(first, written.length - Number(isQuoted));
  return [...body.matchAll(/\S/g)].map(({ index }) => first + index);
}
