/** Free ports of this machine, on loopback. */

import getPort, { clearLockedPorts } from "get-port";
import { shortHash } from "../../decide/index.js";

export interface ClusterPorts {
  readonly restPort: number;
  readonly gatewayPort: number;
  readonly rpcPort: number;
}

/**
 * The ports of before as far as they are free, else Flink's usual ones, else any; `held` are those of processes that live.
 * Of `own`, the folder of a cluster, follow some ports that it takes before any other: a preview and its update take the same.
 */
export async function freePorts(
  before: { readonly [K in keyof ClusterPorts]?: number | undefined },
  held: Partial<ClusterPorts> = {},
  own?: string,
): Promise<ClusterPorts> {
  // For half a minute get-port gives no port twice; here whoever asks again, with nothing changed, gets the same.
  clearLockedPorts();
  const find = (role: string, taken: number[], ...first: (number | undefined)[]) =>
    getPort({ host: "127.0.0.1", port: [...first.filter(isGiven), ...portsOf(role, own)], exclude: taken });
  const restPort = held.restPort ?? (await find("rest", [], before.restPort, 8081));
  const gatewayPort = held.gatewayPort ?? (await find("gateway", [restPort], before.gatewayPort, 8083));
  const rpcPort = held.rpcPort ?? (await find("rpc", [restPort, gatewayPort], before.rpcPort, 6123));
  return { restPort, gatewayPort, rpcPort };
}

const isGiven = (port: number | undefined): port is number => port !== undefined;

/** Below those that systems give out to whoever asks for any. */
const [FIRST, MANY, TRIES] = [10_000, 20_000, 5];

function portsOf(role: string, own: string | undefined): number[] {
  if (own === undefined) return [];
  const start = Number.parseInt(shortHash(`${own} ${role}`), 16);
  return Array.from({ length: TRIES }, (_, i) => FIRST + ((start + i) % MANY));
}
