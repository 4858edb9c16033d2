/** `npm run lab`: a cluster, its SQL Gateway and an S3 server that stay until Ctrl-C, for tests that are run again and again. */

import { rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stopLocal } from "../../../provider/cluster/local/local.js";
import { writePrivate } from "../../../provider/cluster/local/private.js";
import { startedProcess, stopProcess } from "../../../provider/cluster/local/processes.js";
import { flinkHome } from "./cluster.js";
import { LAB_FILE, readLab } from "./lab-file.js";
import { startServers } from "./servers.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Ctrl-C may come twice: from the terminal, and passed on by npm. */
const toldToEnd = new Promise<string>((told) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => told(signal));
});

/** Ends what is left of a lab that was killed. Gives what is in the way of another one. */
async function makeRoom(): Promise<string | undefined> {
  const state = await readLab(flinkHome());
  if (state.kind === "runs" || state.kind === "other") return `a lab runs already; ${LAB_FILE} says where`;
  if (state.kind === "none") return undefined;
  say(`${LAB_FILE}: ${state.why}${state.lab ? "; ending what is left of it" : ""}`);
  if (state.lab) {
    await stopLocal(state.lab.folder);
    await stopProcess(state.lab.moto);
    await rm(state.lab.folder, { recursive: true, force: true });
  }
  rmSync(LAB_FILE, { force: true });
  return undefined;
}

/** Gives the exit code. */
export async function main(): Promise<number> {
  const obstacle = await makeRoom();
  if (obstacle !== undefined) {
    say(`error: ${obstacle}`);
    return 1;
  }
  say("Starting Flink, its SQL Gateway and an S3 server ...");
  const servers = await startServers(flinkHome(), { hasS3: true });
  try {
    const { restUrl, gatewayUrl, folder, moto } = servers;
    const file = {
      process: await startedProcess("lab", process.pid),
      moto: await startedProcess("moto", moto?.pid ?? 0),
      folder,
      flinkHome: flinkHome(),
      restUrl,
      gatewayUrl,
      s3: moto?.endpoint,
    };
    await writePrivate(LAB_FILE, `${JSON.stringify(file, undefined, 2)}\n`);
    say(
      `JobManager   ${restUrl}\nSQL Gateway  ${gatewayUrl}\nS3           ${file.s3}\nLogs         ${join(folder, "log")}`,
    );
    say("Tests use it from now on: `npm test -- e2e choices`. Ctrl-C ends it.");
    say(`${await toldToEnd}: ending it`);
    return 0;
  } finally {
    rmSync(LAB_FILE, { force: true });
    await servers.stop();
  }
}
