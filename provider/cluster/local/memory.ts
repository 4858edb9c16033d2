/** Has Flink work out the memory of its processes from a configuration, as its start scripts do, without starting any. */

import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passedOn, UserError } from "../../decide/index.js";
import { causes } from "../../flink/index.js";
import { beginning } from "../../secrecy/index.js";

/** The part of Flink's scripts that turns options into memory sizes; it takes a second. */
const SCRIPT = '. "$0" && parseResourceParamsAndExportLogs "$1"';

export interface MemoryCheck {
  readonly flinkHome: string;
  /** The text of a configuration file. */
  readonly configuration: string;
  readonly startSeconds: number;
}

/** Throws config-invalid with Flink's own words, before anything that runs with another configuration is stopped. */
export async function checkMemory(spec: MemoryCheck): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "flink-conf-"));
  try {
    const source = join(spec.flinkHome, "conf");
    const logging = (await readdir(source)).filter((name) => name.startsWith("log4j"));
    await Promise.all(logging.map((name) => copyFile(join(source, name), join(folder, name))));
    await writeFile(join(folder, "config.yaml"), spec.configuration, { mode: 0o600 });
    await Promise.all([ask(spec, folder, "GET_JM_RESOURCE_PARAMS"), ask(spec, folder, "GET_TM_RESOURCE_PARAMS")]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask({ flinkHome, startSeconds }: MemoryCheck, conf: string, command: string): Promise<void> {
  const { execa } = await import("execa");
  const script = join(flinkHome, "bin", "config.sh");
  const result = await execa("bash", ["-c", SCRIPT, script, command], {
    env: { ...passedOn(process.env, []), FLINK_CONF_DIR: conf },
    extendEnv: false,
    reject: false,
    timeout: startSeconds * 1000,
    all: true,
  });
  if (result.exitCode === 0) return;
  if (result.timedOut)
    throw new UserError("timed-out", {
      what: `the cluster's memory could not be calculated within ${startSeconds} s; nothing was stopped or started`,
      fix: "run `pulumi up` again when the machine is less busy, or raise the configuration key `startSeconds`",
    });
  const output = String(result.all);
  const trace = output.slice(Math.max(0, output.indexOf("Exception in thread")));
  throw new UserError("config-invalid", {
    what: "Flink cannot run with these settings of the session cluster; nothing was stopped or started",
    cause: beginning(wordsOf(trace), 500),
    fix: "correct `jobManagerMemory`, `taskManagerMemory` or `clusterProperties` in the stack's configuration",
  });
}

/** The outermost message names the option, the innermost what is wrong with its value. */
function wordsOf(trace: string): string {
  const messages = causes(trace.replace(/^Exception in thread "[^"]*" /u, ""));
  const [outer = "Flink gives no reason", inner = outer] = [messages[0], messages.at(-1)];
  return outer.includes(inner) ? outer : `${outer}: ${inner}`;
}
