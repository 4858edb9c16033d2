/** The names that a Pulumi program uses. */

export { readSettings, type Settings } from "./read/index.js";
export {
  clusterArgs,
  explained,
  FlinkSqlJob,
  type FlinkSqlJobArgs,
  JobStore,
  type JobStoreArgs,
  jobArgs,
  jobStoreArgs,
  loadJobs,
  SessionCluster,
  type SessionClusterArgs,
  StateBucket,
  type StateBucketArgs,
  storeOf,
} from "./resources/index.js";
