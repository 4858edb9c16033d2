/** Target `local`: a cluster that is started and stopped on this machine. */

import { suspendJobs, suspendRunning } from "../../act/index.js";
import { refuseOtherParallelism } from "../../ask/index.js";
import {
  checkFlinkHome,
  checkMemory,
  configurationOf,
  freePorts,
  type LocalSpec,
  localHealth,
  PortTaken,
  portsToRun,
  startLocalOrNothing,
  stopLocal,
} from "../../cluster/index.js";
import { type Connection, connectionsOf } from "../../flink/index.js";
import { s3FlinkEnvironment, s3FlinkOptions } from "../../store/index.js";
import { workspace } from "../../workspace/index.js";
import { UNKNOWN } from "../seam/dynamic.js";
import { refuseLeftCluster, refuseLeftRunning } from "./left-cluster.js";
import type { ClusterBefore, ClusterChecked, ClusterGiven, Target } from "./target.js";
import { refuseUnknownJobs } from "./unknown-jobs.js";

export const localTarget: Target = {
  check,

  async checkStart(cluster) {
    if (cluster.activity === "restarting" && cluster.store !== UNKNOWN) {
      const jobManager = jobManagerOf(cluster);
      await refuseUnknownJobs(cluster, jobManager);
      await refuseOtherParallelism(jobManager, cluster.store, cluster.properties);
    }
    await checkFlinkHome(cluster.flinkHome, cluster.store, "jobmanager.sh");
    await checkMemory({ ...cluster, configuration: configurationOf(cluster) });
  },

  async bringUp(cluster, progress) {
    const spec: LocalSpec = cluster;
    const health = await localHealth(spec);
    if (health.jobManagerRuns && !health.isCurrent) {
      const jobManager = jobManagerOf(cluster);
      await refuseUnknownJobs(cluster, jobManager);
      await suspendJobs({ ...cluster, jobManager, progress });
    }
    // What is left of a cluster without a JobManager, or of one with other settings, is of no use to a new one.
    if (!health.jobManagerRuns || !health.isCurrent) await stopLocal(cluster.folder);
    return startedAnywhere(cluster, progress);
  },

  // Where the stack goes away its jobs have been stopped; where it moves to another kind of cluster they run.
  async remove(cluster, progress) {
    const { jobManagerRuns } = await localHealth(cluster);
    if (!jobManagerRuns) await refuseLeftRunning(cluster);
    if (jobManagerRuns && cluster.store !== UNKNOWN)
      await suspendRunning({ ...cluster, jobManager: jobManagerOf(cluster), progress });
    await stopLocal(cluster.folder);
  },
};

/** So often other ports are tried: two clusters that start at the same moment find the same ones free. */
const TRIES = 3;

async function startedAnywhere(cluster: ClusterChecked, progress: (text: string) => void): Promise<ClusterChecked> {
  const environment = await s3FlinkEnvironment(cluster.store);
  let at = cluster;
  for (let left = TRIES; ; left--)
    try {
      await startLocalOrNothing(at, progress, environment);
      return at;
    } catch (error) {
      if (!(error instanceof PortTaken) || left <= 1) throw error;
      progress("another program has taken a port of the cluster: starting at another one");
      at = { ...at, ...(await placeFor(at, at)) };
    }
}

/** What runs keeps its ports. */
async function placeFor(given: Pick<ClusterGiven, "folder">, before: ClusterBefore) {
  const ports = (await portsToRun(given.folder)) ?? (await freePorts(before, {}, workspace.path(given.folder)));
  return {
    ...ports,
    restUrl: `http://127.0.0.1:${ports.restPort}`,
    gatewayUrl: `http://127.0.0.1:${ports.gatewayPort}`,
  };
}

function jobManagerOf(cluster: ClusterChecked): Connection {
  return connectionsOf(cluster, cluster.requestSeconds).jobManager;
}

async function check(given: ClusterGiven, before: ClusterBefore): Promise<ClusterChecked> {
  const place = await placeFor(given, before);
  const storeOptions = await s3FlinkOptions(given.store);
  const health = await localHealth({ ...given, ...place, storeOptions });
  if (!health.jobManagerRuns) await refuseLeftCluster(given, before);
  const activity = !health.jobManagerRuns
    ? "starting"
    : !health.isCurrent || given.store === UNKNOWN
      ? "restarting"
      : health.dead.length > 0
        ? "repairing"
        : "none";
  const words = {
    none: "runs",
    starting: before.restPort
      ? `starts again (${health.dead.join(", ")} not running), jobs resume from their latest state`
      : "starts",
    restarting:
      given.store === UNKNOWN
        ? "may restart: whether the store needs other settings is known once its bucket exists"
        : "restarts with other settings: all jobs are stopped with savepoints first and resume afterwards",
    repairing: `${health.dead.join(", ")} not running: started again`,
  };
  const plan = `session cluster: ${words[activity]}`;
  return { ...given, ...place, storeOptions, activity, plan };
}
