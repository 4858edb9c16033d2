/** One listing of a cluster's jobs for all who ask within a moment: a deployment of many jobs asks for the same thing. */

import type { JobSummary } from "./answers.js";
import type { FlinkRest } from "./flink-rest.js";

type Listing = Promise<readonly JobSummary[]>;

/** The engine checks one resource after another; one listing serves those that are checked within a moment. */
export const MOMENT_MS = 500;

/** A cluster that gave no answer is not asked again at once: a hundred jobs would wait for a hundred time limits. */
const FAILED_MS = 10_000;

/** Of so many times as long as it took to answer, a JobManager is left alone: a listing of many jobs is work for it. */
const REST = 3;

interface Latest {
  readonly at: number;
  readonly jobs: Listing;
  readonly failed: boolean;
  /** How long the answer took; undefined while it is under way. */
  readonly tookMs: number | undefined;
}

const latest = new Map<string, Latest>();

/**
 * All jobs as they were at most `maxAgeMs` ago, or a few times as long ago as a listing takes, but not before `since`
 * (milliseconds since 1970). Unlike `/jobs/<id>`, Flink answers this from no cache of its own.
 */
export function listJobs(rest: FlinkRest, maxAgeMs: number, since = 0): Listing {
  const known = latest.get(rest.connection.key);
  if (known && known.at >= since && Date.now() - known.at < goodFor(known, maxAgeMs)) return known.jobs;
  const at = Date.now();
  const jobs = rest.jobsOverview();
  const note = (failed: boolean) => () =>
    latest.set(rest.connection.key, { at: failed ? Date.now() : at, jobs, failed, tookMs: Date.now() - at });
  latest.set(rest.connection.key, { at, jobs, failed: false, tookMs: undefined });
  jobs.then(note(false), note(true));
  return jobs;
}

function goodFor({ failed, tookMs }: Latest, maxAgeMs: number): number {
  if (failed) return Math.min(FAILED_MS, maxAgeMs * 20);
  return Math.max(maxAgeMs, tookMs === undefined ? MOMENT_MS : tookMs * (1 + REST));
}
