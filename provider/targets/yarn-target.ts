/** Target `yarn`: a session that is found through YARN's ResourceManager, or one of the stack's own, started there. */

import { configurationText } from "../cluster/flink-home.js";
import { stopLocal } from "../cluster/local.js";
import { checkMemory } from "../cluster/memory.js";
import { nearGateway, startNearGateway } from "../cluster/near-gateway.js";
import { freePorts } from "../cluster/ports.js";
import { endApplication } from "../cluster/yarn-end.js";
import { YarnSilent } from "../cluster/yarn-rest.js";
import { checkYarnStart, pendingWords, startOnYarn } from "../cluster/yarn-start.js";
import { UserError } from "../core/errors.js";
import { type Application, endedWords } from "../core/yarn-application.js";
import { refuseStrangers, suspendJobs } from "../deploy/suspend.js";
import { UNKNOWN } from "../dynamic.js";
import { waitFor } from "../flink/wait.js";
import { s3FlinkEnvironment, s3FlinkOptions } from "../store/s3-client.js";
import type { Activity, Before, Checked, Given, Session, Target } from "./target.js";
import {
  lookAtYarn,
  ownerOf,
  type Reachability,
  reachabilityOf,
  refuseOtherYarn,
  resourceManagersOf,
  sessionOptions,
  wantedOf,
  type YarnSighting,
  yarnAnswers,
} from "./yarn-sighting.js";

type Yarn = NonNullable<Given["yarn"]>;

/** What the check found, in the shape of the inputs that it works out. */
interface Found {
  readonly activity: Activity;
  readonly words: string;
  readonly restUrl: string;
  readonly applicationId: string;
  readonly leaves: readonly string[];
}

const NO_PORTS = { gatewayPort: 0 };

export const yarnTarget: Target = {
  check,

  async checkStart(cluster) {
    const { yarn, activity } = cluster;
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

async function check(given: Given, before: Before): Promise<Checked> {
  const yarn = yarnOf(given);
  const storeOptions = given.store === UNKNOWN ? {} : await s3FlinkOptions(given.store);
  const owner = ownerOf(given, before);
  const wanted = wantedOf(given, yarn, storeOptions, owner);
  const { gatewayPort } = yarn.gateway ? await freePorts({ gatewayPort: before.gatewayPort || undefined }) : NO_PORTS;
  const { resourceManagers, through, caFile } = yarn;
  const base = { resourceManagers, wanted, owner, ...(through ? { through } : {}), ...(caFile ? { caFile } : {}) };
  const found = await find(given, { ...base, applicationId: "", leaves: [] }, before.session);
  const near = yarn.gateway ? await nearGateway({ ...given, storeOptions, gatewayPort }) : undefined;
  const port = yarn.gateway ? (near ?? gatewayPort) : 0;
  const isGatewayMissing = yarn.gateway && near === undefined && found.activity === "none";
  const { applicationId, leaves, restUrl } = found;
  return {
    ...given,
    restUrl,
    gatewayUrl: yarn.gateway ? `http://127.0.0.1:${port}` : (given.gatewayUrl ?? ""),
    restPort: 0,
    rpcPort: 0,
    gatewayPort: port,
    storeOptions,
    session: { ...base, applicationId, leaves: [...leaves] },
    activity: isGatewayMissing ? "repairing" : found.activity,
    plan: `session cluster: ${isGatewayMissing ? "sql-gateway not running: started again" : found.words}`,
  };
}

function yarnOf({ yarn }: Given): Yarn {
  if (!yarn) throw new Error("target yarn without its settings");
  return yarn;
}

async function find(given: Given, session: Session, before: Session | undefined): Promise<Found> {
  const yarn = resourceManagersOf(session, given.requestSeconds);
  try {
    await refuseOtherYarn(before, session, given.yarn?.lost ?? [], given.requestSeconds);
    const sighting = await lookAtYarn(session, before, yarn);
    return await foundIn(sighting, given, session, before);
  } catch (error) {
    if (!(error instanceof YarnSilent)) throw error;
    const words = `YARN cannot be asked where it is: ${error.message.replace(/^YARN: /u, "")}\n  fix: ${error.fix}`;
    // Not the address of before: somebody else may have it now.
    return { activity: "unreachable", words, restUrl: "", applicationId: before?.applicationId ?? "", leaves: [] };
  }
}

async function foundIn(
  { choice, left, ended }: YarnSighting,
  given: Given,
  session: Session,
  before: Session | undefined,
): Promise<Found> {
  const timeoutMs = given.requestSeconds * 1000;
  const applicationId = choice.found === "one" ? choice.application.id : "";
  const leaves = left.map(({ id }) => id);
  const [from] = left;
  if (from) return { ...(await leaving(from, choice, given)), applicationId, leaves };
  const none = { restUrl: "", applicationId, leaves };
  if (choice.found === "none") {
    return { ...none, activity: "starting", words: startWords(ended, before) };
  }
  if (choice.application.state !== "RUNNING")
    return { ...none, activity: "starting", words: `${pendingWords(choice.application)}, and is waited for` };
  return {
    ...none,
    ...wayWords(await reachabilityOf(choice.application, session.through, timeoutMs), choice.application),
  };
}

function startWords(ended: Application | undefined, before: Session | undefined): string {
  if (!ended && !before?.applicationId) return "starts";
  const last = ended ? endedWords(ended) : `YARN does not know ${before?.applicationId} any more`;
  return `${last}; another one is started, jobs resume from their latest state`;
}

/** Jobs are planned where they run now. */
async function leaving(
  from: Application,
  choice: YarnSighting["choice"],
  given: Given,
): Promise<Pick<Found, "activity" | "words" | "restUrl">> {
  const way = await reachabilityOf(from, undefined, given.requestSeconds * 1000);
  const to = choice.found === "one" ? choice.application.id : "one that is started for it";
  const words = `moves from ${from.id} to ${to}: all jobs are stopped with savepoints before and resume after`;
  if (way.way === "direct") return { activity: "restarting", words, restUrl: way.url };
  return { activity: "unreachable", words: `${words}; but ${from.id} cannot be reached now: ${way.why}`, restUrl: "" };
}

function wayWords(way: Reachability, { id, restAddress }: Application): Pick<Found, "activity" | "words" | "restUrl"> {
  if (way.way === "direct") return { activity: "none", words: `attached to ${id}`, restUrl: way.url };
  const why = `the JobManager of ${id} at ${restAddress} cannot be reached from this machine (${way.why})`;
  const fix = "see docs/yarn.md for security groups and tunnels";
  if (way.way === "none") return { activity: "unreachable", words: `${why}; ${fix}`, restUrl: "" };
  return {
    activity: "read-only",
    words: `${why}, only YARN's proxy, through which nothing can be changed; ${fix}`,
    restUrl: way.url,
  };
}

/** The new session runs before any job of the old one is touched. */
async function bringUp(cluster: Checked, progress: (text: string) => void): Promise<Checked> {
  const session = cluster.session;
  if (!session) throw new Error("target yarn without a session");
  const yarn = resourceManagersOf(session, cluster.requestSeconds);
  const { choice, left } = await lookAtYarn(session, session, yarn);
  const own = left.filter((application) => isOwn(application, session));
  refuseRestarting(left.filter((application) => !own.includes(application)));
  for (const application of own.filter(({ state }) => state === "RUNNING"))
    await refuseStrangers({ ...cluster, restUrl: addressOf(application) });
  const application = choice.found === "one" ? choice.application : await start(cluster, session, progress);
  const { restUrl } = await awaitAnswer(application, cluster, session, progress);
  for (const old of left) {
    if (old.state === "RUNNING") await suspendJobs({ ...cluster, restUrl: addressOf(old), progress });
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
    fix: "wait until it runs, or end it, then run `pulumi up` again",
  });
}

/** Also one that was attached to before, if the stack started it. */
function isOwn({ tags }: Application, { owner }: Session): boolean {
  return tags.includes(owner);
}

function addressOf({ restAddress }: Application): string {
  return `http://${restAddress}`;
}

async function start(
  cluster: Checked,
  { wanted, ...session }: Session,
  progress: (text: string) => void,
): Promise<Application> {
  if (wanted.by !== "tags") throw new Error("only a session of the stack's own is started");
  const options = {
    ...sessionOptions(cluster, yarnOf(cluster), cluster.storeOptions),
    "yarn.tags": `${wanted.owner},${wanted.settings}`,
  };
  const yarn = resourceManagersOf(session, cluster.requestSeconds);
  return startOnYarn({ ...cluster, options }, yarn, progress, await s3FlinkEnvironment(cluster.store));
}

/** YARN may still be looking for a place for it, or its JobManager be starting. */
async function awaitAnswer(
  { id }: Application,
  { startSeconds, requestSeconds }: Checked,
  session: Session,
  progress: (text: string) => void,
): Promise<{ restUrl: string }> {
  const yarn = resourceManagersOf(session, requestSeconds);
  const what = `session cluster ${id}`;
  const fix = "see docs/yarn.md for what this machine must reach: the JobManager itself, not only YARN";
  return waitFor({ what, timeoutSeconds: startSeconds, fix, pauseMs: 100, progress }, async () => {
    const seen = await yarn.application(id);
    if (!seen || !["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING"].includes(seen.state))
      throw new UserError("cluster-start-failed", {
        what: `the session cluster ended while it was waited for; no job was touched`,
        cause: seen ? endedWords(seen) : `YARN does not know ${id}`,
        fix: "correct what YARN says, then run `pulumi up` again",
      });
    if (seen.state !== "RUNNING") return { pending: pendingWords(seen) };
    const way = await reachabilityOf(seen, session.through, requestSeconds * 1000);
    return way.way === "direct" ? { done: { restUrl: way.url } } : { pending: way.why };
  });
}
