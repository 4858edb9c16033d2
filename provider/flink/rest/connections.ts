/** Where addresses become connections: those of inputs, and those that come up while a cluster is looked for. */

import { Connection, type Patience, type RequestLimits } from "./connection.js";

/** Where inputs say that a cluster is. */
export interface ClusterAddresses {
  readonly restUrl: string;
  /** Empty on a cluster without a SQL Gateway. */
  readonly gatewayUrl?: string | undefined;
}

export interface ClusterConnections {
  readonly jobManager: Connection;
  readonly gateway: Connection | undefined;
}

/** The cluster of a job, of a stack, or of the store's. */
export function connectionsOf(
  { restUrl, gatewayUrl }: ClusterAddresses,
  requestSeconds: number,
  patience: Patience = "prompt",
): ClusterConnections {
  const limits = { timeoutMs: requestSeconds * 1000, patience };
  return {
    jobManager: new Connection(restUrl, limits),
    gateway: gatewayUrl ? new Connection(gatewayUrl, limits) : undefined,
  };
}

/** A process that was started on this machine. */
export function onThisMachine(port: number, limits: RequestLimits): Connection {
  return new Connection(`http://127.0.0.1:${port}`, limits);
}

/** An address that a record names, or another one at which a known cluster was before. Limits are those of the known one. */
export function elsewhere(known: Connection, address: string): Connection {
  return known.at(address);
}

/** The JobManager of an application on YARN: at the address that it reported, unless a tunnel leads `through` to it. */
export function toApplication(restAddress: string | undefined, limits: RequestLimits, through?: string): Connection {
  return new Connection(through ?? `http://${restAddress}`, limits);
}

/** The same through YARN's proxy, which lets reading through. */
export function toYarnProxy(proxyUrl: string, limits: RequestLimits): Connection {
  return new Connection(proxyUrl, limits);
}

/** Environment variable with headers for each request to YARN, one a line: a cookie or a token of whoever deploys. */
export const HEADERS_VARIABLE = "YARN_REST_HEADERS";

/** One for each of them; `caFile` as in Access. */
export function toResourceManagers(
  addresses: readonly string[],
  caFile: string | undefined,
  limits: RequestLimits,
): readonly Connection[] {
  const access = { headers: givenHeaders(), caFile };
  return addresses.map((address) => new Connection(address, limits, access));
}

/** `Name: value` a line. */
function givenHeaders(): Record<string, string> {
  const lines = (process.env[HEADERS_VARIABLE] ?? "").split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
