/** Checks of what the machine must have: Node, Python, Java and Maven, all that are missing named in one error. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { which } from "./cache.mjs";
import { run, SetupError } from "./say.mjs";

const { JAVA_HOME, PYTHON } = process.env;

const outputOf = async (command, args) => (await run(command, args).catch(() => ({ output: "" }))).output;

/** Python 3.10 or later with venv: the program to use, or what is wrong with it. */
async function findPython() {
  const ask = 'import sys, ensurepip, venv; print("python", *sys.version_info[:2])';
  for (const command of PYTHON ? [PYTHON] : ["python3", "python"]) {
    const found = /^python 3 (\d+)/m.exec(await outputOf(command, ["-c", ask]));
    if (found && Number(found[1]) >= 10) return { command };
  }
  const debian = "Debian: apt-get install python3 python3-venv; or set PYTHON to one";
  return { missing: `Python 3.10 or later with its venv module (${PYTHON ? `PYTHON=${PYTHON} is not` : debian})` };
}

async function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  return major >= 20 ? {} : { missing: `Node.js 20 or later (this is ${process.versions.node})` };
}

/** Java 17 or later, as Flink's own scripts find it: JAVA_HOME first, then PATH. */
async function checkJava() {
  const own = JAVA_HOME && join(JAVA_HOME, "bin", "java");
  const command = own && existsSync(own) ? own : "java";
  const version = /version "(\d+)/.exec(await outputOf(command, ["-version"]))?.[1];
  if (Number(version) >= 17) return {};
  const found = version ? `${command} is ${version}` : "there is none";
  return { missing: `Java 17 or later (${found}; Debian: apt-get install openjdk-17-jre-headless; or set JAVA_HOME)` };
}

async function checkMaven() {
  return which("mvn")
    ? {}
    : { missing: "Maven, for the jars of Flink's SQL Gateway and S3 file system (Debian: apt-get install maven)" };
}

/** Checks all of the wanted tools and answers with the Python program; one error names every tool that is missing. */
export async function checkTools({ python, java, maven }) {
  const checks = [checkNode(), python && findPython(), java && checkJava(), maven && checkMaven()];
  const [, foundPython] = await Promise.all(checks);
  const missing = (await Promise.all(checks)).flatMap((found) => found?.missing ?? []);
  if (missing.length === 0) return foundPython?.command;
  throw new SetupError(
    ["this machine lacks:", ...missing.map((line) => `  - ${line}`), "Then run it again."].join("\n"),
  );
}
