/** Which of the known words a mistyped one was meant to be. */

import { distance } from "fastest-levenshtein";

/** A longer text is no mistyped word. */
const LONGEST = 100;

/** `; did you mean x?` for the known word nearest to `word`, or an empty text where none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (word.length > LONGEST) return "";
  const near = known
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits)[0];
  return near ? `; did you mean ${near.candidate}?` : "";
}
