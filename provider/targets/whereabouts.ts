/** Where a cluster is right now, and whether it is certain that it is gone: asked, not remembered. */

import { isLocalClusterDown } from "../cluster/local.js";
import { isAlive } from "../core/yarn-application.js";
import { ClusterUnreachable, reached } from "../deploy/cluster-reach.js";
import type { Session } from "./target.js";
import { reachabilityOf, resourceManagersOf } from "./yarn-sighting.js";

export interface KnownCluster {
  readonly target: string;
  readonly folder: string;
  readonly restUrl: string;
  readonly session?: Session | undefined;
}

export interface Whereabouts {
  readonly restUrl: string;
  /** True when it is certain that no job of it runs. */
  readonly isDown: boolean;
}

/** Throws ClusterUnreachable where nobody can tell, or where it runs and cannot be reached. */
export async function clusterNow(cluster: KnownCluster, requestSeconds: number): Promise<Whereabouts> {
  const { target, folder, restUrl, session } = cluster;
  if (target === "local") return { restUrl, isDown: await isLocalClusterDown(folder) };
  return session ? sessionNow(session, requestSeconds) : { restUrl, isDown: false };
}

async function sessionNow(session: Session, requestSeconds: number): Promise<Whereabouts> {
  const yarn = resourceManagersOf(session, requestSeconds);
  const application = await reached(() => yarn.application(session.applicationId));
  if (!application || !isAlive(application)) return { restUrl: "", isDown: true };
  if (application.state !== "RUNNING")
    throw new ClusterUnreachable(`${application.id} is ${application.state}, its JobManager starts`);
  const way = await reachabilityOf(application, session.through, requestSeconds * 1000);
  if (way.way !== "direct") throw new ClusterUnreachable(way.why);
  return { restUrl: way.url, isDown: false };
}
