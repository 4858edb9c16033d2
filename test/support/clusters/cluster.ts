/** What a cluster for tests is started with: the Flink that the set-up brought, and ports that are free. */

import { readFileSync } from "node:fs";
import type { LocalSpec } from "../../../provider/cluster/local/local-configuration.js";
import { freePorts } from "../../../provider/cluster/local/ports.js";
import { isProcessAlive, readProcesses } from "../../../provider/cluster/local/processes.js";
import { randomPort } from "../servers/free-port.js";
import { until } from "../until.js";

/** Throws where there is no Flink: a server that is missing is a failure, not a reason to skip. */
export function flinkHome(): string {
  return process.env.FLINK_HOME ?? readFileSync(".local/flink-home", "utf8").trim();
}

/** Homes of the Flinks that integration tests run on; a missing one is a failure. */
export function flinkOf(version: string): string {
  const home = process.env[`FLINK_${version.replaceAll(".", "_")}_HOME`];
  if (!home) throw new Error(`no Flink ${version}: run it as \`npm test -- integration\``);
  return home;
}

/** One TaskManager with so many slots; all of it lives in `folder`. */
export async function localSpec(folder: string, slots: number): Promise<LocalSpec> {
  return {
    folder,
    flinkHome: flinkHome(),
    taskManagers: 1,
    slotsPerTaskManager: slots,
    jobManagerMemory: "1280m",
    taskManagerMemory: "2048m",
    properties: {},
    environment: [],
    store: "",
    storeOptions: {},
    // Two runs that start at the same time would both find Flink's usual ports free.
    ...(await freePorts({ restPort: randomPort(), gatewayPort: randomPort(), rpcPort: randomPort() })),
    startSeconds: 120,
  };
}

/** Ends one process of a local cluster at once, as the kernel does when memory runs out. */
export async function killRole(folder: string, role: string): Promise<void> {
  const { processes } = await readProcesses(folder);
  const found = processes.find((started) => started.role === role);
  if (!found) throw new Error(`no ${role} was started in ${folder}`);
  process.kill(found.pid, "SIGKILL");
  await until(`end of the ${role}`, 10, async () => ((await isProcessAlive(found)) ? undefined : true));
}

/** Roles of the processes that live. */
export async function livingRoles(folder: string): Promise<string[]> {
  const { processes } = await readProcesses(folder);
  const living = await Promise.all(
    processes.map(async (started) => ((await isProcessAlive(started)) ? [started.role] : [])),
  );
  return living.flat().sort();
}
