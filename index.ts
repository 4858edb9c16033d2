/** The program: the store, a session cluster, and one FlinkSqlJob for each manifest. */

import { warn } from "@pulumi/pulumi/log/index.js";
import {
  clusterArgs,
  explained,
  FlinkSqlJob,
  JobStore,
  jobArgs,
  jobStoreArgs,
  loadJobs,
  readSettings,
  SessionCluster,
  storeOf,
} from "./provider/index.js";

const settings = explained(readSettings);
const { jobs: manifests, warnings } = explained(() => loadJobs(settings));
for (const warning of warnings) void warn(warning);

const store = storeOf(settings);
const cluster = new SessionCluster("cluster", clusterArgs("cluster", settings, store, manifests));

const resources = manifests.map((job) => {
  const name = job.manifest.name;
  return [name, new FlinkSqlJob(name, jobArgs(job, settings, cluster, store))] as const;
});

/** After all jobs: where one of them fails, nothing is deleted. */
new JobStore("store", jobStoreArgs("store", manifests, settings, cluster, store), {
  dependsOn: resources.map(([, job]) => job),
});

/** The JobManager's REST address, and the page that Flink shows there. */
export const restUrl = cluster.restUrl;
export const dashboard = cluster.restUrl;

/** Job name → what runs. */
export const jobs = Object.fromEntries(
  resources.map(([name, { version, jobId, state, startedFrom }]) => [name, { version, jobId, state, startedFrom }]),
);
