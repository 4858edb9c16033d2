/** Clients of servers at an address that nothing else is known of. */

import { ResourceManagers } from "../../provider/cluster/yarn/yarn-rest.js";
import { Connection, type Patience } from "../../provider/flink/rest/connection.js";
import { toResourceManagers } from "../../provider/flink/rest/connections.js";
import { FlinkRest } from "../../provider/flink/rest/flink-rest.js";
import { SqlGateway } from "../../provider/flink/rest/gateway.js";

export const connectionTo = (address: string, timeoutMs = 5000, patience?: Patience) =>
  new Connection(address, { timeoutMs, patience });

export const restAt = (address: string, timeoutMs: number, patience?: Patience) =>
  new FlinkRest(connectionTo(address, timeoutMs, patience));

export const gatewayAt = (address: string, timeoutMs: number) => new SqlGateway(connectionTo(address, timeoutMs));

interface Reached {
  readonly timeoutMs: number;
  readonly caFile?: string | undefined;
}

export const resourceManagersAt = (addresses: readonly string[], { timeoutMs, caFile }: Reached) =>
  new ResourceManagers(toResourceManagers(addresses, caFile, { timeoutMs }));
