/** A second JobManager beside that of a cluster with high availability: it stands by, and leads once the other one died. */

import { join } from "node:path";
import { execa } from "execa";
import { flinkHome } from "../clusters/cluster.js";
import { Flink } from "../clusters/flink.js";
import { freePort } from "../servers/free-port.js";
import { until } from "../until.js";

export interface StandBy {
  /** Its REST API, which asks whoever leads. */
  readonly flink: Flink;
  stop(): Promise<void>;
}

/** `folder`: the cluster's, whose configuration it takes but for a port of its own. */
export async function startStandBy(folder: string): Promise<StandBy> {
  const port = await freePort();
  const log = join(folder, "log");
  const env = { FLINK_CONF_DIR: join(folder, "conf"), FLINK_LOG_DIR: log, FLINK_PID_DIR: log };
  const script = join(flinkHome(), "bin", "jobmanager.sh");
  const args = ["start-foreground", "-D", `rest.port=${port}`];
  const file = { file: join(log, "stand-by.out") };
  const child = execa(script, args, {
    env: { ...env, FLINK_HOME: flinkHome(), FLINK_IDENT_STRING: "stand-by" },
    reject: false,
    stdin: "ignore",
    stdout: file,
    stderr: file,
  });
  const flink = new Flink(`http://127.0.0.1:${port}`);
  const stop = async () => {
    child.kill("SIGKILL");
    await child;
  };
  try {
    await until("an answer of the JobManager that stands by", 60, () => flink.jobs().catch(() => undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  return { flink, stop };
}
