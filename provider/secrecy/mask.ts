/** Replaces secrets in a text, however they are quoted or escaped in it. */

import { occurrences, type Pattern } from "./patterns.js";
import { type View, viewsOf } from "./views.js";

export const MASK = "******";

/** Offsets into a text: from one up to another. */
type Span = readonly [from: number, to: number];

/** The text with `******` in place of all that the patterns find in it; in time that is linear in its length. */
export function mask(text: string, patterns: Iterable<Pattern>): string {
  const all = [...patterns];
  if (all.length === 0 || text === "") return text;
  const spans = viewsOf(text).flatMap((view) => all.flatMap((pattern) => spansOf(view, pattern)));
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const [from, to] of merged(spans)) {
    parts.push(text.slice(at, from), MASK);
    at = to;
  }
  return [...parts, text.slice(at)].join("");
}

function spansOf({ text, places }: View, pattern: Pattern): Span[] {
  const found: Span[] = [];
  for (const at of occurrences(text, pattern)) {
    const end = at + pattern.text.length;
    if (!pattern.isWord || standsAlone(text, at, end)) found.push([places[at] ?? 0, places[end] ?? 0]);
  }
  return found;
}

function standsAlone(text: string, from: number, to: number): boolean {
  const isPart = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_]/u.test(character);
  return !isPart(text[from - 1]) && !isPart(text[to]);
}

/** In order, and those that overlap as one. */
function merged(spans: Span[]): Span[] {
  const result: Span[] = [];
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from < last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}
