/** The door of flink/: the JobManager, the SQL Gateway and the runner. */

export type { Checkpoint, Checkpoints, Failure, JobSummary } from "./rest/answers.js";
export type { Connection, Patience } from "./rest/connection.js";
export {
  type ClusterConnections,
  connectionsOf,
  elsewhere,
  HEADERS_VARIABLE,
  onThisMachine,
  toApplication,
  toResourceManagers,
  toYarnProxy,
} from "./rest/connections.js";
export { FlinkRest } from "./rest/flink-rest.js";
export { SqlGateway, StatementRefused } from "./rest/gateway.js";
export { type Call, type Exchanged, exchange, HttpRefusal, NoAnswer } from "./rest/http.js";
export { listJobs, MOMENT_MS } from "./rest/listing.js";
export { Runner, type RunnerSpec, runnerOf } from "./runner/runner.js";
export { type RunnerFailure, WHOLE_PYTHON } from "./runner/runner-process.js";
export { shortLived } from "./runner/short-lived.js";
export { awaitFirstCheckpoint, type StartLimits } from "./wait/first-checkpoint.js";
export { awaitFirstRow, type FirstRowLimits } from "./wait/first-row.js";
export { awaitReturn, awaitRunning, cancelJob, type Limits, unlessFailed } from "./wait/lifecycle.js";
export { stopWithSavepoint } from "./wait/stop.js";
export { type Look, patiently, waitFor } from "./wait/wait.js";
export { cancelWaiting, isWaitedFor } from "./wait/waited-for.js";
export { planFacts } from "./words/explained.js";
export {
  ABOUT_SINK,
  differingColumns,
  isRefusedForNow,
  NOT_A_PATH,
  NOT_UP_YET,
  PORT_TAKEN,
  SESSION_CLOSED,
  STOP_SAVEPOINT,
  UNKNOWN_TIME_ZONE,
  UNREADABLE_OPTION,
} from "./words/flink-words.js";
export { causes, failureReason, rootCause } from "./words/java-trace.js";
export { startFix } from "./words/start-fix.js";
export { tellingCause } from "./words/telling-cause.js";
