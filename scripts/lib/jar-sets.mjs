/** Servers for the tests that are programs in Java: their jars with all that those need, as Maven resolves them, in the cache. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, fillFolder, versions, withLock } from "./cache.mjs";
import { run, SetupError, step } from "./say.mjs";
import { checkTools } from "./tools.mjs";

/** Hadoop's timeline service is nobody's dependency, and without its classes the ResourceManager does not start. */
const YARN = ["server-resourcemanager", "server-nodemanager", "server-timelineservice", "client"];

const hadoop = {
  name: "hadoop-yarn",
  title: `Fetching Hadoop ${versions.hadoop.version} for YARN (about 80 MB)`,
  artifacts: YARN.map((part) => `org.apache.hadoop:hadoop-yarn-${part}:${versions.hadoop.version}`),
  ...versions.hadoop,
};

const kafka = {
  name: "kafka",
  title: `Fetching Kafka ${versions.kafka.version} (about 55 MB)`,
  artifacts: [
    `org.apache.kafka:kafka_2.13:${versions.kafka.version}`,
    `org.apache.kafka:kafka-tools:${versions.kafka.version}`,
    // Without it the broker ends without a word.
    `org.apache.logging.log4j:log4j-slf4j-impl:${versions.kafka.log4j}`,
  ],
  ...versions.kafka,
};

function dependency(artifact) {
  const [group, id, version] = artifact.split(":");
  return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
}

const pomOf = ({ name, artifacts }) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>none</groupId><artifactId>${name}</artifactId><version>1</version>
  <dependencies>${artifacts.map(dependency).join("")}</dependencies>
</project>
`;

/** SHA-256 over the names and digests of all jars of a folder. */
function digestOfAll(folder) {
  const names = readdirSync(folder).sort();
  return createHash("sha256")
    .update(names.map((name) => `${name} ${digestOf(join(folder, name))}\n`).join(""))
    .digest("hex");
}

async function fetchAll(folder, set) {
  writeFileSync(join(folder, "pom.xml"), pomOf(set));
  const lib = join(folder, "lib");
  await run("mvn", ["-B", "-q", "dependency:copy-dependencies", `-DoutputDirectory=${lib}`], { cwd: folder });
  const digest = digestOfAll(lib);
  if (digest === set.sha256) return;
  throw new SetupError(
    `the jars of ${set.name} ${set.version} are not the pinned ones.\n  SHA-256 ${digest}\n  wanted  ${set.sha256}`,
  );
}

/** The folder of a set's jars, fetched when it is missing. */
async function ensureSet(set) {
  const folder = join(cache, `${set.name}-${set.version}-${set.sha256.slice(0, 8)}`);
  const lib = join(folder, "lib");
  if (existsSync(lib)) return lib;
  await checkTools({ java: true, maven: true });
  await withLock(join(cache, "setup.lock"), async () => {
    if (existsSync(lib)) return;
    await step(set.title, () => fillFolder(folder, (half) => fetchAll(half, set)));
  });
  return lib;
}

/** The two daemons of YARN, and its client. */
export const ensureHadoop = () => ensureSet(hadoop);

/** A broker, and Kafka's own tools. */
export const ensureKafka = () => ensureSet(kafka);
