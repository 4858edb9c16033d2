/** Whether a session cluster answers at its addresses, and what it says of itself. */

import { type ClusterConnections, FlinkRest, SqlGateway } from "../../flink/index.js";

/** Throws NoAnswer or HttpRefusal. On a cluster without a gateway the runner submits the jobs. */
export async function reach({
  jobManager,
  gateway,
}: ClusterConnections): Promise<{ flinkVersion: string; slots: number }> {
  const [overview] = await Promise.all([
    new FlinkRest(jobManager).overview(),
    gateway && new SqlGateway(gateway).info(),
  ]);
  return { flinkVersion: overview["flink-version"], slots: overview["slots-total"] };
}
