/** A start that a deployment asked for before it was killed, and that may come up later: until when that may be. */

import type { Deployment, Intent, JobRecord } from "../job/record.js";

/**
 * Flink's client sends a submission that got no answer again, 20 times with 3 s between them (`rest.retry.max-attempts`,
 * `rest.retry.delay`), whether or not anybody waits for it; planning comes before, and so does each attempt's own time.
 */
export const RESENT_SECONDS = 90;

/** So long after it wrote its intent a deployment may have submitted: two limits of a start, by clocks that differ. */
const askedWithinSeconds = ({ startSeconds = 120 }: Intent) => 2 * startSeconds + 60;

/** The start that an unfinished deployment may have asked for. Without a session nobody was asked. */
export function startBegun({ intent }: JobRecord): Deployment | undefined {
  return intent?.session && intent.next;
}

/** Id of the start that may still come. */
export function lateStart(record: JobRecord, isKnown: (jobId: string) => boolean, now: number): string | undefined {
  const jobId = startBegun(record)?.jobId;
  if (!record.intent || jobId === undefined || isKnown(jobId)) return undefined;
  const seconds = askedWithinSeconds(record.intent) + RESENT_SECONDS;
  const isOver = now - Date.parse(record.written?.at ?? "") > seconds * 1000;
  return isOver ? undefined : jobId;
}
