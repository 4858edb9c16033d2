/** Free ports of this machine, on loopback, for what tests start. */

import { randomInt } from "node:crypto";
import getPort, { clearLockedPorts } from "get-port";

const host = "127.0.0.1";

export const freePort = () => getPort({ host });

/** Below those that the system gives out; two runs that start at the same time would find the same one free otherwise. */
export const randomPort = () => randomInt(10_000, 32_000);

export async function freeRandomPorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(await getPort({ host, port: Array.from({ length: 20 }, randomPort) }));
  return found;
}

/** True when nobody listens on the port. */
export async function isFree(port: number): Promise<boolean> {
  // It may be one that was given out just now.
  clearLockedPorts();
  return (await getPort({ host, port })) === port;
}
