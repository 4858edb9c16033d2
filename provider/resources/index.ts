/** The door of resources/: the Pulumi side, one resource a file. */

export type {
  FlinkSqlJobArgs,
  FlinkSqlJobsArgs,
  JobSettings,
  JobStoreArgs,
  SessionClusterArgs,
  YarnArgs,
} from "./arguments.js";
export { FlinkSqlJob, hooks as jobHooks } from "./flink-sql-job.js";
export { flinkSqlJobs } from "./flink-sql-jobs.js";
export { hooks as storeHooks, JobStore } from "./job-store.js";
export { type ConfiguredStack, readStack } from "./program.js";
export type { Hooks, Kind } from "./seam/dynamic.js";
export { withoutSecrets } from "./seam/safe-hooks.js";
export { hooks as clusterHooks, SessionCluster } from "./session-cluster.js";
export { StateBucket, type StateBucketArgs } from "./state-bucket.js";
