/** Looks at YARN for a stack's session: which application it is, what has become of the last one, whether it answers. */

import { configurationText, ResourceManagers, YarnSilent } from "../../cluster/index.js";
import {
  type Application,
  chooseApplication,
  isApplicationAlive,
  isSensitive,
  notFoundWords,
  ownerTag,
  reasonOf,
  type SessionChoice,
  settingsTag,
  UserError,
  type Wanted,
} from "../../decide/index.js";
import {
  type Connection,
  FlinkRest,
  NoAnswer,
  toApplication,
  toResourceManagers,
  toYarnProxy,
} from "../../flink/index.js";
import type { ClusterBefore, ClusterGiven, Session } from "./target.js";

type Yarn = NonNullable<ClusterGiven["yarn"]>;

export interface YarnSighting {
  readonly choice: Exclude<SessionChoice, { found: "many" }>;
  /** Sessions that still run and are left for the chosen one: of other settings, or the one of before. */
  readonly left: readonly Application[];
  /** What YARN still tells of the session of before, if that has ended. */
  readonly ended: Application | undefined;
}

export function yarnOf({ yarn }: ClusterGiven): Yarn {
  if (!yarn) throw new Error("target yarn without its settings");
  return yarn;
}

export function resourceManagersOf(
  { resourceManagers, caFile }: Pick<Session, "resourceManagers" | "caFile">,
  requestSeconds: number,
): ResourceManagers {
  return new ResourceManagers(toResourceManagers(resourceManagers, caFile, { timeoutMs: requestSeconds * 1000 }));
}

/** Options of a session of the stack's own, but for the tags that it is found by. */
export function sessionOptions(
  given: ClusterGiven,
  yarn: Yarn,
  storeOptions: ClusterGiven["properties"],
): Record<string, string> {
  return {
    "jobmanager.memory.process.size": given.jobManagerMemory,
    "taskmanager.memory.process.size": given.taskManagerMemory,
    // As in a local cluster: classes of ended jobs stay for a while.
    "taskmanager.memory.jvm-metaspace.size": "512m",
    "jobmanager.memory.jvm-metaspace.size": "512m",
    "taskmanager.numberOfTaskSlots": String(given.slotsPerTaskManager),
    "execution.checkpointing.num-retained": "2",
    ...storeOptions,
    ...given.properties,
    "yarn.application.name": yarn.name,
    ...(yarn.queue === undefined ? {} : { "yarn.application.queue": yarn.queue }),
    ...(yarn.shipFiles.length > 0 ? { "yarn.ship-files": yarn.shipFiles.join(";") } : {}),
  };
}

/** Once made it stays, whatever becomes of the settings that it was made from. */
export function ownerOf({ self, store }: ClusterGiven, before: ClusterBefore): string {
  const stack = /^urn:pulumi:([^:]*):/u.exec(self)?.[1] ?? "";
  return before.session?.owner ?? ownerTag(stack, `${self} ${store}`);
}

export function wantedOf(
  given: ClusterGiven,
  yarn: Yarn,
  storeOptions: ClusterGiven["properties"],
  owner: string,
): Wanted {
  const { applicationId, name, queue, start } = yarn;
  if (applicationId !== undefined) return { by: "id", id: applicationId };
  if (!start) return { by: "name", name, ...(queue === undefined ? {} : { queue }) };
  const areSecret = given.propertiesAreSecret === true || Object.keys(given.properties).some(isSensitive);
  const settings = settingsTag(configurationText(sessionOptions(given, yarn, storeOptions)), owner, areSecret);
  return { by: "tags", owner, settings };
}

/** Another YARN, where the session of before is not known: it may run its jobs on the old one still. */
export async function refuseOtherYarn(
  before: Session | undefined,
  now: Session,
  lost: readonly string[],
  requestSeconds: number,
): Promise<void> {
  if (!before || before.resourceManagers.every((address) => lost.includes(address))) return;
  if (before.resourceManagers.some((address) => now.resourceManagers.includes(address))) return;
  // The same YARN may have got other addresses.
  if ((await lastOf(before, resourceManagersOf(now, requestSeconds))) !== undefined) return;
  const old = await lastOf(before, resourceManagersOf(before, requestSeconds)).catch((error: unknown) =>
    error instanceof YarnSilent ? error.said : reasonOf(error),
  );
  if (old === undefined || (typeof old === "object" && !isApplicationAlive(old))) return;
  const there = before.resourceManagers.join(", ");
  throw new UserError("plan-refused", {
    what: `the jobs of this stack may run on another YARN, at ${there}; nothing was touched`,
    cause: typeof old === "object" ? `${old.id} is ${old.state} there` : old,
    fix: `stop that session first, so that no job runs twice; if that YARN is gone for good, run: \`pulumi config set --path 'yarn.lost[0]' ${before.resourceManagers[0]}\``,
  });
}

function lastOf({ applicationId, owner }: Session, yarn: ResourceManagers): Promise<Application | undefined> {
  return applicationId ? yarn.application(applicationId) : yarn.tagged(owner).then(([newest]) => newest);
}

/** Throws YarnSilent, and session-not-found where it cannot be told which session is meant, or where there is none to find. */
export async function lookAtYarn(
  { wanted, owner }: Pick<Session, "wanted" | "owner">,
  before: Session | undefined,
  yarn: ResourceManagers,
): Promise<YarnSighting> {
  const there = await yarn.flinkApplications();
  const choice = chooseApplication(there, wanted);
  const ended = choice.found === "none" && before ? await endedSession(before, yarn) : undefined;
  if (choice.found === "many" || (choice.found === "none" && wanted.by !== "tags"))
    throw new UserError("session-not-found", notFoundWords(choice, wanted, there, ended));
  const chosen = choice.found === "one" ? choice.application.id : undefined;
  const isBefore = (id: string) => id === before?.applicationId || before?.leaves.includes(id);
  const left = there.filter(({ id, tags }) => id !== chosen && (tags.includes(owner) || isBefore(id)));
  return { choice, left, ended };
}

/** The inputs of the update that started a session do not know its id yet: then its tag tells. */
async function endedSession(session: Session, yarn: ResourceManagers): Promise<Application | undefined> {
  const last = await lastOf(session, yarn);
  return last && !isApplicationAlive(last) ? last : undefined;
}

export type Reachability =
  | { readonly way: "direct"; readonly at: Connection }
  | { readonly way: "proxy"; readonly at: Connection; readonly why: string }
  | { readonly way: "none"; readonly why: string };

/** Whether the JobManager of a running application can be reached: at its own address, else through YARN's proxy. */
export async function reachabilityOf(
  application: Application,
  through: string | undefined,
  timeoutMs: number,
): Promise<Reachability> {
  const { id, restAddress, proxyUrl } = application;
  if (!restAddress) return { way: "none", why: `${id} has not reported the address of its JobManager to YARN yet` };
  const at = toApplication(restAddress, { timeoutMs }, through);
  try {
    const cluster = await new FlinkRest(at).clusterId();
    // A tunnel of yesterday, or a port that somebody else has now, leads to another cluster.
    if (cluster !== undefined && cluster !== id)
      return { way: "none", why: `at ${at.address} there is ${cluster}, not ${id}` };
    return { way: "direct", at };
  } catch (error) {
    const why = reasonOf(error);
    const proxy = proxyUrl === undefined ? undefined : toYarnProxy(proxyUrl, { timeoutMs });
    return proxy && (await answers(proxy)) ? { way: "proxy", at: proxy, why } : { way: "none", why };
  }
}

async function answers(at: Connection): Promise<boolean> {
  return new FlinkRest(at).overview().then(
    () => true,
    () => false,
  );
}

/** In `up` a YARN that cannot be asked is an error. */
export async function yarnAnswers<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (!(error instanceof YarnSilent))
      throw new UserError("cluster-unreachable", {
        what: "a session cluster on YARN does not answer",
        cause: reasonOf(error),
        fix: "see docs/yarn.md for what this machine must reach, then run `pulumi up` again",
      });
    throw new UserError("cluster-unreachable", {
      what: "YARN's ResourceManager does not answer; no job was touched",
      cause: error.said,
      fix: error.fix,
    });
  }
}
