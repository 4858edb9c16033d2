/** Places in files of a project: reading them, and showing them as `file:line:column` with the line and a caret. */

import { readFileSync, statSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { lineStarts, MOST_BYTES, positionIn } from "../../decide/index.js";
import { masked } from "../../secrecy/index.js";

/** A file that was read; `file` is its path as a person sees it, relative to the project and with slashes. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A remark on a place in a file, or on a file as a whole where there is no offset. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly source: Source;
  readonly offset?: number | undefined;
  readonly message: string;
}

/** A place as a person finds it; line and column count from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line and a caret below it; empty where only the line is known. */
  readonly excerpt: string;
}

const LINE_NUMBER_WIDTH = 5;
const WIDEST_EXCERPT = 110;

/** The path of a file as messages show it. */
export function shownPath(root: string, path: string): string {
  return (relative(root, resolve(root, path)) || ".").split(sep).join("/");
}

/** Reads a UTF-8 file, with Windows line ends made plain ones; a text says why it cannot be read. */
export function readSource(root: string, path: string): Source | Problem {
  const file = shownPath(root, path);
  const problem = (message: string): Problem => ({ severity: "error", source: { file, text: "" }, message });
  let bytes: Buffer;
  try {
    const seen = statSync(resolve(root, path));
    if (!seen.isFile()) return problem("is not a regular file");
    if (seen.size > MOST_BYTES) return problem(`has ${seen.size} bytes; at most ${MOST_BYTES} are read`);
    bytes = readFileSync(resolve(root, path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return problem(code === "ENOENT" ? "there is no such file" : `cannot be read (${String(code ?? error)})`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { file, text: text.replaceAll("\r\n", "\n") };
  } catch {
    return problem("is not UTF-8; save it in that encoding");
  }
}

/** Lines of the texts that were asked about, each found once. */
const known = new WeakMap<Source, readonly number[]>();

function linesOf(source: Source): readonly number[] {
  const lines = known.get(source) ?? lineStarts(source.text);
  known.set(source, lines);
  return lines;
}

/** Line and column of an offset. */
export function positionOf(source: Source, offset: number): { readonly line: number; readonly column: number } {
  return positionIn(linesOf(source), offset);
}

/** Offset of a line and column; a place outside the text becomes its nearest place inside. */
export function offsetOf(text: string, line: number, column: number): number {
  const starts = lineStarts(text);
  const start = starts[line - 1];
  if (start === undefined) return text.length;
  const end = (starts[line] ?? text.length + 1) - 1;
  return Math.min(start + column - 1, end);
}

/** The place of an offset, with its excerpt. */
export function placeOf(source: Source, offset: number): FilePlace {
  const { line, column } = positionOf(source, offset);
  const start = offset - column + 1;
  const end = source.text.indexOf("\n", offset);
  const text = source.text.slice(start, end < 0 ? undefined : end);
  return { file: source.file, line, column, excerpt: excerptOf(text, line, column) };
}

/** A line of a text with its number, and a caret below the column; a long line is cut around it. */
export function excerpt(text: string, line: number, column: number): string {
  return excerptOf(text.split("\n")[line - 1] ?? "", line, column);
}

function excerptOf(text: string, line: number, column: number): string {
  const whole = masked(text).trimEnd();
  const start = whole.length <= WIDEST_EXCERPT ? 0 : Math.max(0, column - 1 - WIDEST_EXCERPT / 2);
  const end = start + WIDEST_EXCERPT;
  const shown = `${start > 0 ? "…" : ""}${whole.slice(start, end)}${end < whole.length ? "…" : ""}`;
  // Tabs stay tabs, so that the caret stands below its character whatever their width; a surrogate pair is two wide.
  const indent = shown.slice(0, column - 1 - start + (start > 0 ? 1 : 0)).replaceAll(/[^\t]/g, " ");
  return `${String(line).padStart(LINE_NUMBER_WIDTH)} | ${shown}\n${" ".repeat(LINE_NUMBER_WIDTH)} | ${indent}^`;
}

/** A problem as a person reads it. */
export function shownProblem({ source, offset, message }: Problem): string {
  if (offset === undefined) return `${source.file}: ${message}`;
  const { file, line, column, excerpt: lines } = placeOf(source, offset);
  return `${file}:${line}:${column}: ${message}\n${lines}`;
}

/** By file, and from the top of each file down. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const order = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  return [...problems].sort((a, b) => order(a.source.file, b.source.file) || (a.offset ?? -1) - (b.offset ?? -1));
}
