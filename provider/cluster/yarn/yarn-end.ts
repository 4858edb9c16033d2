/** Ends one application on YARN: first by asking Flink, which tidies up after itself, then by YARN's own means. */

import { type Application, isApplicationAlive } from "../../decide/index.js";
import { FlinkRest, toApplication, waitFor } from "../../flink/index.js";
import type { ResourceManagers } from "./yarn-rest.js";

/** Time that Flink has for an orderly end; it takes about two seconds. */
const ORDERLY_SECONDS = 20;
const KILL_SECONDS = 60;

/** Jobs must have been stopped before. With `requestMs` 0 Flink is not asked. Throws timed-out where it does not end. */
export async function endApplication(
  application: Application,
  yarn: ResourceManagers,
  requestMs: number,
  progress: (text: string) => void,
): Promise<void> {
  const { id, restAddress } = application;
  progress(`stopping ${id}`);
  if (restAddress && requestMs > 0 && (await endOrderly(id, restAddress, yarn, requestMs))) return;
  await yarn.kill(id);
  await awaitEnd(id, yarn, KILL_SECONDS);
}

/** True where it has ended. What keeps Flink from answering does not keep YARN from ending it. */
async function endOrderly(id: string, address: string, yarn: ResourceManagers, requestMs: number): Promise<boolean> {
  try {
    await new FlinkRest(toApplication(address, { timeoutMs: requestMs })).shutDownCluster();
    await awaitEnd(id, yarn, ORDERLY_SECONDS);
    return true;
  } catch {
    return false;
  }
}

function awaitEnd(id: string, yarn: ResourceManagers, timeoutSeconds: number): Promise<true> {
  const fix = `stop it yourself: \`yarn application -kill ${id}\``;
  return waitFor<true>({ what: `end of ${id}`, timeoutSeconds, fix, pauseMs: 100 }, async () => {
    const seen = await yarn.application(id);
    return seen && isApplicationAlive(seen) ? { pending: seen.state } : { done: true };
  });
}
