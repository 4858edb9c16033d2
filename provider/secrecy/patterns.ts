/** How a secret is searched for: its own text and its lines, in a spelling that no quoting around it changes. */

import { withoutSequences } from "./printable.js";

/** One text to search for. */
export interface Pattern {
  readonly text: string;
  /** Only where it stands alone: short texts are parts of many words. */
  readonly isWord: boolean;
  /** The smallest shift at which it fits onto itself. */
  readonly period: number;
}

/** Shorter values hide only where they stand alone as a word; shorter lines of a longer value not at all. */
const SHORT = 4;
const SHORT_LOOK = 6;

/** Control characters, which quoting and terminals treat each in its own way; they do not count in a comparison. */
const CONTROLS = /(?!\s)\p{Cc}/gu;

/** White space as one blank each, control characters left out, and slashes as Flink's paths have them. */
export function loosely(text: string): string {
  return text
    .replaceAll(CONTROLS, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/[\\/]+/gu, "/")
    .trim();
}

/** All that is searched for so that nothing of a secret is told. */
export function patternsOf(secret: string): Pattern[] {
  // A single letter or digit is no secret, and every message has it.
  if (/^[\p{L}\p{N}]$/u.test(secret)) return [];
  const lines = secret.split(/\r\n|[\n\r\u2028\u2029]/u).filter((line) => loosely(line).length >= SHORT);
  const plain = [secret, ...lines].flatMap((text) => [loosely(text), loosely(withoutSequences(text))]);
  const encoded = [secret, ...lines]
    .filter((text) => text.length >= SHORT)
    .flatMap(inBase64)
    .map(loosely);
  return [...new Set([...plain, ...encoded])].filter((text) => text !== "").map(patternOf);
}

function patternOf(text: string): Pattern {
  return { text, isWord: text.length < SHORT, period: text.length - (bordersOf(text).at(-1) ?? 0) };
}

/** As a part of an encoded text it has one of three looks; what the characters around have a share in is left out. */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  const looks = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]);
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor((whole.length * 8) / 6);
    return [whole.toString("base64").slice(from, to), whole.toString("base64url").slice(from, to)];
  });
  return looks.filter((look) => look.length >= SHORT_LOOK);
}

/** For each beginning of a text the length of the longest text that it begins and ends with (Knuth, Morris, Pratt). */
export function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length);
  for (let at = 1, length = 0; at < text.length; at++) {
    while (length > 0 && text[at] !== text[length]) length = borders[length - 1] ?? 0;
    if (text[at] === text[length]) length++;
    borders[at] = length;
  }
  return borders;
}

/** Where a pattern begins in a text, overlapping occurrences too; linear in both. */
export function* occurrences(text: string, { text: wanted, period }: Pattern): Generator<number> {
  // The engine's own search is the fastest, unless the text fits onto itself so often that it would be begun again all the time.
  if (period * 2 > wanted.length)
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + period)) yield at;
  else yield* periodicOccurrences(text, wanted);
}

function* periodicOccurrences(text: string, wanted: string): Generator<number> {
  const borders = bordersOf(wanted);
  for (let at = 0, length = 0; at < text.length; at++) {
    while (length > 0 && text[at] !== wanted[length]) length = borders[length - 1] ?? 0;
    if (text[at] === wanted[length]) length++;
    if (length < wanted.length) continue;
    yield at + 1 - length;
    length = borders[length - 1] ?? 0;
  }
}
