/** Java's archives of the classes that Flink's processes load: with them every Flink of the tests starts in less processor time. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cache, fillFolder, textOf, versions, withLock } from "./cache.mjs";
import { run, say, step } from "./say.mjs";

/** Another number after a change of what is run for the archives. */
const RECIPE = 1;

const LIMIT_MS = 120_000;

/**
 * Every Flink of the tests lives for minutes and does next to nothing: without the optimizing compiler and with the
 * simplest collector it takes less than half the processor time.
 */
const QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

const ROLES = [
  { role: "jobmanager", script: "jobmanager.sh", variable: "FLINK_ENV_JAVA_OPTS_JM" },
  { role: "taskmanager", script: "taskmanager.sh", variable: "FLINK_ENV_JAVA_OPTS_TM" },
  { role: "gateway", script: "sql-gateway.sh", variable: "FLINK_ENV_JAVA_OPTS_SQL_GATEWAY" },
];

/** Most of what a job of the tests makes Flink load; `PATH` is a folder. */
const STATEMENTS = [
  "CREATE TABLE numbers (n BIGINT, ts AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '20')",
  "CREATE TABLE files (n BIGINT, ts TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = 'PATH')",
  "CREATE TABLE nowhere (n BIGINT, many BIGINT) WITH ('connector' = 'blackhole')",
  "CREATE TEMPORARY VIEW grouped AS SELECT n % 3 AS n, COUNT(*) AS many FROM numbers GROUP BY n % 3",
  "EXPLAIN INSERT INTO nowhere SELECT * FROM grouped",
  "INSERT INTO nowhere SELECT * FROM grouped",
  "INSERT INTO files SELECT n, ts FROM numbers WHERE n > 3",
];

/** What PyFlink's JVM does for the runner: it plans. */
const PYTHON = `from pyflink.table import EnvironmentSettings, TableEnvironment
t = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
for statement in STATEMENTS: t.execute_sql(statement)
`;

/** Java takes an archive only for the same jars with the same times, and the same build of itself. */
async function digestOfAll(home) {
  const { output } = await run(javaOf(), ["-version"]);
  const jars = ["bin", "lib", "opt"].flatMap((name) =>
    readdirSync(join(home, name)).map((file) => join(home, name, file)),
  );
  const seen = jars
    .filter((jar) => jar.endsWith(".jar"))
    .map((jar) => `${jar} ${statSync(jar).size} ${statSync(jar).mtimeMs}`);
  const all = [RECIPE, QUICK_JVM, output.replaceAll(/^(?:NOTE|Picked up).*$/gm, ""), ...seen.sort()].join("\n");
  return createHash("sha256").update(all).digest("hex").slice(0, 8);
}

function javaOf() {
  const own = process.env.JAVA_HOME && join(process.env.JAVA_HOME, "bin", "java");
  return own && existsSync(own) ? own : "java";
}

async function writeConfiguration(home, folder) {
  // Where there are no packages yet, they are installed after this file was loaded.
  const { default: getPort } = await import("get-port");
  const port = () => getPort({ host: "127.0.0.1" });
  const [rpc, rest, gateway] = [await port(), await port(), await port()];
  const conf = join(folder, "conf");
  mkdirSync(conf);
  for (const name of readdirSync(join(home, "conf")).filter((file) => file.startsWith("log4j")))
    writeFileSync(join(conf, name), textOf(join(home, "conf", name)));
  const opens = /^env:\s*\n\s+java:\s*\n\s+opts:\s*\n\s+all:\s*(.+)$/m.exec(textOf(join(home, "conf", "config.yaml")));
  const options = {
    ...(opens ? { "env.java.opts.all": opens[1] } : {}),
    "jobmanager.memory.process.size": "1280m",
    "taskmanager.memory.process.size": "2048m",
    "taskmanager.numberOfTaskSlots": 4,
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.rpc.port": rpc,
    "rest.address": "127.0.0.1",
    "rest.port": rest,
    "sql-gateway.endpoint.rest.address": "127.0.0.1",
    "sql-gateway.endpoint.rest.port": gateway,
    "execution.checkpointing.interval": "500 ms",
    "execution.checkpointing.dir": `file://${folder}/checkpoints`,
  };
  for (const name of ["jobmanager.bind-host", "taskmanager.bind-host", "taskmanager.host", "rest.bind-address"])
    options[name] = "127.0.0.1";
  writeFileSync(
    join(conf, "config.yaml"),
    Object.entries(options)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(""),
  );
  return { rest: `http://127.0.0.1:${rest}`, gateway: `http://127.0.0.1:${gateway}/v1`, rpc };
}

/** Asks until the answer is what is waited for. */
async function ask(url, body, wanted = () => true) {
  const request = body ? { method: "POST", body: JSON.stringify(body) } : {};
  for (const since = Date.now(); ; await sleep(100)) {
    const answer = await fetch(url, { ...request, headers: { "content-type": "application/json" } })
      .then(async (got) => (got.ok ? got.json() : undefined))
      .catch(() => undefined);
    if (answer !== undefined && wanted(answer)) return answer;
    if (Date.now() - since > LIMIT_MS) throw new Error(`${url}: no such answer within ${LIMIT_MS / 1000} s`);
  }
}

/** Has jobs planned, started, checkpointed and stopped. */
async function work({ rest, gateway }, folder, statements) {
  await ask(`${rest}/overview`, undefined, (seen) => seen["slots-total"] > 0);
  const properties = { "execution.target": "remote", "rest.address": "127.0.0.1", "rest.port": new URL(rest).port };
  await ask(`${gateway}/info`);
  const { sessionHandle } = await ask(`${gateway}/sessions`, { properties });
  const session = `${gateway}/sessions/${sessionHandle}`;
  for (const statement of statements) {
    const { operationHandle } = await ask(`${session}/statements`, { statement });
    await ask(`${session}/operations/${operationHandle}/status`, undefined, ({ status }) => status !== "RUNNING");
    await ask(`${session}/operations/${operationHandle}/result/0?rowFormat=JSON`);
  }
  const { jobs } = await ask(`${rest}/jobs/overview`, undefined, (seen) =>
    seen.jobs.every(({ state }) => state === "RUNNING"),
  );
  for (const { jid } of jobs) {
    await ask(`${rest}/jobs/${jid}/checkpoints`, undefined, ({ counts }) => counts.completed > 1);
    await ask(`${rest}/jobs/${jid}/stop`, { targetDirectory: `file://${folder}/savepoints`, drain: false });
  }
  await ask(`${rest}/jobs/overview`, undefined, (seen) => seen.jobs.every(({ state }) => state === "FINISHED"));
}

const isOver = (child) => child.exitCode !== null || child.signalCode !== null;

/** Each JVM writes what it has loaded when it ends. */
async function fill(home, python, half) {
  const folder = mkdtempSync(join(tmpdir(), "class-archives-"));
  const children = [];
  const writing = (name) => `${QUICK_JVM} -XX:ArchiveClassesAtExit=${join(half, `${name}.jsa`)}`;
  const { JVM_ARGS: _args, HADOOP_CLASSPATH: _classes, ...own } = process.env;
  const env = {
    ...own,
    FLINK_HOME: home,
    FLINK_CONF_DIR: join(folder, "conf"),
    FLINK_LOG_DIR: folder,
    FLINK_PID_DIR: folder,
  };
  try {
    const addresses = await writeConfiguration(home, folder);
    const [dist] = readdirSync(join(home, "lib")).filter((name) => name.startsWith("flink-dist"));
    const utils = ["-classpath", `${join(home, "bin", "bash-java-utils.jar")}:${join(home, "lib", dist)}`];
    const read = ["UPDATE_AND_GET_FLINK_CONFIGURATION", "--configDir", env.FLINK_CONF_DIR, "-flatten"];
    const name = "org.apache.flink.runtime.util.bash.BashJavaUtils";
    await run(javaOf(), [...writing("utils").split(" "), ...utils, name, ...read]);
    for (const { role, script, variable } of ROLES) {
      const options = { env: { ...env, JVM_ARGS: QUICK_JVM, [variable]: writing(role) }, cwd: folder, stdio: "ignore" };
      children.push(spawn(join(home, "bin", script), ["start-foreground"], options));
    }
    const statements = STATEMENTS.map((statement) => statement.replace("PATH", `${folder}/files`));
    await work(addresses, folder, statements);
    const code = PYTHON.replace("STATEMENTS", JSON.stringify(statements.slice(0, 5)));
    await run(python, ["-c", code], { env: { ...env, JVM_ARGS: writing("pyflink") }, cwd: folder });
    for (const child of children) child.kill();
    await Promise.race([
      Promise.all(children.map((child) => isOver(child) || once(child, "exit"))),
      sleep(LIMIT_MS, undefined, { ref: false }),
    ]);
  } finally {
    for (const child of children) if (!isOver(child)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The environment that has Java use them; one that does not fit what is started is passed over without a word. */
function usingOf(folder) {
  const using = (name) => `-Xlog:cds=off -Xlog:cds+dynamic=off -XX:SharedArchiveFile=${join(folder, `${name}.jsa`)}`;
  const own = process.env.JAVA_TOOL_OPTIONS ?? "";
  return {
    // Of several, Java takes the last one: a role's own is behind these. With JDK_JAVA_OPTIONS no plan would be remembered.
    JAVA_TOOL_OPTIONS: `${QUICK_JVM} ${using("utils")} ${own}`.trim(),
    JVM_ARGS: `${QUICK_JVM} ${using("pyflink")} ${process.env.JVM_ARGS ?? ""}`.trim(),
    ...Object.fromEntries(ROLES.map(({ role, variable }) => [variable, using(role)])),
  };
}

/** The environment of Flinks that start without them. */
export const quickJvm = () => ({ JVM_ARGS: `${QUICK_JVM} ${process.env.JVM_ARGS ?? ""}`.trim() });

/** The environment of Flinks that start with them; they are made where they are missing, and those for other jars go. */
export async function withClassArchives(home, python) {
  const kind = `class-archives-${versions.flink}-`;
  const folder = join(cache, `${kind}${await digestOfAll(home)}`);
  // Flink's scripts split Java's options at spaces.
  if (/\s/.test(folder)) return quickJvm();
  const title = "Archiving the classes of Flink's processes for the tests (about 300 MB)";
  const make = async () => {
    if (existsSync(folder)) return;
    const others = readdirSync(cache).filter((name) => name.startsWith(kind) && name !== basename(folder));
    for (const name of others) rmSync(join(cache, name), { recursive: true, force: true });
    await step(title, () => fillFolder(folder, (half) => fill(home, python, half)));
  };
  try {
    if (!existsSync(folder)) await withLock(join(cache, "setup.lock"), make);
    return usingOf(folder);
  } catch (error) {
    say(`The tests run without: ${error.message}`);
    return quickJvm();
  }
}
