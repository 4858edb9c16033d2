/** What is told of a start that failed: its reason, and what to do about that. */

import { type Deployment, reasonOf, UserError } from "../decide/index.js";
import { startFix } from "../flink/index.js";

export interface StartFailure {
  /** Why it did not start. */
  readonly reason: string;
  /** What to do once the job of before runs again, or where none did. */
  readonly fix: string;
}

export function failureOf(error: unknown): StartFailure {
  if (!(error instanceof UserError)) return { reason: reasonOf(error), fix: startFix(reasonOf(error)) };
  const { what, cause, fix } = error.parts;
  // What another deployment did is no mistake of the manifest's.
  if (error.code === "record-conflict") return { reason: `${what}: ${cause}`, fix };
  // Whoever saw the whole trace knows more of it than its most telling words.
  return { reason: cause ?? what, fix: error.code === "start-failed" ? fix : startFix(cause ?? what) };
}

export function wordsOfFailed(name: string, failed: Deployment): string {
  return `${name}: version ${failed.meta.version} did not start`;
}
