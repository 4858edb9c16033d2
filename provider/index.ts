/** The names that a Pulumi program uses. */

export {
  type ConfiguredStack,
  FlinkSqlJob,
  type FlinkSqlJobArgs,
  type FlinkSqlJobsArgs,
  flinkSqlJobs,
  type JobSettings,
  JobStore,
  type JobStoreArgs,
  readStack,
  SessionCluster,
  type SessionClusterArgs,
  StateBucket,
  type StateBucketArgs,
  type YarnArgs,
} from "./resources/index.js";
