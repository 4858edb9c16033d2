/** Whether a session cluster answers at its addresses, and what it says of itself. */

import { FlinkRest, SqlGateway } from "../../flink/index.js";

/** Throws NoAnswer or HttpRefusal. An empty `gatewayUrl` is a cluster without one: the runner submits the jobs. */
export async function reach(
  restUrl: string,
  gatewayUrl: string,
  timeoutMs: number,
): Promise<{ flinkVersion: string; slots: number }> {
  const [overview] = await Promise.all([
    new FlinkRest(restUrl, timeoutMs).overview(),
    gatewayUrl === "" ? undefined : new SqlGateway(gatewayUrl, timeoutMs).info(),
  ]);
  return { flinkVersion: overview["flink-version"], slots: overview["slots-total"] };
}
