/**
 * The Flink distribution in the cache: its Python package holds all of it but the SQL Gateway and the S3 file system,
 * which Maven brings.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cache, textOf, versions, withLock } from "./cache.mjs";
import { fetchJar, isFetched, jarOf } from "./maven.mjs";
import { run, SetupError, step } from "./say.mjs";
import { checkTools } from "./tools.mjs";
import { makeVenv, pinsOf, pip } from "./venv.mjs";

/** What is pinned for a version of Flink; the one in use where none is named. */
export function pinned(flink = versions.flink) {
  const pins = versions.flinks[flink];
  if (pins) return { flink, ...pins };
  const known = Object.keys(versions.flinks).join(", ");
  throw new SetupError(`the set-up does not know Flink ${flink}, only ${known} (scripts/versions.json)`);
}

const folderOf = (flink) => join(cache, `flink-${flink}`);

/** The jars that Flink's Python package lacks, and where in a distribution each belongs; the S3 one is not pinned for all. */
function jarsOf(flink) {
  const { sqlGatewaySha256, s3FileSystemSha256 } = pinned(flink);
  const jar = (artifact, sha256) => jarOf({ artifact: `org.apache.flink:${artifact}`, version: flink, sha256 });
  const gateway = { jar: jar("flink-sql-gateway", sqlGatewaySha256), in: ["opt"] };
  if (!s3FileSystemSha256) return [gateway];
  return [gateway, { jar: jar("flink-s3-fs-hadoop", s3FileSystemSha256), in: ["plugins", "s3-fs-hadoop"] }];
}

const placeOf = (home, { jar, in: folders }) => join(home, ...folders, jar.name);

const jarsIn = (path) => (existsSync(path) ? readdirSync(path) : []);

/** The Flink of FLINK_HOME, checked for the two things that the project needs of it. */
export function ownFlink() {
  const home = process.env.FLINK_HOME;
  if (!home) return undefined;
  if (!existsSync(join(home, "bin", "jobmanager.sh"))) {
    const out = "Set it to the folder of a Flink distribution, or unset it, and the set-up installs one.";
    throw new SetupError(`FLINK_HOME=${home} has no bin/jobmanager.sh.\n${out}`);
  }
  const found = ["opt", "lib"].flatMap((name) => jarsIn(join(home, name)));
  if (!found.some((name) => /^flink-sql-gateway-\d.*\.jar$/.test(name))) {
    const out = "Put the jar of its version there, or unset FLINK_HOME, and the set-up installs a Flink that has it.";
    throw new SetupError(`FLINK_HOME=${home} has no flink-sql-gateway-<version>.jar in opt/ or lib/.\n${out}`);
  }
  return home;
}

const installedFlink = (flink) => {
  const home = textOf(join(folderOf(flink), ".complete"));
  return home && existsSync(join(home, "bin", "jobmanager.sh")) ? home : undefined;
};

/** The path of a cached Flink with all its jars, or undefined while a part of it is missing. */
export function cachedFlink(flink = versions.flink) {
  const home = installedFlink(flink);
  return home && jarsOf(flink).every((wanted) => existsSync(placeOf(home, wanted))) ? home : undefined;
}

/** True when a jar must be fetched, for which Maven is needed. */
export const jarsAreMissing = (flink = versions.flink) => jarsOf(flink).some(({ jar }) => !isFetched(jar));

/**
 * Installs the two packages that Flink's files come in, without what PyFlink would need to run (see pyflink.mjs).
 * The platform is a fixed one because only the scripts and settings of that package are used, on any machine.
 */
async function installPackages(python, { flink, python: [newest] }) {
  const ask = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const site = (await run(python, ["-c", ask])).stdout.trim();
  const anyMachine = ["--only-binary=:all:", "--platform=manylinux2014_x86_64", `--python-version=${newest}`];
  await pip(python, pinsOf(`apache-flink-${flink}`), ["--no-deps", ...anyMachine, `--target=${site}`]);
  await pip(python, pinsOf(`apache-flink-libraries-${flink}`), ["--no-deps"]);
  const home = join(site, "pyflink");
  const programs = readdirSync(join(home, "bin")).filter((name) => name === "flink" || name.endsWith(".sh"));
  for (const name of programs) chmodSync(join(home, "bin", name), 0o755);
  return home;
}

/** Brings what is missing of a Flink into the cache and answers with its path; the caller holds the lock. */
export async function installFlink(python, flink = versions.flink) {
  const jars = jarsOf(flink);
  for (const { jar } of jars) if (!isFetched(jar)) await step(`Fetching ${jar.name}`, () => fetchJar(jar));
  const fill = (own) => installPackages(own, pinned(flink));
  if (!installedFlink(flink))
    await step(`Installing Flink ${flink} (about 350 MB)`, () => makeVenv(folderOf(flink), python, fill));
  const home = installedFlink(flink);
  for (const wanted of jars) {
    mkdirSync(join(home, ...wanted.in), { recursive: true });
    await run("cp", [wanted.jar.path, placeOf(home, wanted)]);
  }
  return cachedFlink(flink);
}

/** The path of exactly this Flink, brought into the cache when it is missing; FLINK_HOME has no say. */
export async function ensureFlink(flink = versions.flink) {
  const found = cachedFlink(flink);
  if (found) return found;
  const python = await checkTools({ python: true, java: true, maven: jarsAreMissing(flink) });
  const lock = join(cache, "setup.lock");
  return withLock(lock, async () => cachedFlink(flink) ?? (await installFlink(python, flink)));
}
