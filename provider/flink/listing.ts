/** One listing of a cluster's jobs for all who ask within a moment: a deployment of many jobs asks for the same thing. */

import type { FlinkRest, JobSummary } from "./rest.js";

type Listing = Promise<readonly JobSummary[]>;

/** The engine checks one resource after another; one listing serves those that are checked within a moment. */
export const MOMENT_MS = 500;

/** A cluster that gave no answer is not asked again at once: a hundred jobs would wait for a hundred time limits. */
const FAILED_MS = 10_000;

const latest = new Map<string, { readonly at: number; readonly jobs: Listing; readonly failed: boolean }>();

/** All jobs as they were at most `maxAgeMs` ago. Unlike `/jobs/<id>`, Flink answers this from no cache of its own. */
export function listJobs(rest: FlinkRest, maxAgeMs: number): Listing {
  const known = latest.get(rest.url);
  if (known && Date.now() - known.at < (known.failed ? Math.min(FAILED_MS, maxAgeMs * 20) : maxAgeMs))
    return known.jobs;
  const jobs = rest.jobsOverview();
  latest.set(rest.url, { at: Date.now(), jobs, failed: false });
  jobs.catch(() => latest.set(rest.url, { at: Date.now(), jobs, failed: true }));
  return jobs;
}
