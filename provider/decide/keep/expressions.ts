/** Expressions of a compiled plan (Flink's RexNodes as JSON), with the columns that they read put in. */

import { createHash } from "node:crypto";
import { canonical } from "./compiled-plan.js";

/** What a column is, down to the columns of tables: two are alike where `key` is. */
export interface Meaning {
  readonly key: string;
  /** As a person would write it in SQL. */
  readonly words: string;
}

type Json = Readonly<Record<string, unknown>>;

/** A long one is as good as its digest, and nested ones do not grow without an end. */
export function digestKey(text: string): string {
  return text.length <= 120 ? text : `#${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

/** A RexNode over these columns. What it is called there (field names, aliases) plays no part. */
export function meaningOf(rex: unknown, columns: readonly Meaning[]): Meaning {
  return { key: digestKey(canonical(substituted(rex, columns))), words: shortened(wordsOf(rex, columns)) };
}

function substituted(value: unknown, columns: readonly Meaning[]): unknown {
  if (Array.isArray(value)) return value.map((item) => substituted(item, columns));
  if (!isObject(value)) return value;
  if (value.kind === "INPUT_REF") return { column: columnAt(value, columns).key };
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, substituted(of, columns)]));
}

function columnAt({ inputIndex }: Json, columns: readonly Meaning[]): Meaning {
  return columns[Number(inputIndex)] ?? { key: `?${inputIndex}`, words: `column ${inputIndex}` };
}

/** SQL for the usual kinds; Flink's own words for the others. */
function wordsOf(rex: unknown, columns: readonly Meaning[]): string {
  if (!isObject(rex)) return String(rex);
  if (rex.kind === "INPUT_REF") return columnAt(rex, columns).words;
  if (rex.kind === "LITERAL") return literalWords(rex);
  if (rex.kind === "FIELD_ACCESS") return `${wordsOf(rex.expr, columns)}.${rex.name}`;
  if (!Array.isArray(rex.operands)) return String(rex.kind ?? "an expression");
  const operands = rex.operands.map((operand) => wordsOf(operand, columns));
  return callWords(rex, functionName(rex), operands);
}

function callWords({ syntax }: Json, name: string, operands: readonly string[]): string {
  if (operands.length === 2 && (syntax === "BINARY" || syntax === "SPECIAL") && /^\W+$|^(?:AND|OR|LIKE)$/u.test(name))
    return name === "AND" ? operands.join(" AND ") : `${operands[0]} ${name} ${operands[1]}`;
  if (name === "AND" || name === "OR") return operands.join(` ${name} `);
  if (syntax === "POSTFIX") return `${operands.join(" ")} ${name}`;
  if (syntax === "PREFIX") return `${name} ${operands.join(" ")}`;
  return `${name}(${operands.join(", ")})`;
}

/** `$SUM$1`, `$>=$1` are Flink's own; else the name in a catalog, or that of a class. */
export function functionName({ internalName, systemName, catalogName, class: java }: Json): string {
  if (typeof internalName === "string") return internalName.replace(/^\$+/u, "").replace(/\$\d+$/u, "");
  return String(systemName ?? catalogName ?? java ?? "a function");
}

function literalWords({ value, type }: Json): string {
  if (value === null || value === undefined) return "NULL";
  return /CHAR/u.test(String(type)) ? `'${value}'` : String(value);
}

function shortened(words: string): string {
  return words.length > 100 ? `${words.slice(0, 99)}…` : words;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
