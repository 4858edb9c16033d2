/** Hadoop's YARN for the tests: the jars of its two daemons and of its client, as Maven resolves them, in the cache. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, fillFolder, versions, withLock } from "./cache.mjs";
import { run, SetupError, step } from "./say.mjs";
import { checkTools } from "./tools.mjs";

/** The timeline service is nobody's dependency, and without its classes the ResourceManager does not start. */
const ARTIFACTS = ["server-resourcemanager", "server-nodemanager", "server-timelineservice", "client"];

const dependency = (name, version) =>
  `<dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-yarn-${name}</artifactId><version>${version}</version></dependency>`;

const pomOf = (version) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>none</groupId><artifactId>yarn</artifactId><version>1</version>
  <dependencies>${ARTIFACTS.map((name) => dependency(name, version)).join("")}</dependencies>
</project>
`;

/** SHA-256 over the names and digests of all jars of a folder. */
function digestOfAll(folder) {
  const names = readdirSync(folder).sort();
  return createHash("sha256")
    .update(names.map((name) => `${name} ${digestOf(join(folder, name))}\n`).join(""))
    .digest("hex");
}

async function fetchAll(folder, { version, sha256 }) {
  writeFileSync(join(folder, "pom.xml"), pomOf(version));
  const lib = join(folder, "lib");
  await run("mvn", ["-B", "-q", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`], { cwd: folder });
  const digest = digestOfAll(lib);
  if (digest === sha256) return;
  throw new SetupError(
    `the jars of Hadoop ${version} are not the pinned ones.\n  SHA-256 ${digest}\n  wanted  ${sha256}`,
  );
}

/** The folder of the jars, fetched when it is missing. */
export async function ensureHadoop() {
  const { version, sha256 } = versions.hadoop;
  const folder = join(cache, `hadoop-yarn-${version}-${sha256.slice(0, 8)}`);
  const lib = join(folder, "lib");
  if (existsSync(lib)) return lib;
  await checkTools({ java: true, maven: true });
  await withLock(join(cache, "setup.lock"), async () => {
    if (existsSync(lib)) return;
    const title = `Fetching Hadoop ${version} for YARN (about 80 MB)`;
    await step(title, () => fillFolder(folder, (half) => fetchAll(half, versions.hadoop)));
  });
  return lib;
}
