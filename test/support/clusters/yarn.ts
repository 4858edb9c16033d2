/** A real YARN on loopback: one ResourceManager and one NodeManager, with the local file system for a DFS. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { freeRandomPorts } from "../servers/free-port.js";
import { until } from "../until.js";

const Application = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  finalStatus: z.string(),
  applicationTags: z.string(),
  amRPCAddress: z.string().optional(),
});
export type YarnApplication = z.infer<typeof Application>;

const ENDED = ["FINISHED", "FAILED", "KILLED"];

/** A YARN that runs, asked and told by its REST API directly and not through the project's client. */
export class Yarn {
  constructor(
    readonly resourceManager: string,
    /** What Hadoop's and Flink's command lines need. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  async applications(): Promise<YarnApplication[]> {
    const answer = await fetch(`${this.resourceManager}/ws/v1/cluster/apps`);
    const { apps } = z.object({ apps: z.object({ app: z.array(Application).optional() }) }).parse(await answer.json());
    return apps.app ?? [];
  }

  async alive(): Promise<YarnApplication[]> {
    return (await this.applications()).filter(({ state }) => !ENDED.includes(state));
  }

  /** As `yarn application -kill` does. */
  async kill(id: string): Promise<void> {
    await fetch(`${this.resourceManager}/ws/v1/cluster/apps/${id}/state`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ state: "KILLED" }),
    });
    await until(`end of ${id}`, 60, async () =>
      (await this.alive()).some((application) => application.id === id) ? undefined : true,
    );
  }

  async application(id: string): Promise<YarnApplication> {
    const found = (await this.applications()).find((application) => application.id === id);
    if (!found) throw new Error(`YARN does not know ${id}`);
    return found;
  }

  /** Small processes, and files of theirs in the folder that ends with this YARN. */
  get sessionOptions(): Readonly<Record<string, string>> {
    return {
      "taskmanager.memory.managed.size": "128m",
      "taskmanager.memory.jvm-metaspace.size": "256m",
      "jobmanager.memory.jvm-metaspace.size": "256m",
      // As a local cluster has it: else a change waits up to 10 s to be told of a first row.
      "metrics.fetcher.update-interval": "500",
      // What runs in containers does not see the tests' own environment.
      "env.java.opts.jobmanager": process.env.JVM_ARGS ?? "",
      "env.java.opts.taskmanager": process.env.JVM_ARGS ?? "",
      "yarn.staging-directory": `file://${this.env.YARN_WORK}/staging`,
    };
  }

  /** A session that somebody else starts. Gives its application's id. */
  async startSession(flinkHome: string, name: string): Promise<string> {
    const options = {
      ...this.sessionOptions,
      "jobmanager.memory.process.size": "1024m",
      "taskmanager.memory.process.size": "1280m",
      "taskmanager.numberOfTaskSlots": "2",
      "yarn.properties-file.location": this.env.YARN_WORK,
    };
    const given = Object.entries(options).map(([option, value]) => `-D${option}=${value}`);
    const env = { ...this.env, FLINK_LOG_DIR: this.env.YARN_WORK ?? "" };
    const args = ["-d", "-nm", name, ...given];
    const script = join(flinkHome, "bin", "yarn-session.sh");
    const { all } = await execa(script, args, { env, timeout: 240_000, stdin: "ignore", all: true });
    const [made] = /\bapplication_\d+_\d+\b/u.exec(all) ?? [];
    if (!made) throw new Error(`yarn-session.sh ended without an application\n${all}`);
    return made;
  }
}

/** Starts both daemons below `folder`. `npm test` says where Hadoop's jars are. */
export async function startYarn(folder: string): Promise<{ yarn: Yarn; stop: () => Promise<void> }> {
  const jars = process.env.HADOOP_JARS;
  if (!jars) throw new Error("HADOOP_JARS is not set: run the tests with `npm test -- e2e-yarn`");
  const ports = await freeRandomPorts(8);
  const conf = join(folder, "conf");
  await writeConfiguration(folder, conf, jars, ports);
  const javaHome = await findJavaHome();
  const env = {
    JAVA_HOME: javaHome,
    HADOOP_CONF_DIR: conf,
    HADOOP_CLASSPATH: `${jars}/*`,
    YARN_WORK: join(folder, "run"),
  };
  const daemons: { pid: number; exited: Promise<unknown> }[] = [];
  const start = async (name: string, main: string) => {
    const log = await open(join(folder, `${name}.log`), "a");
    const opens = "--add-opens=java.base/java.lang=ALL-UNNAMED";
    const args = [
      ...(process.env.JVM_ARGS?.split(" ") ?? []),
      "-Xmx384m",
      opens,
      "-cp",
      `${conf}:${jars}/*`,
      `org.apache.hadoop.yarn.server.${main}`,
    ];
    const child = spawn(join(javaHome, "bin", "java"), args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    daemons.push({ pid: child.pid ?? 0, exited: once(child, "exit") });
    await log.close();
  };
  const resourceManager = `http://127.0.0.1:${ports[4]}`;
  const yarn = new Yarn(resourceManager, env);
  const stop = async () => {
    await endApplications(yarn, `http://127.0.0.1:${ports[7]}`, folder);
    // Not by SIGTERM, on which a NodeManager takes 17 s; its containers have ended.
    for (const { pid } of daemons) process.kill(pid, "SIGKILL");
    await Promise.all(daemons.map(({ exited }) => exited));
  };
  try {
    await start("resourcemanager", "resourcemanager.ResourceManager");
    await start("nodemanager", "nodemanager.NodeManager");
    await until("YARN with one node", 90, async () => ((await activeNodes(resourceManager)) === 1 ? true : undefined));
  } catch (error) {
    for (const { pid } of daemons) process.kill(pid, "SIGKILL");
    throw error;
  }
  return { yarn, stop };
}

/** Kills what still runs, and waits until no container lives: they would outlive a NodeManager that is killed. */
async function endApplications(yarn: Yarn, nodeManager: string, folder: string): Promise<void> {
  for (const { id } of await yarn.alive()) await yarn.kill(id);
  await until("end of all containers", 60, async () => {
    const answer = await fetch(`${nodeManager}/ws/v1/node/containers`);
    const { containers } = z
      .object({ containers: z.object({ container: z.array(z.unknown()).optional() }).nullable() })
      .parse(await answer.json());
    const isEmpty = (containers?.container ?? []).length === 0 && (await containerProcesses(folder)).length === 0;
    return isEmpty ? true : undefined;
  });
}

/** Command lines of processes that were started in a container: they name the folder of its log. */
async function containerProcesses(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(join(folder, "run", "nm-")));
}

async function activeNodes(resourceManager: string): Promise<number> {
  const answer = await fetch(`${resourceManager}/ws/v1/cluster/metrics`).catch(() => undefined);
  if (!answer?.ok) return 0;
  const Metrics = z.object({ clusterMetrics: z.object({ activeNodes: z.number() }) });
  return Metrics.safeParse(await answer.json()).data?.clusterMetrics.activeNodes ?? 0;
}

async function findJavaHome(): Promise<string> {
  if (process.env.JAVA_HOME) return process.env.JAVA_HOME;
  const { all } = await execa("java", ["-XshowSettings:properties", "-version"], { all: true });
  return /java\.home = (.+)/u.exec(all)?.[1]?.trim() ?? "";
}

async function writeConfiguration(folder: string, conf: string, jars: string, ports: readonly number[]): Promise<void> {
  const [resourceManager, scheduler, tracker, admin, web, nodeManager, localizer, nodeWeb] = ports;
  const [rm, nm] = ["yarn.resourcemanager", "yarn.nodemanager"];
  const run = join(folder, "run");
  await mkdir(conf, { recursive: true });
  await mkdir(run, { recursive: true });
  const yarnSite = {
    [`${rm}.hostname`]: "localhost",
    [`${rm}.bind-host`]: "127.0.0.1",
    [`${rm}.address`]: `localhost:${resourceManager}`,
    [`${rm}.scheduler.address`]: `localhost:${scheduler}`,
    [`${rm}.resource-tracker.address`]: `localhost:${tracker}`,
    [`${rm}.admin.address`]: `localhost:${admin}`,
    [`${rm}.webapp.address`]: `localhost:${web}`,
    [`${nm}.hostname`]: "localhost",
    [`${nm}.bind-host`]: "127.0.0.1",
    [`${nm}.address`]: `localhost:${nodeManager}`,
    [`${nm}.localizer.address`]: `localhost:${localizer}`,
    [`${nm}.webapp.address`]: `localhost:${nodeWeb}`,
    [`${nm}.local-dirs`]: join(run, "nm-local"),
    [`${nm}.log-dirs`]: join(run, "nm-logs"),
    [`${nm}.resource.memory-mb`]: "8192",
    [`${nm}.resource.cpu-vcores`]: "16",
    [`${nm}.vmem-check-enabled`]: "false",
    [`${nm}.pmem-check-enabled`]: "false",
    [`${nm}.disk-health-checker.max-disk-utilization-per-disk-percentage`]: "99",
    "yarn.scheduler.minimum-allocation-mb": "128",
    "yarn.scheduler.maximum-allocation-mb": "4096",
    // Without the folder of this configuration a JobManager would ask 0.0.0.0:8030 for ever.
    "yarn.application.classpath": `${conf},${jars}/*`,
  };
  const capacity = "yarn.scheduler.capacity";
  const scheduling = {
    [`${capacity}.root.queues`]: "default",
    [`${capacity}.root.default.capacity`]: "100",
    [`${capacity}.maximum-am-resource-percent`]: "1.0",
  };
  await writeFile(join(conf, "core-site.xml"), xml({ "fs.defaultFS": "file:///", "hadoop.tmp.dir": join(run, "tmp") }));
  await writeFile(join(conf, "yarn-site.xml"), xml(yarnSite));
  await writeFile(join(conf, "capacity-scheduler.xml"), xml(scheduling));
}

function xml(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${name}</name><value>${value}</value></property>`,
  );
  return `<configuration>\n${lines.join("\n")}\n</configuration>\n`;
}
