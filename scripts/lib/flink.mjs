/** The Flink distribution in the cache: its Python package holds all of it but the SQL Gateway, which Maven brings. */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, textOf, versions } from "./cache.mjs";
import { run, SetupError, step } from "./say.mjs";
import { makeVenv, pip } from "./venv.mjs";

const { flink, sqlGatewaySha256 } = versions;
const folder = join(cache, `flink-${flink}`);
const jarName = `flink-sql-gateway-${flink}.jar`;
const jar = join(cache, `sql-gateway-${flink}-${sqlGatewaySha256.slice(0, 8)}`, jarName);

const jarsIn = (path) => (existsSync(path) ? readdirSync(path) : []);

/** The Flink of FLINK_HOME, checked for the two things that the project needs of it. */
export function ownFlink() {
  const home = process.env.FLINK_HOME;
  if (!home) return undefined;
  if (!existsSync(join(home, "bin", "jobmanager.sh"))) {
    const out = "Set it to the folder of a Flink distribution, or unset it and the set-up brings one.";
    throw new SetupError(`FLINK_HOME=${home} has no bin/jobmanager.sh.\n${out}`);
  }
  const jars = ["opt", "lib"].flatMap((name) => jarsIn(join(home, name)));
  if (!jars.some((name) => /^flink-sql-gateway-\d.*\.jar$/.test(name))) {
    const out = "Put the jar of its version there, or unset FLINK_HOME and the set-up brings a Flink that has it.";
    throw new SetupError(`FLINK_HOME=${home} has no flink-sql-gateway-<version>.jar in opt/ or lib/.\n${out}`);
  }
  return home;
}

/** The path of the cached Flink, or undefined while it is missing. */
export function cachedFlink() {
  const home = textOf(join(folder, ".complete"));
  return home && existsSync(join(home, "opt", jarName)) ? home : undefined;
}

export const gatewayIsMissing = () => !existsSync(jar);

/** Fetches the SQL Gateway jar; one whose digest is not the pinned one is deleted. */
async function fetchGateway() {
  const half = `${jar}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  const artifact = `org.apache.flink:flink-sql-gateway:${flink}`;
  // In its own folder, so that no pom.xml around has a say.
  const args = ["dependency:copy", `-Dartifact=${artifact}`, `-DoutputDirectory=${half}`];
  await run("mvn", ["-B", "-q", ...args], { cwd: half });
  const digest = digestOf(join(half, jarName));
  if (digest !== sqlGatewaySha256) {
    rmSync(half, { recursive: true });
    const digests = `  SHA-256 ${digest}\n  wanted  ${sqlGatewaySha256}`;
    throw new SetupError(`${jarName} is not the pinned file and was deleted.\n${digests}`);
  }
  renameSync(join(half, jarName), jar);
  rmSync(half, { recursive: true });
}

/**
 * Installs the two packages that Flink's files come in, without what PyFlink would need to run Python functions.
 * The platform is a fixed one because only the scripts and settings of that package are used, on any machine.
 */
async function installPackages(python) {
  const ask = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const site = (await run(python, ["-c", ask])).stdout.trim();
  const anyMachine = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.12"];
  await pip(python, ["--no-deps", ...anyMachine, `--target=${site}`, `apache-flink==${flink}`]);
  await pip(python, ["--no-deps", `apache-flink-libraries==${flink}`]);
  const home = join(site, "pyflink");
  const programs = readdirSync(join(home, "bin")).filter((name) => name === "flink" || name.endsWith(".sh"));
  for (const name of programs) chmodSync(join(home, "bin", name), 0o755);
  await run("cp", [jar, join(home, "opt", jarName)]);
  return home;
}

/** Brings Flink into the cache and answers with its path; the caller holds the lock. */
export async function installFlink(python) {
  if (gatewayIsMissing()) await step(`Fetching Flink's SQL Gateway ${flink}`, fetchGateway);
  await step(`Installing Flink ${flink} (about 350 MB)`, () => makeVenv(folder, python, installPackages));
  return cachedFlink();
}
