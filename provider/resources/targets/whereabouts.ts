/** Where a cluster is right now, and whether it is certain that it is gone: asked, not remembered. */

import { hostname } from "node:os";
import { ClusterUnreachable, reached, type Whereabouts } from "../../ask/index.js";
import { isKnownFolder, isLocalClusterDown, runningPorts } from "../../cluster/index.js";
import { isApplicationAlive, type Place, reasonOf } from "../../decide/index.js";
import { FlinkRest, listJobs, MOMENT_MS } from "../../flink/index.js";
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
  const { target, folder, restUrl, session } = cluster;
  if (target === "local") return localNow(folder, restUrl, requestSeconds);
  return session ? sessionNow(session, requestSeconds) : { restUrl, isDown: false };
}

/**
 * The same of the cluster that a record names. `sessions`: those that are known by now, for what no record holds of the way
 * to YARN. Throws ClusterUnreachable likewise.
 */
export async function locateCluster(
  { target, restUrl, host, folder, resourceManagers, applicationId }: Place,
  sessions: readonly Session[],
  requestSeconds: number,
): Promise<Whereabouts> {
  if (host !== undefined && host !== hostname()) throw new ClusterUnreachable(`it is on another machine, ${host}`);
  if (target === "local" && folder !== undefined) return localNow(folder, restUrl, requestSeconds);
  if (!applicationId || !resourceManagers) return { restUrl, isDown: false };
  const known = sessions.find((session) => session.resourceManagers.some((one) => resourceManagers.includes(one)));
  if (sessions.some(({ lost }) => resourceManagers.every((address) => lost.includes(address))))
    return { restUrl: "", isDown: true };
  return sessionNow(
    { caFile: known?.caFile, through: undefined, resourceManagers: [...resourceManagers], applicationId },
    requestSeconds,
  );
}

/**
 * The list of processes may be gone with its folder, or be an old one, and a cluster of that folder runs on. Throws
 * ClusterUnreachable where there is no list, and what listens at the address gives no answer.
 */
async function localNow(folder: string, restUrl: string, requestSeconds: number): Promise<Whereabouts> {
  const ports = await runningPorts(folder);
  if (ports && !(await isLocalClusterDown(folder)))
    return { restUrl: `http://127.0.0.1:${ports.restPort}`, isDown: false };
  const rest = new FlinkRest(restUrl, Math.min(LIMIT_MS, requestSeconds * 1000));
  try {
    // One answer, or one wait for it, serves all jobs that ran there.
    await listJobs(rest, MOMENT_MS);
    return { restUrl, isDown: !(await logsIn(folder, rest)) };
  } catch (error) {
    if (isNoFlink(error) || (await isKnownFolder(folder))) return { restUrl, isDown: true };
    throw new ClusterUnreachable(reasonOf(error));
  }
}

async function sessionNow(session: Reached, requestSeconds: number): Promise<Whereabouts> {
  const yarn = resourceManagersOf(session, requestSeconds);
  const application = await reached(() => yarn.application(session.applicationId));
  if (!application || !isApplicationAlive(application)) return { restUrl: "", isDown: true };
  if (application.state !== "RUNNING")
    throw new ClusterUnreachable(`${application.id} is ${application.state}, its JobManager starts`);
  const way = await reachabilityOf(application, session.through, requestSeconds * 1000);
  if (way.way !== "direct") throw new ClusterUnreachable(way.why);
  return { restUrl: way.url, isDown: false };
}
