/** An update of a job that has not come to its end: it is at work, or was cut short. */

import type { Intent, JobRecord } from "../job/record.js";
import { ageWords } from "../words/words.js";

/** One that has written nothing for so long has given up: longer than a stop with savepoint and a start may take. */
const SILENT_MS = 1_800_000;

/** What a preview says of it; undefined where there is none, or where it was cut short long ago. */
export function workWords(record: JobRecord | undefined, now: number): string | undefined {
  const { intent, written } = record ?? {};
  // The intent of a job that was never started stays until it is.
  if (!intent || !written || (!intent.session && !intent.stopping)) return undefined;
  const age = now - Date.parse(written.at);
  if (age > SILENT_MS) return undefined;
  return `an update of it by ${written.by} is in progress or was interrupted (${intent.action}${howFar(intent)}, since ${ageWords(age)})`;
}

/** As it was when the record was written last; older records do not say. */
function howFar({ applied, total }: Intent): string {
  return applied === undefined || total === undefined ? "" : `, ${applied} of ${total} steps done`;
}
