/** Bounded waiting in tests: look again and again until something is so, and fail with what was seen last. */

import { setTimeout as sleep } from "node:timers/promises";

/** Gives the first value of `look` that is not undefined. Throws with `what` when the seconds are over. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}
