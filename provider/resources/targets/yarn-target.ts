/** Target `yarn`: a session that is found through YARN's ResourceManager, or one of the stack's own, started there. */

import { suspendJobs } from "../../act/index.js";
import { refuseOtherParallelism } from "../../ask/index.js";
import {
  checkMemory,
  checkYarnStart,
  configurationText,
  endApplication,
  endLeftStart,
  nearGateway,
  pendingWords,
  startNearGateway,
  startOnYarn,
  stopLocal,
} from "../../cluster/index.js";
import { type Application, endedWords, isApplicationAlive, UserError } from "../../decide/index.js";
import { type Connection, connectionsOf, toApplication, waitFor } from "../../flink/index.js";
import { s3FlinkEnvironment } from "../../store/index.js";
import { UNKNOWN } from "../seam/dynamic.js";
import type { ClusterChecked, Session, Target } from "./target.js";
import { refuseUnknownJobs } from "./unknown-jobs.js";
import { checkYarn } from "./yarn-check.js";
import {
  lookAtYarn,
  reachabilityOf,
  resourceManagersOf,
  sessionOptions,
  yarnAnswers,
  yarnOf,
} from "./yarn-sighting.js";

export const yarnTarget: Target = {
  check: checkYarn,

  async checkStart(cluster) {
    const { yarn, activity } = cluster;
    if (yarn?.start && activity === "restarting" && cluster.store !== UNKNOWN)
      await refuseOtherParallelism(
        connectionsOf(cluster, cluster.requestSeconds).jobManager,
        cluster.store,
        cluster.properties,
      );
    const isUnclear = activity === "unreachable" || activity === "read-only";
    if (!yarn?.start || isUnclear || cluster.session?.applicationId) return;
    await checkYarnStart(cluster);
    const configuration = configurationText(sessionOptions(cluster, yarn, cluster.storeOptions));
    await checkMemory({ ...cluster, configuration });
  },

  bringUp: (cluster, progress) => yarnAnswers(() => bringUp(cluster, progress)),

  async remove(cluster, progress) {
    await stopLocal(cluster.folder);
    const { session, requestSeconds } = cluster;
    if (!session) return;
    const yarn = resourceManagersOf(session, requestSeconds);
    await yarnAnswers(async () => {
      const own = (await yarn.flinkApplications()).filter(({ tags }) => tags.includes(session.owner));
      for (const application of own) await endApplication(application, yarn, requestSeconds * 1000, progress);
    });
  },
};

/** The new session runs before any job of the old one is touched. */
async function bringUp(cluster: ClusterChecked, progress: (text: string) => void): Promise<ClusterChecked> {
  const session = cluster.session;
  if (!session) throw new Error("target yarn without a session");
  const yarn = resourceManagersOf(session, cluster.requestSeconds);
  await endLeftStart(cluster.folder);
  const { choice, left } = await lookAtYarn(session, session, yarn);
  const own = left.filter((application) => isOwn(application, session));
  refuseRestarting(left.filter((application) => !own.includes(application)));
  for (const application of own.filter(({ state }) => state === "RUNNING"))
    await refuseUnknownJobs(cluster, jobManagerOf(application, cluster));
  const application = choice.found === "one" ? choice.application : await start(cluster, session, progress);
  const isUp = choice.found === "one" && application.state === "RUNNING";
  const restUrl = isUp
    ? await answeringNow(application, cluster, session)
    : await awaitAnswer(application, cluster, session, progress);
  for (const old of left) {
    if (old.state === "RUNNING") await suspendJobs({ ...cluster, jobManager: jobManagerOf(old, cluster), progress });
    if (own.includes(old)) await endApplication(old, yarn, cluster.requestSeconds * 1000, progress);
  }
  if (!cluster.yarn?.gateway) await stopLocal(cluster.folder);
  else if ((await nearGateway(cluster)) === undefined)
    await startNearGateway(cluster, progress, await s3FlinkEnvironment(cluster.store));
  return { ...cluster, restUrl, session: { ...session, applicationId: application.id, leaves: [] } };
}

/** YARN starts it again just now, and its jobs may come back with it. */
function refuseRestarting(others: readonly Application[]): void {
  const restarting = others.find(({ state }) => state !== "RUNNING");
  if (!restarting) return;
  throw new UserError("cluster-unreachable", {
    what: `the jobs of this stack are in ${restarting.id}, which is ${restarting.state}: they cannot be stopped now; nothing was touched`,
    fix: "wait until it runs, or stop it, then run `pulumi up` again",
  });
}

/** Also one that was attached to before, if the stack started it. */
function isOwn({ tags }: Application, { owner }: Session): boolean {
  return tags.includes(owner);
}

function jobManagerOf({ restAddress }: Application, { requestSeconds }: ClusterChecked): Connection {
  return toApplication(restAddress, { timeoutMs: requestSeconds * 1000 });
}

async function start(
  cluster: ClusterChecked,
  { wanted, ...session }: Session,
  progress: (text: string) => void,
): Promise<Application> {
  if (wanted.by !== "tags") throw new Error("only a session of the stack's own is started");
  const options = {
    ...sessionOptions(cluster, yarnOf(cluster), cluster.storeOptions),
    "yarn.tags": [cluster.properties["yarn.tags"], wanted.owner, wanted.settings].filter(Boolean).join(","),
  };
  const yarn = resourceManagersOf(session, cluster.requestSeconds);
  return startOnYarn({ ...cluster, options }, yarn, progress);
}

const FIX = "see docs/yarn.md for what this machine must reach: the JobManager itself, not only YARN";

/** What runs already does not need to be waited for. */
async function answeringNow(
  application: Application,
  { requestSeconds }: ClusterChecked,
  session: Session,
): Promise<string> {
  const way = await reachabilityOf(application, session.through, requestSeconds * 1000);
  if (way.way === "direct") return way.at.address;
  throw new UserError("cluster-unreachable", {
    what: `the JobManager of ${application.id} at ${application.restAddress} cannot be reached from this machine; no job was touched`,
    cause: way.why,
    fix: FIX,
  });
}

/** YARN may still be looking for a place for it, or its JobManager be starting. */
async function awaitAnswer(
  { id }: Application,
  { startSeconds, requestSeconds }: ClusterChecked,
  session: Session,
  progress: (text: string) => void,
): Promise<string> {
  const yarn = resourceManagersOf(session, requestSeconds);
  const what = `session cluster ${id}`;
  return waitFor({ what, timeoutSeconds: startSeconds, fix: FIX, pauseMs: 100, progress }, async () => {
    const seen = await yarn.application(id);
    if (!seen || !isApplicationAlive(seen))
      throw new UserError("cluster-start-failed", {
        what: "the session cluster ended while waiting for it to start; no job was touched",
        cause: seen ? endedWords(seen) : `YARN does not know ${id}`,
        fix: "fix what YARN reports, then run `pulumi up` again",
      });
    if (seen.state !== "RUNNING") return { pending: pendingWords(seen) };
    const way = await reachabilityOf(seen, session.through, requestSeconds * 1000);
    return way.way === "direct" ? { done: way.at.address } : { pending: way.why };
  });
}
