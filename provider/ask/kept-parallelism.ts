/** A cluster that is about to restart with another parallelism than the states of its jobs are divided for. */

import { clusterParallelismFault, UserError } from "../decide/index.js";
import { type Connection, FlinkRest } from "../flink/index.js";
import { openStore } from "../remember/index.js";
import { inParallel } from "../store/index.js";
import { reached } from "./cluster-reach.js";

/**
 * Throws plan-refused where a job could not resume: Flink says so only once it was stopped, and to go back there is no
 * cluster any more. `after`: the options that the cluster will have.
 */
export async function refuseOtherParallelism(
  jobManager: Connection,
  store: string,
  after: Readonly<Record<string, string>>,
): Promise<void> {
  const before = Object.fromEntries(await reached(() => new FlinkRest(jobManager).configuration()));
  const opened = openStore(store);
  const records = await inParallel(await opened.list(), async (name) => (await opened.read(name))?.record);
  const faults = records.flatMap((record) => {
    if (!record || (record.status !== "running" && record.status !== "stopped")) return [];
    return clusterParallelismFault(record.current, before, after) ?? [];
  });
  const [first] = faults;
  if (!first) return;
  throw new UserError("plan-refused", {
    what: faults.map(({ what }) => what).join("\n"),
    fix: "leave these options of the cluster as they were, or give them to the jobs themselves (flinkProperties); nothing was stopped",
  });
}
