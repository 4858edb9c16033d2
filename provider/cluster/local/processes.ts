/** Processes of a local cluster: started apart from Pulumi, found again by number and start time, stopped exactly. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, realpath, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { passedOn, reasonOf, UserError } from "../../decide/index.js";
import { makePrivate, writePrivate } from "./private.js";

export const Started = z.object({
  role: z.string(),
  pid: z.number().int(),
  /** Start time as the operating system tells it: tells the process from a later one with the same number. */
  startTime: z.string(),
  /** A TaskManager's resource id, under which the JobManager lists it. */
  resourceId: z.string().optional(),
});
export type Started = z.infer<typeof Started>;

const ProcessFile = z.object({
  /** Hash of the configuration that they run with. */
  configuration: z.string(),
  ports: z.object({ restPort: z.number(), gatewayPort: z.number(), rpcPort: z.number() }).optional(),
  /** Where it was written; earlier releases did not say. */
  folder: z.string().optional(),
  processes: z.array(Started),
});
export type ProcessFile = z.infer<typeof ProcessFile>;

const FILE = "processes.json";
const NOTHING: ProcessFile = { configuration: "", processes: [] };

/** What was started in this folder; nothing where the folder is new. Throws cluster-start-failed where nobody can tell. */
export async function readProcesses(folder: string): Promise<ProcessFile> {
  const file = join(folder, FILE);
  try {
    if (!(await stat(file)).isFile()) throw new Error("it is not a regular file");
    const found = ProcessFile.parse(JSON.parse(await readFile(file, "utf8")));
    return (await isCopy(found, folder)) ? NOTHING : found;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return NOTHING;
    throw new UserError("cluster-start-failed", {
      what: `${file} cannot be read, so it is unknown which processes were started here; none was started or stopped`,
      cause: error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error),
      fix: "stop the processes of this cluster that still run, delete that file, then run `pulumi up` again",
    });
  }
}

/** Beside a folder that was copied, the one that it was copied from has the processes; one that was moved has them still. */
async function isCopy({ folder: written }: ProcessFile, folder: string): Promise<boolean> {
  if (written === undefined) return false;
  const [there, here] = await Promise.all([written, folder].map((path) => realpath(path).catch(() => undefined)));
  return there !== undefined && there !== here && (await readFile(join(there, FILE)).then(Boolean, () => false));
}

export async function writeProcesses(folder: string, file: ProcessFile): Promise<void> {
  await makePrivate(folder);
  const whole: ProcessFile = { ...file, folder: await realpath(folder) };
  await writePrivate(join(folder, `${FILE}.new`), JSON.stringify(whole, undefined, 2));
  await rename(join(folder, `${FILE}.new`), join(folder, FILE));
}

/** Starts a program that lives on when Pulumi ends, with this environment and no more; its output goes to a file. */
export async function startProcess(
  role: string,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  logFile: string,
): Promise<Started> {
  const log = await open(logFile, "a", 0o600);
  try {
    // Not execa: it follows a child to its end, and this one outlives us.
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      env,
    });
    await once(child, "spawn");
    child.unref();
    return await startedProcess(role, child.pid ?? 0);
  } finally {
    await log.close();
  }
}

/** How a process can be found again later. */
export async function startedProcess(role: string, pid: number): Promise<Started> {
  return { role, pid, startTime: (await startTimeOf(pid)) ?? "" };
}

export async function isProcessAlive({ pid, startTime }: Started): Promise<boolean> {
  return (await startTimeOf(pid)) === startTime && startTime !== "";
}

/** Asks a process to end and makes it after ten seconds; one that is not ours any more is left alone. */
export async function stopProcess(started: Started): Promise<void> {
  for (let waited = 0; await isProcessAlive(started); waited += 100) {
    if (waited === 0) signal(started.pid, "SIGTERM");
    if (waited === 10_000) signal(started.pid, "SIGKILL");
    if (waited > 20_000) throw new Error(`process ${started.pid} (${started.role}) does not end`);
    await sleep(100);
  }
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Undefined when there is no such process; a zombie counts as ended. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  return process.platform === "linux" ? linuxStartTime(pid) : posixStartTime(pid);
}

/** Where there is no /proc. */
export async function posixStartTime(pid: number): Promise<string | undefined> {
  // Loaded when it is needed: execa is a pure ES module, which compiled TypeScript cannot require.
  const { execa } = await import("execa");
  const { stdout, exitCode } = await execa("ps", ["-o", "lstart=", "-p", String(pid)], {
    env: passedOn(process.env, []),
    extendEnv: false,
    reject: false,
  });
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** Field 22 of /proc/<pid>/stat, counted after the program's name, which may hold spaces (proc(5)). */
async function linuxStartTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return undefined;
    throw error;
  }
}
