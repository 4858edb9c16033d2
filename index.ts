/** The program: the store, a session cluster, and one FlinkSqlJob for each manifest. */

import { flinkSqlJobs, JobStore, readStack, SessionCluster } from "./provider/index.js";

const stack = readStack();
const store = stack.makeStore();
const cluster = new SessionCluster("cluster", { ...stack.cluster, store });
const made = flinkSqlJobs({ ...stack.jobs, cluster, store });

/** After all jobs: where one of them fails, nothing is deleted. */
new JobStore("store", { ...stack.jobStore, cluster, store }, { dependsOn: Object.values(made) });

/** The JobManager's REST address, and the page that Flink shows there. */
export const restUrl = cluster.restUrl;
export const dashboard = cluster.restUrl;

/** Job name → what runs. */
export const jobs = Object.fromEntries(
  Object.entries(made).map(([name, { version, jobId, state, startedFrom }]) => [
    name,
    { version, jobId, state, startedFrom },
  ]),
);
