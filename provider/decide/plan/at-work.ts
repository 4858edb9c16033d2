/** An update of a job that has not come to its end: it is at work, or was cut short. */

import type { Intent, JobRecord } from "../job/record.js";

/** One that has written nothing for so long has given up: longer than a stop with savepoint and a start may take. */
const SILENT_MS = 1_800_000;

/** `since`: when it wrote the record last, in milliseconds since 1970. */
export type AtWork = Pick<Intent, "action" | "applied" | "total"> & {
  readonly about: "at-work";
  readonly by: string;
  readonly since: number;
};

/** Undefined where there is none, or where it was cut short long ago. */
export function atWork(record: JobRecord | undefined, now: number): AtWork | undefined {
  const { intent, written } = record ?? {};
  // The intent of a job that was never started stays until it is.
  if (!intent || !written || (!intent.session && !intent.stopping)) return undefined;
  const since = Date.parse(written.at);
  if (now - since > SILENT_MS) return undefined;
  const { action, applied, total } = intent;
  return { about: "at-work", by: written.by, action, applied, total, since };
}
