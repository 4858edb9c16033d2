/** The names that a Pulumi program uses. */

export { FlinkSqlJob, type FlinkSqlJobArgs } from "./flink-sql-job.js";
export { JobStore, type JobStoreArgs } from "./job-store.js";
export { clusterArgs, explained, jobArgs, jobStoreArgs, loadJobs, storeOf } from "./program.js";
export { SessionCluster, type SessionClusterArgs } from "./session-cluster.js";
export { readSettings, type Settings } from "./settings.js";
export { StateBucket, type StateBucketArgs } from "./state-bucket.js";
