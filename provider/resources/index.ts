/** The door of resources/: the Pulumi side, one resource a file. */

export { FlinkSqlJob, type FlinkSqlJobArgs, hooks as jobHooks } from "./flink-sql-job.js";
export { hooks as storeHooks, JobStore, type JobStoreArgs } from "./job-store.js";
export { clusterArgs, explained, jobArgs, jobStoreArgs, loadJobs, storeOf } from "./program.js";
export type { Hooks, Kind } from "./seam/dynamic.js";
export { withoutSecrets } from "./seam/safe-hooks.js";
export { hooks as clusterHooks, SessionCluster, type SessionClusterArgs } from "./session-cluster.js";
export { StateBucket, type StateBucketArgs } from "./state-bucket.js";
