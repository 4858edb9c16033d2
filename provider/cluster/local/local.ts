/** A session cluster on this machine: JobManager, TaskManagers and SQL Gateway from FLINK_HOME, on loopback. */

import { join } from "node:path";
import { passedOn } from "../../decide/index.js";
import { FlinkRest, onThisMachine, SqlGateway, waitFor } from "../../flink/index.js";
import { workspace } from "../../workspace/index.js";
import { digestOf, isDigestOf } from "./configuration-digest.js";
import { checkFlinkHome, copyLogging, distributionJavaOptions } from "./flink-home.js";
import { MARK, pendingGateway, randomMark } from "./gateway-mark.js";
import { guarded } from "./guarded.js";
import { configurationOf, isSecret, type LocalSpec, setUpOf } from "./local-configuration.js";
import { type ClusterPorts, freePorts } from "./ports.js";
import { makePrivate, writePrivate } from "./private.js";
import { isProcessAlive, readProcesses, type Started, startProcess, stopProcess, writeProcesses } from "./processes.js";
import { clusterStartFailed } from "./start-failed.js";
import { emptyTemporary, makeTemporary, withTemporary } from "./temporary.js";

export interface LocalHealth {
  /** Roles that should run and do not. */
  readonly dead: readonly string[];
  /** True when the JobManager runs, and so perhaps jobs. */
  readonly jobManagerRuns: boolean;
  /** True when what runs was started with this configuration. */
  readonly isCurrent: boolean;
}

type Environment = Readonly<Record<string, string>>;

const JOB_MANAGER = "jobmanager";
const GATEWAY = "sql-gateway";

function rolesOf(spec: LocalSpec): string[] {
  return [JOB_MANAGER, ...Array.from({ length: spec.taskManagers }, (_, i) => `taskmanager-${i + 1}`), GATEWAY];
}

export async function localHealth(spec: LocalSpec): Promise<LocalHealth> {
  const file = await readProcesses(workspace.path(spec.folder));
  const alive = await aliveRoles(file.processes);
  return {
    dead: rolesOf(spec).filter((role) => !alive.includes(role)),
    jobManagerRuns: alive.includes(JOB_MANAGER),
    isCurrent: isDigestOf(file.configuration, setUpOf(spec), isSecret(spec)),
  };
}

/** True when it is certain that no job runs: the JobManager that was started in this folder has ended. */
export async function isLocalClusterDown(folder: string): Promise<boolean> {
  const { processes } = await readProcesses(workspace.path(folder));
  return !(await aliveRoles(processes)).includes(JOB_MANAGER);
}

/** Whether there is a list of what was started in this folder. */
export async function isKnownFolder(folder: string): Promise<boolean> {
  return (await readProcesses(workspace.path(folder))).ports !== undefined;
}

/** Ports of a cluster that runs; a stack that lost its state finds them here. */
export async function runningPorts(folder: string): Promise<ClusterPorts | undefined> {
  const { ports, processes } = await readProcesses(workspace.path(folder));
  return (await aliveRoles(processes)).length > 0 ? ports : undefined;
}

/** The same for an update: what died may find its port taken by another program, and takes a free one. */
export async function portsToRun(folder: string): Promise<ClusterPorts | undefined> {
  const ports = await runningPorts(folder);
  if (!ports) return undefined;
  const alive = await aliveRoles((await readProcesses(workspace.path(folder))).processes);
  const isHeld = { jobManager: alive.includes(JOB_MANAGER), gateway: alive.includes(GATEWAY) };
  return freePorts(ports, {
    ...(isHeld.jobManager && { restPort: ports.restPort, rpcPort: ports.rpcPort }),
    ...(isHeld.gateway && { gatewayPort: ports.gatewayPort }),
  });
}

async function aliveRoles(processes: readonly Started[]): Promise<string[]> {
  const alive = await Promise.all(
    processes.map(async (started) => ((await isProcessAlive(started)) ? started.role : undefined)),
  );
  return alive.filter((role) => role !== undefined);
}

/** Starts whatever does not run and waits until all of it answers. Throws cluster-start-failed with the end of the log. */
async function startLocal(spec: LocalSpec, progress: (text: string) => void, environment: Environment): Promise<void> {
  const folder = workspace.path(spec.folder);
  await checkFlinkHome(spec.flinkHome, spec.store, "jobmanager.sh");
  await writeConfiguration(spec, folder);
  const { processes } = await readProcesses(folder);
  const running: Started[] = [];
  for (const started of processes) if (await isProcessAlive(started)) running.push(started);
  if (running.length === 0) await emptyTemporary(folder);
  await makeTemporary(folder);
  const mark = randomMark();
  const hadGateway = running.some(({ role }) => role === GATEWAY);
  const configuration = digestOf(setUpOf(spec), isSecret(spec));
  for (const role of rolesOf(spec).filter((wanted) => !running.some(({ role: has }) => has === wanted))) {
    progress(`starting ${role}`);
    running.push(await startRole(role, { spec, folder, environment, mark }));
    const { restPort, gatewayPort, rpcPort } = spec;
    await writeProcesses(folder, { configuration, ports: { restPort, gatewayPort, rpcPort }, processes: running });
  }
  const dead = processes.filter(({ pid }) => !running.some((started) => started.pid === pid));
  await awaitHealth(spec, folder, { running, dead, mark: hadGateway ? undefined : mark }, progress);
}

/**
 * The same, but leaves nothing behind where it fails and nothing ran before. Credentials go into the environment of the
 * processes, which only their owner can read, and into no file.
 */
export async function startLocalOrNothing(
  spec: LocalSpec,
  progress: (text: string) => void,
  environment: Environment = {},
): Promise<void> {
  const { jobManagerRuns } = await localHealth(spec);
  try {
    await startLocal(spec, progress, environment);
  } catch (error) {
    if (!jobManagerRuns) await stopLocal(spec.folder);
    throw error;
  }
}

/** Stops exactly the processes that were started in this folder. */
export async function stopLocal(folderName: string): Promise<void> {
  const folder = workspace.path(folderName);
  const file = await readProcesses(folder);
  if (file.processes.length === 0) return;
  // The gateway and the TaskManagers first: they would only complain about a JobManager that is gone.
  await Promise.all(file.processes.filter(({ role }) => role !== JOB_MANAGER).map(stopProcess));
  await Promise.all(file.processes.filter(({ role }) => role === JOB_MANAGER).map(stopProcess));
  await emptyTemporary(folder);
  await writeProcesses(folder, { configuration: "", processes: [] });
}

interface RoleStart {
  readonly spec: LocalSpec;
  readonly folder: string;
  readonly environment: Environment;
  readonly mark: string;
}

async function startRole(role: string, { spec, folder, environment, mark }: RoleStart): Promise<Started> {
  const scripts: Record<string, string> = { [JOB_MANAGER]: "jobmanager.sh", [GATEWAY]: "sql-gateway.sh" };
  const script = join(spec.flinkHome, "bin", scripts[role] ?? "taskmanager.sh");
  const listens = role === JOB_MANAGER || role === GATEWAY;
  const env = {
    ...withTemporary(listens ? guarded(spec.environment) : passedOn(process.env, spec.environment), folder),
    ...environment,
    FLINK_HOME: spec.flinkHome,
    FLINK_CONF_DIR: join(folder, "conf"),
    FLINK_LOG_DIR: join(folder, "log"),
    FLINK_PID_DIR: join(folder, "log"),
    FLINK_IDENT_STRING: role,
  };
  // In the foreground, the script becomes the Java process: its number is the one that we stop later.
  const start = (...options: string[]) =>
    startProcess(role, script, ["start-foreground", ...options], env, join(folder, "log", `${role}.out`));
  if (role === JOB_MANAGER) return start();
  if (role === GATEWAY) return start(`-D${MARK}=${mark}`);
  // By its own id one that was started just now is told from one that died, which stays registered for a while.
  const resourceId = `${role}-${mark}`;
  return { ...(await start("-D", `taskmanager.resource-id=${resourceId}`)), resourceId };
}

interface Processes {
  readonly running: readonly Started[];
  /** What ran here before, and has ended. */
  readonly dead: readonly Started[];
  /** Of the gateway, where it was started just now. */
  readonly mark: string | undefined;
}

async function awaitHealth(
  spec: LocalSpec,
  folder: string,
  { running, dead, mark }: Processes,
  progress: (text: string) => void,
): Promise<void> {
  const limits = { timeoutMs: 2000 };
  const rest = new FlinkRest(onThisMachine(spec.restPort, limits));
  const gateway = new SqlGateway(onThisMachine(spec.gatewayPort, limits));
  const fix = `see the files in ${join(spec.folder, "log")}, or raise the configuration key \`startSeconds\``;
  await waitFor<true>(
    { what: "session cluster", timeoutSeconds: spec.startSeconds, fix, pauseMs: 100, progress },
    async () => {
      for (const started of running)
        if (!(await isProcessAlive(started))) throw await clusterStartFailed(started.role, join(folder, "log"), fix);
      const pending = (await pendingPart(rest, running, dead)) ?? (await pendingGateway(gateway, mark));
      return pending === undefined ? { done: true } : { pending };
    },
  );
}

/** A JobManager that does not list our TaskManagers may be another one, at whose port ours cannot listen. */
async function pendingPart(
  rest: FlinkRest,
  running: readonly Started[],
  dead: readonly Started[],
): Promise<string | undefined> {
  const wanted = running.filter(({ role }) => role.startsWith("taskmanager"));
  try {
    const registered = await rest.taskManagers();
    // One that an earlier version of this program started has no id of ours.
    const there = wanted.filter(({ resourceId }) => resourceId === undefined || registered.includes(resourceId));
    const count = Math.min(there.length, registered.length);
    if (count < wanted.length) return `${count} of ${wanted.length} TaskManagers registered`;
    // Until its end is noticed, jobs seem to run on it that Flink has yet to start again.
    const isListed = ({ resourceId }: Started) => resourceId !== undefined && registered.includes(resourceId);
    return dead.some(isListed) ? "a TaskManager that ended is still registered" : undefined;
  } catch {
    return "the JobManager does not answer yet";
  }
}

async function writeConfiguration(spec: LocalSpec, folder: string): Promise<void> {
  const conf = join(folder, "conf");
  await copyLogging(spec.flinkHome, conf);
  await makePrivate(join(folder, "log"));
  const javaOptions = await distributionJavaOptions(spec.flinkHome);
  // Flink properties may hold credentials: for the user's eyes only.
  await writePrivate(join(conf, "config.yaml"), `${javaOptions}${configurationOf(spec)}`);
}
