/** A real ZooKeeper on loopback, from Flink's own distribution, for clusters whose JobManager fails over. */

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { freePort, isFree } from "../servers/free-port.js";
import { until } from "../until.js";
import { flinkHome } from "./cluster.js";

export interface ZooKeeper {
  /** Its address, as Flink's option for the quorum takes it. */
  readonly quorum: string;
  stop(): Promise<void>;
}

const MAIN = "org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain";

/** Keeps its files in `folder`. */
export async function startZooKeeper(folder: string): Promise<ZooKeeper> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  const settings = join(folder, "zoo.cfg");
  const ticks = "tickTime=500\nminSessionTimeout=1000\nadmin.enableServer=false\n";
  await writeFile(settings, `${ticks}dataDir=${folder}\nclientPort=${port}\nclientPortAddress=127.0.0.1\n`);
  const lib = join(flinkHome(), "lib");
  const jars = (await readdir(lib))
    .filter((name) => /^(?:flink-dist|log4j)-/u.test(name))
    .map((name) => join(lib, name));
  const child = execa("java", ["-Xmx64m", "-cp", jars.join(":"), MAIN, settings], { reject: false, stdio: "ignore" });
  await until("an answer of ZooKeeper", 60, async () => ((await isFree(port)) ? undefined : true));
  const stop = async () => {
    child.kill("SIGKILL");
    await child;
  };
  return { quorum: `127.0.0.1:${port}`, stop };
}

/** Options of a cluster whose JobManager, started again, knows its jobs; one that died is missed after some seconds. */
export function failOverOptions(folder: string, { quorum }: ZooKeeper): Record<string, string> {
  return {
    "high-availability.type": "zookeeper",
    "high-availability.zookeeper.quorum": quorum,
    "high-availability.storageDir": `file://${folder}`,
    "high-availability.cluster-id": "/lab",
    "high-availability.zookeeper.client.session-timeout": "4000",
  };
}
