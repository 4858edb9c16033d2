/** Bounded waiting: poll until something is so, and say what was seen last when the time is over. */

import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../decide/index.js";
import { HttpRefusal, isOutage, NoAnswer } from "../rest/http.js";
import { isWaitedFor } from "./waited-for.js";

export interface WaitOptions {
  /** What is waited for, as it stands in a message: `orders: savepoint`. */
  readonly what: string;
  readonly timeoutSeconds: number;
  /** What a person can do when the time is over. */
  readonly fix: string;
  /** First pause between two looks, in milliseconds; it grows to ten times that. */
  readonly pauseMs?: number;
  /** Told about once a second what was seen last. */
  readonly progress?: (text: string) => void;
}

/** One look at the world: the value that was waited for, or what is there instead. */
export type Look<T> = { readonly done: T } | { readonly pending: string };

/**
 * A look that a passing fault does not end: no answer, or a JobManager that says it is not ready (502, 503, 504), is
 * something to wait out. Only for requests that may be sent twice.
 */
export function patiently<T>(look: () => Promise<Look<T>>): () => Promise<Look<T>> {
  return async () => {
    try {
      return await look();
    } catch (error) {
      if (!isPassing(error) || !isWaitedFor()) throw error;
      return { pending: error.message };
    }
  };
}

function isPassing(error: unknown): error is Error {
  return error instanceof NoAnswer || (error instanceof HttpRefusal && isOutage(error));
}

/** Looks until `look` says done. Throws `timed-out` with the last thing seen; an error of `look` ends the wait at once. */
export async function waitFor<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const startedAt = Date.now();
  const firstPause = options.pauseMs ?? 25;
  let pause = firstPause;
  let toldAt = startedAt;
  for (;;) {
    const seen = await look();
    if ("done" in seen) return seen.done;
    const now = Date.now();
    if (now - startedAt > options.timeoutSeconds * 1000) throw timedOut(options, seen.pending);
    if (now - toldAt >= 1000) {
      toldAt = now;
      options.progress?.(`${options.what}: ${seen.pending}, ${Math.round((now - startedAt) / 1000)} s`);
    }
    await sleep(pause);
    pause = Math.min(pause * 1.3, firstPause * 10);
  }
}

function timedOut({ what, timeoutSeconds, fix }: WaitOptions, last: string): UserError {
  return new UserError("timed-out", {
    what: `${what}: not done within ${timeoutSeconds} s`,
    cause: `last seen: ${last}`,
    fix,
  });
}
