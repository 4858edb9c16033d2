/** Starts a session cluster with Flink's yarn-session.sh, and ends what a start in vain has left. */

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Application, isApplicationAlive, passedOn, UserError } from "../../decide/index.js";
import { causes, rootCause, shortLived, waitFor } from "../../flink/index.js";
import { beginning } from "../../secrecy/index.js";
import { workspace } from "../../workspace/index.js";
import { writePrivate } from "../local/private.js";
import { isProcessAlive as isRunning, Started, startedProcess } from "../local/processes.js";
import { endApplication } from "./yarn-end.js";
import type { ResourceManagers } from "./yarn-rest.js";
import { hadoopEnvironment, SCRIPT, writeConfiguration, type YarnSpec } from "./yarn-setting.js";
import { APPLICATION_ID, NO_TICKET, SCRIPT_ERROR, WHY_IT_WAITS } from "./yarn-words.js";

/** File that names the script's process. */
const CLIENT = "client.json";

/** Starts a session and gives its application, which YARN may not run yet. Leaves none behind where it fails. */
export async function startOnYarn(
  spec: YarnSpec,
  yarn: ResourceManagers,
  progress: (text: string) => void,
): Promise<Application> {
  // Tells the application of this very start from any other, should it have to be ended.
  const start = `flink-sql-start-${randomBytes(4).toString("hex")}`;
  const folder = folderOf(spec.folder);
  await writeConfiguration(spec, folder, start);
  progress("starting a session cluster on YARN");
  const { execa } = await import("execa");
  const client = execa(join(spec.flinkHome, "bin", SCRIPT), ["-d"], {
    env: {
      ...passedOn(process.env, spec.environment),
      ...(await hadoopEnvironment()),
      ...shortLived(),
      FLINK_CONF_DIR: join(folder, "conf"),
      FLINK_LOG_DIR: folder,
    },
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    forceKillAfterDelay: 2000,
    // The script is a shell with a Java process below it: both have to go where the time is over.
    detached: true,
  });
  if (client.pid) await writePrivate(join(folder, CLIENT), JSON.stringify(await startedProcess(SCRIPT, client.pid)));
  const ended = client.then(({ all, failed }) => ({ output: all, failed }));
  try {
    return await awaitApplication(spec, yarn, start, ended, progress);
  } catch (error) {
    if (client.pid) killGroup(client.pid);
    await ended;
    await endStarted(yarn, start, progress);
    throw error;
  }
}

const folderOf = (stackFolder: string) => join(workspace.path(stackFolder), "yarn");

/** A deployment that was killed may have left the script behind, which would start a session beside the next one. */
export async function endLeftStart(stackFolder: string): Promise<void> {
  const text = await readFile(join(folderOf(stackFolder), CLIENT), "utf8").catch(() => undefined);
  const left = text === undefined ? undefined : Started.parse(JSON.parse(text));
  if (left && (await isRunning(left))) killGroup(left.pid);
}

type Ended = Promise<{ readonly output: string; readonly failed: boolean }>;

/** Until the client has ended well, which it does once the JobManager runs. */
async function awaitApplication(
  spec: YarnSpec,
  yarn: ResourceManagers,
  start: string,
  client: Ended,
  progress: (text: string) => void,
): Promise<Application> {
  let ended: Awaited<Ended> | undefined;
  void client.then((result) => {
    ended = result;
  });
  const fix = "see in YARN's web UI why it does not run (often its queue has no memory left), or raise `startSeconds`";
  const what = "session cluster on YARN";
  return waitFor({ what, timeoutSeconds: spec.startSeconds, fix, pauseMs: 100, progress }, async () => {
    if (ended?.failed) throw startFailed(ended.output);
    const isDone = ended !== undefined;
    const application = await startedBy(yarn, start);
    if (isDone && application) return { done: application };
    if (isDone) throw elsewhere(ended?.output ?? "", yarn);
    return { pending: application ? pendingWords(application) : "its files are being copied to YARN" };
  });
}

async function startedBy(yarn: ResourceManagers, start: string): Promise<Application | undefined> {
  return (await yarn.flinkApplications()).find(({ tags }) => tags.includes(start));
}

export function pendingWords({ id, state, diagnostics }: Application): string {
  const why = WHY_IT_WAITS.exec(diagnostics.split("\n")[0] ?? "")?.[1] ?? "";
  return `${id} is ${state}${why ? ` (${why})` : ""}`;
}

async function endStarted(yarn: ResourceManagers, start: string, progress: (text: string) => void): Promise<void> {
  const left = await startedBy(yarn, start).catch(() => undefined);
  if (left && isApplicationAlive(left)) await endApplication(left, yarn, 0, progress);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function startFailed(output: string): UserError {
  const trace = output.slice(Math.max(0, output.search(SCRIPT_ERROR)));
  const [words, root] = [causes(trace)[0], rootCause(trace)];
  const cause = words && root && !words.includes(root) ? `${words}\n${root}` : words || root;
  return new UserError("cluster-start-failed", {
    what: `Flink's ${SCRIPT} failed; it left no session cluster behind, and what ran before still runs`,
    cause: beginning(cause || "it printed no reason", 1000),
    fix: NO_TICKET.test(trace)
      ? "get a ticket with `kinit`, then run `pulumi up` again"
      : "fix what it reports; its log is in `.local/<stack>/yarn`",
  });
}

/** Hadoop's configuration leads to one YARN, `yarn.resourceManagers` to another. */
function elsewhere(output: string, yarn: ResourceManagers): UserError {
  const id = APPLICATION_ID.exec(output)?.[0] ?? "an application";
  return new UserError("cluster-start-failed", {
    what: `${SCRIPT} started ${id}, but the ResourceManager at ${yarn.addresses.join(", ")} does not list it as running`,
    fix: `make \`yarn.resourceManagers\` and Hadoop's configuration point to the same YARN, and stop what was started: \`yarn application -kill ${id}\``,
  });
}
