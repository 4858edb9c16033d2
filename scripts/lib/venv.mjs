/** Small Python environments in the cache; they cannot be renamed, so a marker file says that one is complete. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, project, textOf, versions, withLock, writeWhole } from "./cache.mjs";
import { run, step } from "./say.mjs";
import { checkTools } from "./tools.mjs";

/** Makes an environment again; `fill` gets its Python and answers with the text for the marker. */
export async function makeVenv(folder, python, fill) {
  rmSync(folder, { recursive: true, force: true });
  await run(python, ["-m", "venv", folder]);
  const text = await fill(join(folder, "bin", "python"));
  writeWhole(join(folder, ".complete"), text);
}

/** The pins of a set of packages, each with the digests of all its files. */
export const pinsOf = (name) => join(project, "scripts", "requirements", `${name}.txt`);

/** Installs what a file of pins names; a package whose digest is not among the pinned ones is refused, and so is one without any. */
export function pip(python, file, args = [], options = {}) {
  const command = ["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", ...args, "-r", file];
  return run(python, command, options);
}

/**
 * The `bin` folder of an environment, made when it is missing or when its marker is not the wanted `text`. `findPython`
 * is asked before anything is made; `install` gets the environment's own Python.
 */
export async function ensureVenv({ folder, text, title, findPython, install }) {
  const bin = join(folder, "bin");
  const missing = () => textOf(join(folder, ".complete")) !== text || !existsSync(join(bin, "python"));
  if (!missing()) return bin;
  const python = await findPython();
  await withLock(join(cache, "setup.lock"), async () => {
    if (!missing()) return;
    const fill = (own) => install(own).then(() => text);
    await step(title, () => makeVenv(folder, python, fill));
  });
  return bin;
}

const anyPython = () => checkTools({ python: true });

/** The folder with the programs ruff, pytest and moto_server (an S3 server for tests), installed when missing. */
export function ensurePythonTools() {
  const folder = join(cache, `python-tools-${versions.ruff}-${versions.pytest}-${versions.moto}`);
  const wanted = [`ruff==${versions.ruff}`, `pytest==${versions.pytest}`, `moto[server,s3]==${versions.moto}`];
  const install = (own) => pip(own, pinsOf("tools"));
  const title = "Installing ruff, pytest and moto";
  return ensureVenv({ folder, text: wanted.join("\n"), title, findPython: anyPython, install });
}

/**
 * The folder with a Python that has flink-sql-runner, the tool whose stores are taken over, for the test of that; its
 * own pins are too old for today's Pythons, so it gets current versions of what it needs, and a whole PyFlink.
 */
export function ensureOldTool() {
  const [tool, ...others] = Object.entries(versions.oldTool).map(([name, version]) => `${name}==${version}`);
  const wanted = [`apache-flink==${versions.flink}`, ...others];
  const folder = join(cache, `old-tool-${versions.oldTool["flink-sql-runner"]}-${versions.flink}`);
  const install = async (own) => {
    await pip(own, pinsOf("old-tool"));
    await pip(own, pinsOf("old-tool-itself"), ["--no-deps"]);
  };
  const title = "Installing flink-sql-runner and PyFlink (about 1 GB)";
  return ensureVenv({ folder, text: [tool, ...wanted].join("\n"), title, findPython: anyPython, install });
}
