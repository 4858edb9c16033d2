/** Single jars from Maven, in the cache under their version and digest. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, versions, withLock } from "./cache.mjs";
import { run, SetupError } from "./say.mjs";
import { checkTools } from "./tools.mjs";

/** Where a jar is, or will be: `{ artifact, version, sha256 }` is all that is known of it beforehand. */
export function jarOf({ artifact, version, sha256 }) {
  const id = artifact.slice(artifact.indexOf(":") + 1);
  const name = `${id}-${version}.jar`;
  const folder = join(cache, `${id.replace(/^flink-/, "")}-${version}-${sha256.slice(0, 8)}`);
  return { artifact, version, sha256, name, folder, path: join(folder, name) };
}

export const isFetched = (jar) => existsSync(jar.path);

/** Fetches a jar; one whose digest is not the pinned one is deleted. */
export async function fetchJar(jar) {
  const half = `${jar.folder}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  // In its own folder, so that no pom.xml around has a say.
  const args = ["dependency:copy", `-Dartifact=${jar.artifact}:${jar.version}`, `-DoutputDirectory=${half}`];
  await run("mvn", ["-B", "-q", ...args], { cwd: half });
  const digest = digestOf(join(half, jar.name));
  if (digest !== jar.sha256) {
    rmSync(half, { recursive: true });
    throw new SetupError(
      `${jar.name} is not the pinned file and was deleted.\n  SHA-256 ${digest}\n  wanted  ${jar.sha256}`,
    );
  }
  rmSync(jar.folder, { recursive: true, force: true });
  renameSync(half, jar.folder);
}

async function ensureJar(pinned) {
  const jar = jarOf(pinned);
  if (isFetched(jar)) return jar.path;
  await checkTools({ java: true, maven: true });
  await withLock(join(cache, "setup.lock"), async () => isFetched(jar) || fetchJar(jar));
  return jar.path;
}

/** The jar of a Java compiler, for tests: a machine without a JDK has none. */
export const ensureCompiler = () => ensureJar(versions.ecj);

/** Flink's connector for Kafka, for tests. */
export const ensureKafkaConnector = () => ensureJar(versions.kafkaConnector);
