/** A SQL Gateway on this machine for a session cluster elsewhere; each job tells it the JobManager's address itself. */

import { join } from "node:path";
import { shortHash } from "../../decide/index.js";
import { onThisMachine, SqlGateway, waitFor } from "../../flink/index.js";
import { workspace } from "../../workspace/index.js";
import { checkFlinkHome, configurationText, copyLogging, distributionJavaOptions } from "./flink-home.js";
import { MARK, pendingGateway, randomMark } from "./gateway-mark.js";
import { guarded } from "./guarded.js";
import { makePrivate, writePrivate } from "./private.js";
import { isProcessAlive, readProcesses, type Started, startProcess, stopProcess, writeProcesses } from "./processes.js";
import { clusterStartFailed } from "./start-failed.js";
import { emptyTemporary, makeTemporary, withTemporary } from "./temporary.js";

export interface GatewaySpec {
  /** Folder of the stack. */
  readonly folder: string;
  readonly flinkHome: string;
  readonly store: string;
  /** Names of environment variables that it gets beside those that it needs. */
  readonly environment: readonly string[];
  readonly storeOptions: Readonly<Record<string, string>>;
  readonly gatewayPort: number;
  readonly startSeconds: number;
}

const ROLE = "sql-gateway";

/** The port where one runs with these options; undefined where none does. */
export async function nearGateway(spec: GatewaySpec): Promise<number | undefined> {
  const { processes, configuration, ports } = await readProcesses(workspace.path(spec.folder));
  const started = processes.find(({ role }) => role === ROLE);
  if (!started || !ports || !(await isProcessAlive(started))) return undefined;
  const wanted = configurationOf({ ...spec, gatewayPort: ports.gatewayPort });
  return configuration === shortHash(wanted) ? ports.gatewayPort : undefined;
}

/** Starts one, in place of one with other options, and waits until it answers. Throws cluster-start-failed. */
export async function startNearGateway(
  spec: GatewaySpec,
  progress: (text: string) => void,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await checkFlinkHome(spec.flinkHome, spec.store, "sql-gateway.sh");
  const folder = workspace.path(spec.folder);
  await Promise.all((await readProcesses(folder)).processes.map(stopProcess));
  await emptyTemporary(folder);
  await makeTemporary(folder);
  const [conf, log] = [join(folder, "conf"), join(folder, "log")];
  await copyLogging(spec.flinkHome, conf);
  await makePrivate(log);
  const text = configurationOf(spec);
  const javaOptions = await distributionJavaOptions(spec.flinkHome);
  await writePrivate(join(conf, "config.yaml"), `${javaOptions}${text}`);
  progress(`starting ${ROLE}`);
  const env = {
    ...withTemporary(guarded(spec.environment), folder),
    ...environment,
    FLINK_HOME: spec.flinkHome,
    FLINK_CONF_DIR: conf,
    FLINK_LOG_DIR: log,
  };
  const script = join(spec.flinkHome, "bin", "sql-gateway.sh");
  const mark = randomMark();
  const args = ["start-foreground", `-D${MARK}=${mark}`];
  const started = await startProcess(ROLE, script, args, env, join(log, `${ROLE}.out`));
  const ports = { restPort: 0, rpcPort: 0, gatewayPort: spec.gatewayPort };
  await writeProcesses(folder, { configuration: shortHash(text), ports, processes: [started] });
  await awaitAnswer(spec, started, mark, progress);
}

async function awaitAnswer(
  spec: GatewaySpec,
  started: Started,
  mark: string,
  progress: (text: string) => void,
): Promise<void> {
  const gateway = new SqlGateway(onThisMachine(spec.gatewayPort, { timeoutMs: 2000 }));
  const fix = `see ${join(spec.folder, "log", `${ROLE}.out`)}, or raise the configuration key \`startSeconds\``;
  const limits = { what: "SQL Gateway", timeoutSeconds: spec.startSeconds, fix, pauseMs: 100, progress };
  await waitFor<true>(limits, async () => {
    if (!(await isProcessAlive(started)))
      throw await clusterStartFailed(ROLE, join(workspace.path(spec.folder), "log"), fix);
    const pending = await pendingGateway(gateway, mark);
    return pending === undefined ? { done: true } : { pending };
  });
}

function configurationOf({ storeOptions, gatewayPort }: GatewaySpec): string {
  return configurationText({
    "web.access-control-allow-origin": `http://127.0.0.1:${gatewayPort}`,
    ...storeOptions,
    "sql-gateway.endpoint.rest.address": "127.0.0.1",
    "sql-gateway.endpoint.rest.bind-address": "127.0.0.1",
    "sql-gateway.endpoint.rest.port": String(gatewayPort),
  });
}
