/** What Flink planned lately in the runner, so that the same code is not run three times from a preview to its update. */

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Deployment, hasOnlyProjectFiles, secretsKey } from "../decide/index.js";
import type { RunnerSpec } from "../flink/index.js";
import { workspace } from "../workspace/index.js";
import { type SubmissionTarget, submittedParts } from "./submission-parts.js";

/**
 * What code reads besides its tables and files is not seen, so nothing is believed for long; and a start never asks here:
 * there the job is planned again, before anything is stopped.
 */
const BELIEVED_MS = 3_600_000;

const FOLDER = workspace.local("planned");

/** Settings of the environment that lead Python or Java to files which are not looked at here. */
const LEADING_ELSEWHERE = ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "HADOOP_CLASSPATH", "JDK_JAVA_OPTIONS"];

/**
 * A digest of all that decides how Flink plans the job: statements, code, options, the content of the files that it takes
 * along, Flink, and the packages of Python. Undefined where some of it cannot be known.
 */
export async function planKey(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: SubmissionTarget,
): Promise<string | undefined> {
  const own = deployment.manifest.flinkProperties;
  if (!hasOnlyProjectFiles(own) || LEADING_ELSEWHERE.some((name) => process.env[name])) return undefined;
  const programs = await fingerprint(target.runner);
  if (programs === undefined) return undefined;
  const parts = submittedParts(deployment, {}, target);
  const { code } = deployment.manifest;
  const digest = createHash("sha256").update(
    JSON.stringify([parts, code, Object.entries(deployment.files ?? {}).sort(), target.runner, programs]),
  );
  const plain = digest.digest("hex");
  // A secret must not be guessed from the name of a file.
  return Object.keys(secrets).length === 0 ? plain : secretsKey(secrets, plain);
}

/** Slots of a plan that was remembered under this key within the last hour. */
export async function slotsPlanned(key: string): Promise<number | undefined> {
  const file = join(FOLDER, key);
  try {
    const slots = Number(await readFile(file, "utf8"));
    return slots > 0 && Date.now() - (await stat(file)).mtimeMs < BELIEVED_MS ? slots : undefined;
  } catch {
    return undefined;
  }
}

/** Only what went well is remembered: a mistake may be one of the machine's, and is looked at again. */
export async function rememberPlan(key: string, slots: number): Promise<void> {
  await mkdir(FOLDER, { recursive: true, mode: 0o700 });
  for (const name of await readdir(FOLDER))
    if ((await slotsPlanned(name)) === undefined) await rm(join(FOLDER, name), { force: true });
  await writeFile(join(FOLDER, key), String(slots));
}

/** Names, sizes and times of the runner, of Flink's jars and settings, and of the packages of a virtual environment. */
async function fingerprint({ python, flinkHome }: RunnerSpec): Promise<string | undefined> {
  const environment = dirname(dirname(workspace.path(python)));
  try {
    const inUse = await stat(join(environment, "pyvenv.cfg"));
    const versions = (await readdir(join(environment, "lib"))).filter((name) => name.startsWith("python"));
    const packages = versions.map((version) => join(environment, "lib", version, "site-packages"));
    const flink = ["lib", "opt", "plugins"].map((name) => join(flinkHome, name));
    const settings = process.env.FLINK_CONF_DIR ?? join(flinkHome, "conf");
    const seen = await Promise.all([
      realpath(python),
      ...packages.map((folder) => entries(folder, false)),
      ...[...flink, settings, workspace.asset("runner", "flink_runner")].map((folder) => entries(folder, true)),
    ]);
    return [inUse.mtimeMs, ...seen].join("\n");
  } catch {
    return undefined;
  }
}

async function entries(folder: string, recursive: boolean): Promise<string> {
  const names = (await readdir(folder, { recursive })).filter((name) => !name.includes("__pycache__")).sort();
  const lines = names.map(async (name) => {
    const { size, mtimeMs } = await stat(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return [folder, ...(await Promise.all(lines))].join("\n");
}
