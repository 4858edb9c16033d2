/** A Flink distribution on this machine: whether it has what is needed, and the parts of its own configuration. */

import { access, copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf, UserError } from "../../decide/index.js";
import { isS3 } from "../../store/index.js";
import { makePrivate } from "./private.js";

/** Throws cluster-start-failed where a cluster cannot be started from it. `script` is one in its bin/. */
export async function checkFlinkHome(home: string, store: string, script: string): Promise<void> {
  try {
    await access(join(home, "bin", script));
  } catch (error) {
    throw new UserError("cluster-start-failed", {
      what: `there is no Flink at ${home || "FLINK_HOME, which is not set"}; nothing was started`,
      cause: reasonOf(error),
      fix: "run `npm run setup`, or set FLINK_HOME (or the configuration key `flinkHome`) to a Flink distribution",
    });
  }
  if (isS3(store) && !(await hasS3Plugin(home)))
    throw new UserError("cluster-start-failed", {
      what: `the Flink at ${home} cannot use ${store}: it has no S3 file system; nothing was started`,
      fix: `put flink-s3-fs-hadoop-<version>.jar of the same version (Maven: org.apache.flink:flink-s3-fs-hadoop) into ${join(home, "plugins", "s3-fs-hadoop")}`,
    });
}

/** Plugins have folders of their own; users of old put the jar into lib/. */
async function hasS3Plugin(home: string): Promise<boolean> {
  const files = await readdir(join(home, "plugins"), { recursive: true }).catch(() => []);
  const library = await readdir(join(home, "lib")).catch(() => []);
  return [...files, ...library].some((file) => /flink-s3-fs-[^/]*[.]jar$/u.test(file));
}

/** Makes a folder of configuration with the distribution's settings of its logs. */
export async function copyLogging(home: string, conf: string): Promise<void> {
  await makePrivate(conf);
  const source = join(home, "conf");
  const logging = (await readdir(source)).filter((name) => /^(?:log4j|logback)/u.test(name));
  await Promise.all(logging.map((name) => copyFile(join(source, name), join(conf, name))));
}

/** Flink needs the module openings that its own configuration file lists; a line for another such file. */
export async function distributionJavaOptions(home: string): Promise<string> {
  const text = await readFile(join(home, "conf", "config.yaml"), "utf8").catch(() => "");
  const found = /^env:\s*\n\s+java:\s*\n\s+opts:\s*\n\s+all:\s*(.+)$/mu.exec(text);
  return found?.[1] ? `env.java.opts.all: ${found[1]}\n` : "";
}

/** One option a line; JSON strings are YAML strings, whatever is in them. */
export function configurationText(options: Readonly<Record<string, string>>): string {
  return `${Object.entries(options)
    .map(([option, value]) => `${option}: ${JSON.stringify(value)}`)
    .join("\n")}\n`;
}
