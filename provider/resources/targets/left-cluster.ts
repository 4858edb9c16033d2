/** A local cluster that runs on though the list of its processes is gone or an old one, as after `rm -r .local`. */

import { hostname } from "node:os";
import { readProcesses } from "../../cluster/index.js";
import { reasonOf, UserError, unlessBug } from "../../decide/index.js";
import { type Connection, connectionsOf, FlinkRest, HttpRefusal, NoAnswer, onThisMachine } from "../../flink/index.js";
import { openStore } from "../../remember/index.js";
import { inParallel } from "../../store/index.js";
import { workspace } from "../../workspace/index.js";
import { UNKNOWN } from "../seam/dynamic.js";
import type { ClusterBefore, ClusterChecked, ClusterGiven } from "./target.js";

/** On this machine an answer takes no longer. */
const LIMITS = { timeoutMs: 5000 };

/** Whether the Flink there was started in this folder: it logs in it. */
export async function wasStartedIn(folder: string, jobManager: Connection): Promise<boolean> {
  try {
    return await logsIn(folder, new FlinkRest(jobManager.with(LIMITS)));
  } catch (error) {
    // Nobody there, or something else than Flink.
    if (error instanceof NoAnswer || error instanceof HttpRefusal) return false;
    throw error;
  }
}

/** The same, but throws where no answer came that tells. */
export async function logsIn(folder: string, rest: FlinkRest): Promise<boolean> {
  return (await rest.javaOptions()).some((option) => option.startsWith(`-Dlog.file=${workspace.path(folder)}/`));
}

/** Whether an error tells that no Flink is at an address: nobody listens there, or another program answers. */
export function isNoFlink(error: unknown): boolean {
  if (error instanceof HttpRefusal) return error.status < 500;
  if (!(error instanceof NoAnswer)) return false;
  const { cause } = error;
  // Without an error below it an answer came, and is not Flink's.
  return !(cause instanceof Error) || ("code" in cause && cause.code === "ECONNREFUSED");
}

/**
 * Before a cluster is started where no JobManager is known to run. Throws plan-refused where one of this folder runs: its
 * jobs would run twice, and nobody would know of it any more.
 */
export async function refuseLeftCluster(given: ClusterGiven, before: ClusterBefore): Promise<void> {
  const own = before.restPort ? [onThisMachine(before.restPort, LIMITS)] : [];
  const left = await leftCluster(given.folder, [...own, ...(await recorded(given))]);
  if (!left) return;
  const { jobManager, folder, isListed } = left;
  throw new UserError("plan-refused", {
    what: `${wordsOf(left)}; nothing was started`,
    cause: `${folder}/processes.json ${isListed ? "is an older one, whose processes have ended" : "is gone"}; with a second cluster each job would run twice`,
    fix: `bring ${isListed ? `the file of the cluster at ${jobManager.address}` : "that file"} back; or end those processes (${endWords(folder)}), then run \`pulumi up\`: the jobs resume from their latest state`,
  });
}

/** Before the end of a cluster of which no JobManager is known to run, likewise: it would run on. */
export async function refuseLeftRunning(cluster: ClusterChecked): Promise<void> {
  const { jobManager } = connectionsOf(cluster, cluster.requestSeconds);
  const left = await leftCluster(cluster.folder, [jobManager]);
  if (!left) return;
  throw new UserError("plan-refused", {
    what: `${wordsOf(left)}; it was not ended`,
    fix: `end those processes with \`${endWords(left.folder)}\`, then run \`pulumi destroy\` again`,
  });
}

interface Left {
  readonly jobManager: Connection;
  /** Absolute. */
  readonly folder: string;
  /** Whether there is a list of processes, which is not of those that run. */
  readonly isListed: boolean;
}

/** A cluster of this folder that runs at one of these, or at the port of its list. */
async function leftCluster(folderName: string, known: readonly Connection[]): Promise<Left | undefined> {
  const folder = workspace.path(folderName);
  const { ports } = await readProcesses(folder);
  const listed = ports ? [onThisMachine(ports.restPort, LIMITS)] : [];
  const isListed = ports !== undefined;
  const all = new Map([...known, ...listed].map((jobManager) => [jobManager.key, jobManager]));
  for (const jobManager of all.values())
    if (isListed ? await wasStartedIn(folder, jobManager) : await mayLogIn(folder, jobManager))
      return { jobManager, folder, isListed };
  return undefined;
}

/** Where nobody knows the processes, and somebody listens who gives no answer, it may be they: frozen, say. */
async function mayLogIn(folder: string, jobManager: Connection): Promise<boolean> {
  try {
    return await logsIn(folder, new FlinkRest(jobManager.with(LIMITS)));
  } catch (error) {
    if (isNoFlink(error)) return false;
    if (!(error instanceof NoAnswer || error instanceof HttpRefusal)) throw error;
    throw new UserError("plan-refused", {
      what: `the session cluster may run: at ${jobManager.address}, where it ran, somebody listens who does not answer, and ${folder} does not know its processes any more; nothing was started`,
      cause: reasonOf(error),
      fix: `make it answer, or end it (${endWords(folder)}); if that is another program, move it to another port for this update`,
    });
  }
}

function wordsOf({ jobManager, folder }: Left): string {
  return `the session cluster runs at ${jobManager.address}, and ${folder} does not know its processes any more`;
}

function endWords(folder: string): string {
  return `pkill -f -- -Dlog.file=${folder}/`;
}

/** A stack that lost its state, too, has its jobs' records. Of a store that cannot be read the jobs tell. */
async function recorded({ folder, store, requestSeconds }: ClusterGiven): Promise<Connection[]> {
  if (store === UNKNOWN) return [];
  const [opened, own] = [openStore(store), workspace.path(folder)];
  // Those without a manifest, too: they would run on beside the new cluster.
  const names = await opened.list().catch(unlessBug);
  const places = await inParallel(names ?? [], async (name) => {
    const record = (await opened.read(name).catch(unlessBug))?.record;
    return record?.status === "running" || record?.intent ? record.current.cluster : undefined;
  });
  return places.flatMap((place) =>
    place?.folder === own && (place.host === undefined || place.host === hostname())
      ? [connectionsOf(place, requestSeconds).jobManager]
      : [],
  );
}
