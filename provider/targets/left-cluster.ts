/** A local cluster that runs on though the list of its processes is gone, as after `rm -r .local`. */

import { hostname } from "node:os";
import { resolve } from "node:path";
import { isKnownFolder } from "../cluster/local.js";
import { UserError } from "../core/errors.js";
import { UNKNOWN } from "../dynamic.js";
import { FlinkRest } from "../flink/flink-rest.js";
import { HttpRefusal, NoAnswer } from "../flink/http.js";
import { inParallel } from "../store/in-parallel.js";
import { openStore } from "../store/open.js";
import type { ClusterBefore, ClusterGiven } from "./target.js";

/** On this machine an answer takes no longer. */
const LIMIT_MS = 5000;

/** Whether the Flink at this address was started in this folder: it logs there. */
export async function wasStartedIn(folder: string, restUrl: string): Promise<boolean> {
  try {
    const options = await new FlinkRest(restUrl, LIMIT_MS).javaOptions();
    return options.some((option) => option.startsWith(`-Dlog.file=${resolve(folder)}/`));
  } catch (error) {
    // Nobody there, or something else than Flink.
    if (error instanceof NoAnswer || error instanceof HttpRefusal) return false;
    throw error;
  }
}

/**
 * Before a cluster is started where none is known. Throws plan-refused where one of this folder runs: its jobs would run
 * twice, and nobody would know of it any more.
 */
export async function refuseLeftCluster(given: ClusterGiven, before: ClusterBefore): Promise<void> {
  if (await isKnownFolder(given.folder)) return;
  const own = before.restPort ? [`http://127.0.0.1:${before.restPort}`] : [];
  for (const restUrl of new Set([...own, ...(await recorded(given))])) {
    if (!(await wasStartedIn(given.folder, restUrl))) continue;
    const folder = resolve(given.folder);
    throw new UserError("plan-refused", {
      what: `the session cluster runs at ${restUrl}, and ${folder} does not know its processes any more; nothing was started`,
      cause: `${folder}/processes.json is gone; with a second cluster each job would run twice`,
      fix: `bring that file back; or end those processes (pkill -f -- -Dlog.file=${folder}/), then run \`pulumi up\`: the jobs resume from their latest state`,
    });
  }
}

/** A stack that lost its state, too, has its jobs' records. Of a store that cannot be read the jobs tell. */
async function recorded({ folder, store, jobs = [] }: ClusterGiven): Promise<string[]> {
  if (store === UNKNOWN) return [];
  const [opened, own] = [openStore(store), resolve(folder)];
  const places = await inParallel(jobs, async (name) => {
    const stored = await opened.read(name).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
    });
    return stored?.record.current.cluster;
  });
  return places.flatMap((place) =>
    place?.folder === own && (place.host === undefined || place.host === hostname()) ? [place.restUrl] : [],
  );
}
