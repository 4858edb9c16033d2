/** What check works out for target `yarn`: where the session is, and what an update does to it. */

import { freePorts, nearGateway, pendingWords, YarnSilent } from "../../cluster/index.js";
import { type Application, endedWords } from "../../decide/index.js";
import { s3FlinkOptions } from "../../store/index.js";
import { UNKNOWN } from "../seam/dynamic.js";
import type { Activity, ClusterBefore, ClusterChecked, ClusterGiven, Session } from "./target.js";
import {
  lookAtYarn,
  ownerOf,
  type Reachability,
  reachabilityOf,
  refuseOtherYarn,
  resourceManagersOf,
  wantedOf,
  type YarnSighting,
  yarnOf,
} from "./yarn-sighting.js";

/** What the check found, in the shape of the inputs that it works out. */
interface Found {
  readonly activity: Activity;
  readonly words: string;
  readonly restUrl: string;
  readonly applicationId: string;
  readonly leaves: readonly string[];
}

const NO_PORTS = { gatewayPort: 0 };

export async function checkYarn(given: ClusterGiven, before: ClusterBefore): Promise<ClusterChecked> {
  const yarn = yarnOf(given);
  const storeOptions = given.store === UNKNOWN ? {} : await s3FlinkOptions(given.store);
  const owner = ownerOf(given, before);
  const wanted = wantedOf(given, yarn, storeOptions, owner);
  const { gatewayPort } = yarn.gateway ? await freePorts({ gatewayPort: before.gatewayPort || undefined }) : NO_PORTS;
  const { resourceManagers, through, caFile } = yarn;
  const base = {
    resourceManagers,
    wanted,
    owner,
    lost: yarn.lost,
    ...(through ? { through } : {}),
    ...(caFile ? { caFile } : {}),
  };
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

async function find(given: ClusterGiven, session: Session, before: Session | undefined): Promise<Found> {
  const yarn = resourceManagersOf(session, given.requestSeconds);
  try {
    await refuseOtherYarn(before, session, given.yarn?.lost ?? [], given.requestSeconds);
    // What these inputs say is left has been left: a failed update would not have kept them.
    const sighting = await lookAtYarn(session, before && { ...before, leaves: [] }, yarn);
    return await foundIn(sighting, given, session, before);
  } catch (error) {
    if (!(error instanceof YarnSilent)) throw error;
    const words = `YARN cannot be asked where it is: ${error.said}\n  fix: ${error.fix}`;
    // Not the address of before: somebody else may have it now.
    return { activity: "unreachable", words, restUrl: "", applicationId: before?.applicationId ?? "", leaves: [] };
  }
}

async function foundIn(
  { choice, left, ended }: YarnSighting,
  given: ClusterGiven,
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
    return { ...none, activity: "starting", words: `${pendingWords(choice.application)}; waiting for it` };
  return {
    ...none,
    ...wayWords(await reachabilityOf(choice.application, session.through, timeoutMs), choice.application),
  };
}

function startWords(ended: Application | undefined, before: Session | undefined): string {
  if (!ended && !before?.applicationId) return "starts";
  const last = ended ? endedWords(ended) : `YARN no longer knows ${before?.applicationId}`;
  return `${last}; a new one is started, jobs resume from their latest state`;
}

/** Jobs are planned where they run now. */
async function leaving(
  from: Application,
  choice: YarnSighting["choice"],
  given: ClusterGiven,
): Promise<Pick<Found, "activity" | "words" | "restUrl">> {
  const way = await reachabilityOf(from, undefined, given.requestSeconds * 1000);
  const to = choice.found === "one" ? choice.application.id : "one that is started for it";
  const words = `moves from ${from.id} to ${to}: all jobs are stopped with savepoints first and resume afterwards`;
  if (way.way === "direct") return { activity: "restarting", words, restUrl: way.at.address };
  return { activity: "unreachable", words: `${words}; but ${from.id} cannot be reached now: ${way.why}`, restUrl: "" };
}

function wayWords(way: Reachability, { id, restAddress }: Application): Pick<Found, "activity" | "words" | "restUrl"> {
  if (way.way === "direct") return { activity: "none", words: `attached to ${id}`, restUrl: way.at.address };
  const why = `the JobManager of ${id} at ${restAddress} cannot be reached from this machine (${way.why})`;
  const fix = "see docs/yarn.md for security groups and tunnels";
  if (way.way === "none") return { activity: "unreachable", words: `${why}; ${fix}`, restUrl: "" };
  return {
    activity: "read-only",
    words: `${why}, only YARN's read-only proxy; ${fix}`,
    restUrl: way.at.address,
  };
}
