/** The door of ask/: the store and Flink are asked what is there; nothing is decided. */

export { ClusterUnreachable, reachable, reached } from "./cluster-reach.js";
export { type Comparison, compareJob, compareNames } from "./compare.js";
export { refuseOtherParallelism } from "./kept-parallelism.js";
export { lookAhead, lookedAhead } from "./look-ahead.js";
export { lostCheckpointWords } from "./lost-checkpoint.js";
export { awaitPendingStop, lastCheckpointOf, observe, observeAll } from "./observe.js";
export {
  activityForJobs,
  checkpointsOf,
  hasCompleted,
  jobsOf,
  type Sighting,
  type Surroundings,
  sightingOf,
  statesOf,
  type Whereabouts,
  type World,
  worldOfJobs,
} from "./sighting.js";
export { refuseOtherDirectory, refuseOtherName } from "./what-runs.js";
