/** Brings all that the project needs (npm packages, Flink, Pulumi), once, into a cache that all clones share. */
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { cache, project, textOf, withLock, writeWhole } from "./lib/cache.mjs";
import { cachedFlink, installFlink, jarsAreMissing, ownFlink } from "./lib/flink.mjs";
import { ensureNpm, npmIsMissing } from "./lib/npm.mjs";
import { findPulumi, installPulumi } from "./lib/pulumi.mjs";
import { ensurePyFlink } from "./lib/pyflink.mjs";
import { main, say } from "./lib/say.mjs";
import { checkTools } from "./lib/tools.mjs";

export { ensureNpm };

/** A PATH without what npm puts in front of it for a script, and with Pulumi first: the same, however often it is made. */
export function pathOf(path, pulumiBin) {
  const above = (folder) => [folder, ...(dirname(folder) === folder ? [] : above(dirname(folder)))];
  const byNpm = above(project).map((folder) => join(folder, "node_modules", ".bin"));
  const isByNpm = (folder) => byNpm.includes(folder) || folder.endsWith("/run-script/lib/node-gyp-bin");
  const folders = [pulumiBin, ...path.split(":").filter((folder) => !isByNpm(folder))].filter(Boolean);
  return [...new Set(folders)].join(":");
}

/** The environment in which `pulumi` and the tests run. */
function environment(flinkHome, pulumiBin) {
  const { PATH, PULUMI_CONFIG_PASSPHRASE, PULUMI_CONFIG_PASSPHRASE_FILE } = process.env;
  const env = { FLINK_HOME: flinkHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  env.PATH = pathOf(PATH ?? "", pulumiBin);
  // A stack on this machine holds no secrets; who sets a passphrase keeps it, and need not see it printed.
  if (!PULUMI_CONFIG_PASSPHRASE_FILE && PULUMI_CONFIG_PASSPHRASE === undefined) env.PULUMI_CONFIG_PASSPHRASE = "";
  return env;
}

/** Logs, configuration, states and history are for the user's eyes only, those from before too. */
function closeFolders() {
  mkdirSync(join(project, ".local"), { recursive: true });
  for (const name of [".local", ".pulumi-state"]) {
    const folder = join(project, name);
    if (existsSync(folder)) chmodSync(folder, 0o700);
  }
}

/** Leaves in the project what a plain `pulumi`, started without these scripts, needs to find. */
function leaveTraces(flinkHome) {
  closeFolders();
  const file = join(project, ".local", "flink-home");
  if (textOf(file) !== `${flinkHome}\n`) writeWhole(file, `${flinkHome}\n`);
  // Pulumi does not make the folder of a file:// backend.
  if (textOf(join(project, "Pulumi.yaml"))?.includes(".pulumi-state")) {
    mkdirSync(join(project, ".pulumi-state"), { recursive: true, mode: 0o700 });
  }
}

const findFlink = () => ownFlink() ?? cachedFlink();

/** Installs what is missing; looked for again under the lock, because another set-up may have brought it. */
async function installMissing() {
  await ensureNpm();
  await withLock(join(cache, "setup.lock"), async () => {
    const needsFlink = !findFlink();
    const python = await checkTools({ python: needsFlink, java: true, maven: needsFlink && jarsAreMissing() });
    if (needsFlink) await installFlink(python);
    if ((await findPulumi()) === undefined) await installPulumi();
  });
}

/** Brings what is missing and answers with the environment to run in: at once when nothing is. */
export async function setup() {
  const since = Date.now();
  const missing = npmIsMissing() || !findFlink() || (await findPulumi()) === undefined;
  if (missing) {
    const needsFlink = !findFlink();
    // Before anything is fetched: all that the machine lacks, in one error.
    await checkTools({ python: needsFlink, java: true, maven: needsFlink && jarsAreMissing() });
    await installMissing();
  }
  const flinkHome = findFlink();
  leaveTraces(flinkHome);
  if (missing) say(`ready in ${Math.round((Date.now() - since) / 1000)} s`);
  const env = environment(flinkHome, await findPulumi());
  return { env: { ...process.env, ...env }, exports: env, missing };
}

/** The Python that can plan and start PyFlink jobs, left where the program looks for it. */
export async function setupPyFlink() {
  const program = await ensurePyFlink();
  const file = join(project, ".local", "pyflink-python");
  if (textOf(file) !== `${program}\n`) writeWhole(file, `${program}\n`);
  return program;
}

await main(import.meta.url, async (args) => {
  const { missing } = await setup();
  if (args.includes("--pyflink")) await setupPyFlink();
  if (!missing) say("ready: nothing is missing");
});
