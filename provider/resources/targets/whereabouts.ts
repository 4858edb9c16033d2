/** Where a cluster is right now, and whether it is certain that it is gone: asked, not remembered. */

import { hostname } from "node:os";
import { ClusterUnreachable, reached, type Whereabouts } from "../../ask/index.js";
import { isKnownFolder, isLocalClusterDown, runningPorts } from "../../cluster/index.js";
import { isApplicationAlive, type Place, reasonOf } from "../../decide/index.js";
import {
  type Connection,
  connectionsOf,
  elsewhere,
  FlinkRest,
  listJobs,
  MOMENT_MS,
  onThisMachine,
} from "../../flink/index.js";
import { isNoFlink, logsIn } from "./left-cluster.js";
import type { Session } from "./target.js";
import { reachabilityOf, resourceManagersOf } from "./yarn-sighting.js";

export interface KnownCluster {
  readonly target: string;
  readonly folder: string;
  readonly restUrl: string;
  readonly session?: Session | undefined;
}

/** On this machine an answer takes no longer. */
const LIMIT_MS = 10_000;

/** What it takes to find a session. */
type Reached = Pick<Session, "resourceManagers" | "applicationId" | "caFile" | "through">;

/** Throws ClusterUnreachable where nobody can tell, or where it runs and cannot be reached. */
export async function clusterNow(cluster: KnownCluster, requestSeconds: number): Promise<Whereabouts> {
  const { target, folder, session } = cluster;
  const { jobManager } = connectionsOf(cluster, requestSeconds);
  if (target === "local") return localNow(folder, jobManager);
  return session ? sessionNow(session, jobManager) : { jobManager, isDown: false };
}

/**
 * The same of the cluster that a record names. `sessions`, `known`: those that the stack knows by now, for what no record
 * holds of the way there. Throws ClusterUnreachable likewise.
 */
export async function locateCluster(
  { target, restUrl, host, folder, resourceManagers, applicationId }: Place,
  sessions: readonly Session[],
  known: Connection,
): Promise<Whereabouts> {
  if (host !== undefined && host !== hostname()) throw new ClusterUnreachable(`it is on another machine, ${host}`);
  const jobManager = elsewhere(known, restUrl);
  if (target === "local" && folder !== undefined) return localNow(folder, jobManager);
  if (!applicationId || !resourceManagers) return { jobManager, isDown: false };
  const sameYarn = sessions.find((session) => session.resourceManagers.some((one) => resourceManagers.includes(one)));
  if (sessions.some(({ lost }) => resourceManagers.every((address) => lost.includes(address))))
    return { jobManager: elsewhere(known, ""), isDown: true };
  return sessionNow(
    { caFile: sameYarn?.caFile, through: undefined, resourceManagers: [...resourceManagers], applicationId },
    known,
  );
}

/**
 * The list of processes may be gone with its folder, or be an old one, and a cluster of that folder runs on. Throws
 * ClusterUnreachable where there is no list, and what listens at the address gives no answer.
 */
async function localNow(folder: string, jobManager: Connection): Promise<Whereabouts> {
  const ports = await runningPorts(folder);
  if (ports && !(await isLocalClusterDown(folder)))
    return { jobManager: onThisMachine(ports.restPort, jobManager), isDown: false };
  const rest = new FlinkRest(jobManager.with({ timeoutMs: Math.min(LIMIT_MS, jobManager.timeoutMs) }));
  try {
    // One answer, or one wait for it, serves all jobs that ran there.
    await listJobs(rest, MOMENT_MS);
    return { jobManager, isDown: !(await logsIn(folder, rest)) };
  } catch (error) {
    if (isNoFlink(error) || (await isKnownFolder(folder))) return { jobManager, isDown: true };
    throw new ClusterUnreachable(reasonOf(error));
  }
}

async function sessionNow(session: Reached, known: Connection): Promise<Whereabouts> {
  const yarn = resourceManagersOf(session, known.timeoutMs / 1000);
  const application = await reached(() => yarn.application(session.applicationId));
  if (!application || !isApplicationAlive(application)) return { jobManager: elsewhere(known, ""), isDown: true };
  if (application.state !== "RUNNING")
    throw new ClusterUnreachable(`${application.id} is ${application.state}, its JobManager starts`);
  const way = await reachabilityOf(application, session.through, known.timeoutMs);
  if (way.way !== "direct") throw new ClusterUnreachable(way.why);
  return { jobManager: way.at, isDown: false };
}
