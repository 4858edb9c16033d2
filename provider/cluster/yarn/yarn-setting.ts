/** What yarn-session.sh needs around it: Flink, Hadoop's classes, and the configuration of both. */

import { access, copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { passedOn, reasonOf, UserError } from "../../decide/index.js";
import { checkFlinkHome, configurationText } from "../local/flink-home.js";
import { makePrivate, writePrivate } from "../local/private.js";

/** What a session is started with. */
export interface YarnSpec {
  /** Folder of the stack. */
  readonly folder: string;
  readonly flinkHome: string;
  /** Options of the session, with its name, queue and tags; they win over the distribution's own configuration. */
  readonly options: Readonly<Record<string, string>>;
  /** Names of environment variables that the script gets beside those that it needs. */
  readonly environment: readonly string[];
  readonly startSeconds: number;
}

export const SCRIPT = "yarn-session.sh";

/** Throws cluster-start-failed where a command line is missing that a start needs. */
export async function checkYarnStart(spec: Pick<YarnSpec, "flinkHome">): Promise<void> {
  // Not whether it has a file system for S3: Hadoop has one too, and on EMR that is the one.
  await checkFlinkHome(spec.flinkHome, "", SCRIPT);
  await hadoopEnvironment();
}

/** Hadoop's classes and the place of its configuration, as Flink's own scripts look for them. */
export async function hadoopEnvironment(): Promise<Record<string, string>> {
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
  const { stdout, failed } = await execa("hadoop", ["classpath"], {
    env: passedOn(process.env, []),
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
  return failed ? undefined : stdout.trim();
}

function missing(cause: string, fix: string): UserError {
  const what = "a session cluster on YARN cannot be started from this machine; nothing was started or stopped";
  return new UserError("cluster-start-failed", { what, cause, fix });
}

/** The distribution's own configuration, with our options in place of its own. */
export async function writeConfiguration(spec: YarnSpec, folder: string, start: string): Promise<void> {
  const conf = join(folder, "conf");
  await makePrivate(folder);
  await makePrivate(conf);
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
    throw missing(reasonOf(error), "set FLINK_HOME to a Flink distribution, or FLINK_CONF_DIR to its configuration");
  });
  const kept = text.split("\n").filter((line) => !Object.hasOwn(options, line.split(":")[0] ?? ""));
  // Options may hold credentials: for the user's eyes only.
  // The old kind of file knows no quotes.
  const lines = Object.entries(options).map(([option, value]) => `${option}: ${value}\n`);
  const own = file === "config.yaml" ? configurationText(options) : lines.join("");
  await writePrivate(join(conf, file), `${kept.join("\n")}\n${own}`);
}
