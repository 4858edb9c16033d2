/** Which points are tried: all of them, or a few that a seed picks. */

import { createHash } from "node:crypto";

/** A number from 1 to `max` that depends on nothing but the words and the seed. */
export function pick(max: number, seed: string, ...words: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...words]))
    .digest();
  return 1 + (digest.readUInt32BE() % max);
}
