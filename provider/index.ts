/** The names that a Pulumi program uses. */

export { FlinkSqlJob, type FlinkSqlJobArgs } from "./flink-sql-job.js";
export { clusterArgs, explained, jobArgs, loadJobs } from "./program.js";
export { SessionCluster, type SessionClusterArgs } from "./session-cluster.js";
export { readSettings, type Settings } from "./settings.js";
