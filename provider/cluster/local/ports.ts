/** Free ports of this machine, on loopback. */

import { createServer } from "node:net";
import { shortHash } from "../../decide/index.js";

/** True when nobody listens on the port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

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
  const from = (role: string, ...first: (number | undefined)[]) => [...first, ...portsOf(role, own)];
  const restPort = held.restPort ?? (await freePort(from("rest", before.restPort, 8081), []));
  const gatewayPort = held.gatewayPort ?? (await freePort(from("gateway", before.gatewayPort, 8083), [restPort]));
  const rpcPort = held.rpcPort ?? (await freePort(from("rpc", before.rpcPort, 6123), [restPort, gatewayPort]));
  return { restPort, gatewayPort, rpcPort };
}

/** Below those that systems give out to whoever asks for any. */
const [FIRST, MANY, TRIES] = [10_000, 20_000, 5];

function portsOf(role: string, own: string | undefined): number[] {
  if (own === undefined) return [];
  const start = Number.parseInt(shortHash(`${own} ${role}`), 16);
  return Array.from({ length: TRIES }, (_, i) => FIRST + ((start + i) % MANY));
}

async function freePort(preferred: readonly (number | undefined)[], taken: readonly number[]): Promise<number> {
  for (const port of preferred) if (port !== undefined && !taken.includes(port) && (await isFree(port))) return port;
  return anyPort();
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
