/** A real Kafka on loopback for one test file: a broker that is its own controller, and Kafka's own tools. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { freePort } from "../servers/free-port.js";
import { parsed, type Row } from "../stories/sink.js";

export interface Kafka {
  /** Its address, as `properties.bootstrap.servers` takes it. */
  readonly brokers: string;
  /** Topics are there only where they were made: one that a table mistypes is missing. */
  createTopic(name: string): Promise<void>;
  /** JSON values of a topic, as a consumer sees them that reads what was committed only. */
  committed(topic: string): Promise<Row[]>;
  /** Consumer groups that committed an offset. */
  groups(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Any: the broker's folder is new. */
const CLUSTER = "AAAAAAAAAAAAAAAAAAAAAA";

/** A consumer that has got nothing for so long has got all. */
const SILENCE_MS = 8000;

const TOOLS = "org.apache.kafka.tools";
const QUICK = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/** Keeps its files in `folder`. */
export async function startKafka(folder: string): Promise<Kafka> {
  const jars = process.env.KAFKA_JARS;
  if (!jars) throw new Error("KAFKA_JARS is not set: run the tests with `npm test -- e2e`");
  await mkdir(folder, { recursive: true });
  const [port, controllerPort] = [await freePort(), await freePort()];
  const settings = join(folder, "server.properties");
  await writeFile(settings, settingsOf(folder, port, controllerPort));
  const jvm = [...QUICK, "-Xmx256m", "-cp", `${jars}/*`];
  const java = (...args: string[]) => execa("java", [...jvm, ...args]);
  await java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", settings, "--standalone");
  const broker = execa("java", [...jvm, "kafka.Kafka", settings], { reject: false });
  const brokers = `127.0.0.1:${port}`;
  const tool = async (name: string, ...args: string[]) =>
    (await java(`${TOOLS}.${name}`, "--bootstrap-server", brokers, ...args)).stdout;
  // The first tool waits until the broker answers.
  return {
    brokers,
    createTopic: async (name) => void (await tool("TopicCommand", "--create", "--topic", name, "--partitions", "2")),
    committed: async (topic) => {
      const limits = ["--isolation-level", "read_committed", "--timeout-ms", String(SILENCE_MS)];
      const said = await tool("consumer.ConsoleConsumer", "--topic", topic, "--from-beginning", ...limits);
      // It also says that nothing more came.
      return parsed(said.replaceAll(/^(?!\{).*$\n?/gmu, "").concat("\n"));
    },
    groups: async () => (await tool("consumer.group.ConsumerGroupCommand", "--list")).split("\n").sort(),
    stop: async () => {
      broker.kill("SIGKILL");
      await broker;
    },
  };
}

function settingsOf(folder: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
log.dirs=${join(folder, "data")}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
`;
}
