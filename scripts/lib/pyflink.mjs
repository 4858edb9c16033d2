/** Python environments in the cache that can run PyFlink, one for each version of Flink, installed on demand. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, project, versions } from "./cache.mjs";
import { pinned } from "./flink.mjs";
import { main, run, SetupError } from "./say.mjs";
import { ensureVenv, pip } from "./venv.mjs";

const pinsOf = (flink) => join(project, "scripts", "pyflink", `${flink}.txt`);

/** The digests beside the versions are no part of it: an environment that is there already has the same packages. */
function folderOf(flink) {
  const versions = readFileSync(pinsOf(flink), "utf8").replaceAll(/ \\\n +--hash=\S+/g, "");
  const digest = createHash("sha256").update(versions).digest("hex");
  return join(cache, `pyflink-${flink}-${digest.slice(0, 8)}`);
}

/** `3.11` of a Python that has venv, or undefined. */
async function minorOf(command) {
  const ask = 'import sys, ensurepip, venv; print("python %d.%d" % sys.version_info[:2])';
  const { stdout } = await run(command, ["-c", ask]).catch(() => ({ stdout: "" }));
  return /^python (\d+\.\d+)$/m.exec(stdout)?.[1];
}

/** A Python that this Flink's packages are built for: PYTHON, python3, or one of a version in its name. */
async function findPython({ flink, python: wanted }) {
  const { PYTHON } = process.env;
  const commands = PYTHON ? [PYTHON] : ["python3", ...wanted.map((minor) => `python${minor}`)];
  const seen = [];
  for (const command of commands) {
    const minor = await minorOf(command);
    if (minor && wanted.includes(minor)) return command;
    seen.push(`  ${command}: ${minor ?? "there is none, or it has no venv module"}`);
  }
  const list = wanted.toReversed().join(" or ");
  const out = `Install one of them (Debian: apt-get install python3 python3-venv), or set PYTHON to its path.`;
  throw new SetupError(`PyFlink ${flink} needs Python ${list}:\n${seen.join("\n")}\n${out}`);
}

/** Installs the pins and nothing else: what they depend on is among them, and Flink's own files are not needed twice. */
async function installPins(python, flink, folder) {
  // pip builds a few of them; its temporary files stay in the folder that a failure deletes.
  const scratch = join(folder, "tmp");
  mkdirSync(scratch);
  await pip(python, pinsOf(flink), ["--no-deps"], { env: { ...process.env, TMPDIR: scratch } });
  rmSync(scratch, { recursive: true });
  await run(python, ["-c", "import pyflink.version, apache_beam, pemja, pandas, pyarrow"]);
}

/** The Python program that can `import pyflink` of this version; it finds the Flink itself by FLINK_HOME. */
export async function ensurePyFlink(flink = versions.flink) {
  const pins = pinned(flink);
  const folder = folderOf(flink);
  const install = (own) => installPins(own, flink, folder);
  const title = `Installing PyFlink ${flink} (about 500 MB)`;
  const bin = await ensureVenv({ folder, text: flink, title, findPython: () => findPython(pins), install });
  return join(bin, "python");
}

await main(import.meta.url, async ([flink]) => {
  process.stdout.write(`${await ensurePyFlink(flink)}\n`);
});
