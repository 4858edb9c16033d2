/** Whether the state that a running job would go on from is still where Flink has it. */

import {
  canonicalLocation,
  isAlive,
  missingCheckpoint,
  type Observed,
  reasonOf,
  type StateRef,
  UserError,
  versionDirectory,
} from "../decide/index.js";
import type { Store } from "../remember/index.js";
import { isS3 } from "../store/index.js";

/**
 * What a refresh says of a running job whose newest checkpoint is gone, as after somebody emptied its directory; undefined
 * where all is well. Flink itself notices when it has to start the job again. Costs a listing for each job.
 */
export async function lostCheckpointWords({ job, record }: Observed, store: Store): Promise<string | undefined> {
  const checkpoint = job && isAlive(job) ? job.detail?.lastCheckpoint : undefined;
  if (!job || !record || !checkpoint || !isReadHere(checkpoint.path, store.url)) return undefined;
  const { current } = record;
  const target = versionDirectory(current.directories.savepoints, current.meta.version);
  try {
    if (!missingCheckpoint(checkpoint, await nearby(checkpoint.path, store))) return undefined;
    return (
      `its newest checkpoint is no longer in the store: ${checkpoint.path}; after a failure it could not be restored. ` +
      `Take a savepoint now: flink savepoint ${job.jobId} ${target}`
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `it is unknown whether its newest checkpoint still exists: ${error.parts.cause ?? reasonOf(error)}`;
  }
}

/** The file system of a cluster elsewhere is not that of this machine; the store's folder is on both. */
function isReadHere(path: string, store: string): boolean {
  return isS3(path) || canonicalLocation(path).startsWith(`${canonicalLocation(store)}/`);
}

/** All that its start left, where it is not there itself: a later one may have taken its place since Flink was asked. */
async function nearby(path: string, store: Store): Promise<readonly Pick<StateRef, "path">[]> {
  const files = await store.files(path);
  const isComplete = files.some((file) => file.path.endsWith("/_metadata") && file.bytes > 0);
  return isComplete ? [{ path }] : store.states(path.replace(/\/+[^/]+\/*$/u, ""));
}
