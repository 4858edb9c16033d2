/**
 * The Flink distribution in the cache: its Python package holds all of it but the SQL Gateway and the S3 file system,
 * which Maven brings.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cache, textOf, versions } from "./cache.mjs";
import { fetchJar, isFetched, jarOf } from "./maven.mjs";
import { run, SetupError, step } from "./say.mjs";
import { makeVenv, pip } from "./venv.mjs";

const { flink, sqlGatewaySha256, s3FileSystemSha256 } = versions;
const folder = join(cache, `flink-${flink}`);

/** The jars that Flink's Python package lacks, and where in a distribution each belongs. */
const jars = [
  {
    jar: jarOf({ artifact: "org.apache.flink:flink-sql-gateway", version: flink, sha256: sqlGatewaySha256 }),
    in: ["opt"],
  },
  {
    jar: jarOf({ artifact: "org.apache.flink:flink-s3-fs-hadoop", version: flink, sha256: s3FileSystemSha256 }),
    in: ["plugins", "s3-fs-hadoop"],
  },
];

const placeOf = (home, { jar, in: folders }) => join(home, ...folders, jar.name);

const jarsIn = (path) => (existsSync(path) ? readdirSync(path) : []);

/** The Flink of FLINK_HOME, checked for the two things that the project needs of it. */
export function ownFlink() {
  const home = process.env.FLINK_HOME;
  if (!home) return undefined;
  if (!existsSync(join(home, "bin", "jobmanager.sh"))) {
    const out = "Set it to the folder of a Flink distribution, or unset it and the set-up brings one.";
    throw new SetupError(`FLINK_HOME=${home} has no bin/jobmanager.sh.\n${out}`);
  }
  const found = ["opt", "lib"].flatMap((name) => jarsIn(join(home, name)));
  if (!found.some((name) => /^flink-sql-gateway-\d.*\.jar$/.test(name))) {
    const out = "Put the jar of its version there, or unset FLINK_HOME and the set-up brings a Flink that has it.";
    throw new SetupError(`FLINK_HOME=${home} has no flink-sql-gateway-<version>.jar in opt/ or lib/.\n${out}`);
  }
  return home;
}

const installedFlink = () => {
  const home = textOf(join(folder, ".complete"));
  return home && existsSync(join(home, "bin", "jobmanager.sh")) ? home : undefined;
};

/** The path of the cached Flink with all its jars, or undefined while a part of it is missing. */
export function cachedFlink() {
  const home = installedFlink();
  return home && jars.every((wanted) => existsSync(placeOf(home, wanted))) ? home : undefined;
}

/** True when a jar must be fetched, for which Maven is needed. */
export const jarsAreMissing = () => jars.some(({ jar }) => !isFetched(jar));

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
  return home;
}

/** Brings what is missing of Flink into the cache and answers with its path; the caller holds the lock. */
export async function installFlink(python) {
  for (const { jar } of jars) if (!isFetched(jar)) await step(`Fetching ${jar.name}`, () => fetchJar(jar));
  if (!installedFlink())
    await step(`Installing Flink ${flink} (about 350 MB)`, () => makeVenv(folder, python, installPackages));
  const home = installedFlink();
  for (const wanted of jars) {
    mkdirSync(join(home, ...wanted.in), { recursive: true });
    await run("cp", [wanted.jar.path, placeOf(home, wanted)]);
  }
  return cachedFlink();
}
