/** Which of the known words a mistyped one was meant to be. */

/** A longer text is no mistyped word. */
const LONGEST = 100;

/** `; did you mean x?` for the known word nearest to `word`, or an empty text where none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (word.length > LONGEST) return "";
  const near = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? `; did you mean ${near.candidate}?` : "";
}

/** How many characters have to be put in, taken out or replaced to make one word of the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
