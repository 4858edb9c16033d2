/** One listing of a cluster's jobs for all who ask within a moment: a deployment of many jobs asks for the same thing. */

import type { FlinkRest, JobSummary } from "./rest.js";

type Listing = Promise<readonly JobSummary[]>;

const latest = new Map<string, { readonly at: number; readonly jobs: Listing }>();

/** All jobs as they were at most `maxAgeMs` ago. Unlike `/jobs/<id>`, Flink answers this from no cache of its own. */
export function listJobs(rest: FlinkRest, maxAgeMs: number): Listing {
  const known = latest.get(rest.url);
  if (known && Date.now() - known.at < maxAgeMs) return known.jobs;
  const jobs = rest.jobsOverview();
  latest.set(rest.url, { at: Date.now(), jobs });
  jobs.catch(() => latest.delete(rest.url));
  return jobs;
}
