/** Starts a session cluster with Flink's yarn-session.sh, and ends what a start in vain has left. */

import { randomBytes } from "node:crypto";
import { access, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { reasonOf, UserError } from "../core/errors.js";
import { type Application, isAlive } from "../core/yarn-application.js";
import { causes, rootCause } from "../flink/java-trace.js";
import { waitFor } from "../flink/wait.js";
import { checkFlinkHome, configurationText } from "./flink-home.js";
import { endApplication } from "./yarn-end.js";
import type { ResourceManagers } from "./yarn-rest.js";

/** What a session is started with. */
export interface YarnSpec {
  /** Folder of the stack. */
  readonly folder: string;
  readonly flinkHome: string;
  readonly store: string;
  /** Options of the session, with its name, queue and tags; they win over the distribution's own configuration. */
  readonly options: Readonly<Record<string, string>>;
  readonly startSeconds: number;
}

const SCRIPT = "yarn-session.sh";

/** Throws cluster-start-failed where a command line is missing that a start needs. */
export async function checkYarnStart(spec: Pick<YarnSpec, "flinkHome" | "store">): Promise<void> {
  await checkFlinkHome(spec.flinkHome, spec.store, SCRIPT);
  await hadoopEnvironment();
}

/** Hadoop's classes and the place of its configuration, as Flink's own scripts look for them. */
async function hadoopEnvironment(): Promise<Record<string, string>> {
  const { HADOOP_CONF_DIR, YARN_CONF_DIR, HADOOP_CLASSPATH } = process.env;
  const conf = HADOOP_CONF_DIR ?? YARN_CONF_DIR ?? "/etc/hadoop/conf";
  const configured = await access(join(conf, "yarn-site.xml")).then(
    () => true,
    () => false,
  );
  // Without it Flink would ask 0.0.0.0 for YARN, and not stop asking.
  if (!configured)
    throw missing(
      `there is no ${join(conf, "yarn-site.xml")}`,
      "set HADOOP_CONF_DIR to the folder of YARN's configuration",
    );
  const classpath = HADOOP_CLASSPATH || (await hadoopClasspath());
  if (!classpath)
    throw missing(
      "HADOOP_CLASSPATH is not set, and there is no `hadoop` on the PATH to ask",
      "install Hadoop's client, or set HADOOP_CLASSPATH to what `hadoop classpath` prints where it is installed",
    );
  return { HADOOP_CONF_DIR: conf, HADOOP_CLASSPATH: classpath };
}

async function hadoopClasspath(): Promise<string | undefined> {
  const { execa } = await import("execa");
  const { stdout, failed } = await execa("hadoop", ["classpath"], { reject: false, timeout: 30_000 });
  return failed ? undefined : stdout.trim();
}

function missing(cause: string, fix: string): UserError {
  const what = "a session cluster on YARN cannot be started from this machine; nothing was started or stopped";
  return new UserError("cluster-start-failed", { what, cause, fix });
}

/** Starts a session and gives its application, which YARN may not run yet. Leaves none behind where it fails. */
export async function startOnYarn(
  spec: YarnSpec,
  yarn: ResourceManagers,
  progress: (text: string) => void,
  environment: Readonly<Record<string, string>>,
): Promise<Application> {
  // Tells the application of this very start from any other, should it have to be ended.
  const start = `flink-sql-start-${randomBytes(4).toString("hex")}`;
  const folder = join(resolve(spec.folder), "yarn");
  await writeConfiguration(spec, folder, start);
  progress("starting a session cluster on YARN");
  const { execa } = await import("execa");
  const client = execa(join(spec.flinkHome, "bin", SCRIPT), ["-d"], {
    env: {
      ...environment,
      ...(await hadoopEnvironment()),
      FLINK_CONF_DIR: join(folder, "conf"),
      FLINK_LOG_DIR: folder,
    },
    stdin: "ignore",
    all: true,
    reject: false,
    forceKillAfterDelay: 2000,
    // The script is a shell with a Java process below it: both have to go where the time is over.
    detached: true,
  });
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
  const fix =
    "see in YARN's web page why it does not run (often its queue has no memory left), or raise `startSeconds`";
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
  const why = /\[.*?\]\s*(.*?)(?: Details|$)/u.exec(diagnostics.split("\n")[0] ?? "")?.[1] ?? "";
  return `${id} is ${state}${why ? ` (${why})` : ""}`;
}

async function endStarted(yarn: ResourceManagers, start: string, progress: (text: string) => void): Promise<void> {
  const left = await startedBy(yarn, start).catch(() => undefined);
  if (left && isAlive(left)) await endApplication(left, yarn, 0, progress);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function startFailed(output: string): UserError {
  const trace = output.slice(Math.max(0, output.search(/^(?:[\w.$]+(?:Exception|Error)\b|Error: )/mu)));
  const [words, root] = [causes(trace)[0], rootCause(trace)];
  const cause = words && root && !words.includes(root) ? `${words}\n${root}` : words || root;
  return new UserError("cluster-start-failed", {
    what: `Flink's ${SCRIPT} failed; it left no session cluster behind, and what ran before runs on`,
    cause: (cause || "its output says nothing").slice(0, 1000),
    fix: /Kerberos|GSS|Client cannot authenticate/iu.test(trace)
      ? "get a ticket with `kinit`, then run `pulumi up` again"
      : "correct what it says; its log lies in `.local/<stack>/yarn`",
  });
}

/** Hadoop's configuration leads to one YARN, `yarn.resourceManagers` to another. */
function elsewhere(output: string, yarn: ResourceManagers): UserError {
  const id = /application_\d+_\d+/u.exec(output)?.[0] ?? "an application";
  return new UserError("cluster-start-failed", {
    what: `${SCRIPT} started ${id}, but the ResourceManager at ${yarn.addresses.join(", ")} does not have it running`,
    fix: `let \`yarn.resourceManagers\` and Hadoop's configuration name the same YARN, and end what was started: \`yarn application -kill ${id}\``,
  });
}

/** The distribution's own configuration, with our options in place of its own. */
async function writeConfiguration(spec: YarnSpec, folder: string, start: string): Promise<void> {
  const conf = join(folder, "conf");
  await mkdir(conf, { recursive: true, mode: 0o700 });
  const source = process.env.FLINK_CONF_DIR ?? join(spec.flinkHome, "conf");
  const files = (await readdir(source, { withFileTypes: true })).filter((entry) => !entry.isDirectory());
  const options: Record<string, string> = {
    // Not in /tmp, where every later `flink run` of this user would find it.
    "yarn.properties-file.location": folder,
    ...spec.options,
    "yarn.tags": `${spec.options["yarn.tags"]},${start}`,
  };
  // Before Flink 2 the file has another name.
  const file = files.some(({ name }) => name === "flink-conf.yaml") ? "flink-conf.yaml" : "config.yaml";
  const others = files.filter(({ name }) => name !== file);
  await Promise.all(others.map(({ name }) => copyFile(join(source, name), join(conf, name))));
  const text = await readFile(join(source, file), "utf8").catch((error: unknown) => {
    throw missing(reasonOf(error), "set FLINK_HOME, or FLINK_CONF_DIR, to a Flink with its configuration");
  });
  const kept = text.split("\n").filter((line) => !Object.hasOwn(options, line.split(":")[0] ?? ""));
  // Options may hold credentials: for the user's eyes only.
  // The old kind of file knows no quotes.
  const lines = Object.entries(options).map(([option, value]) => `${option}: ${value}\n`);
  const own = file === "config.yaml" ? configurationText(options) : lines.join("");
  await writeFile(join(conf, file), `${kept.join("\n")}\n${own}`, { mode: 0o600 });
}
