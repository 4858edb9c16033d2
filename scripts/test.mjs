/** Runs the tests: `npm test`, or some of them: `npm test -- unit runner`; further arguments go to vitest. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { project, textOf, versions } from "./lib/cache.mjs";
import { quickJvm, withClassArchives } from "./lib/class-archives.mjs";
import { ensureFlink } from "./lib/flink.mjs";
import { ensureHadoop, ensureKafka } from "./lib/jar-sets.mjs";
import { ensureCompiler, ensureKafkaConnector } from "./lib/maven.mjs";
import { ensureNewest } from "./lib/newest.mjs";
import { ensureNpm } from "./lib/npm.mjs";
import { ensurePyFlink } from "./lib/pyflink.mjs";
import { main, run, runHere } from "./lib/say.mjs";
import { ensureOldTool, ensurePythonTools } from "./lib/venv.mjs";
import { setup } from "./setup.mjs";

const stories = ["e2e", "e2e-s3", "e2e-runner", "e2e-1.20", "e2e-newest", "e2e-yarn", "soak"];
const vitestProjects = ["unit", "integration", ...stories, "timing"];
const names = [...vitestProjects, "runner"];

/**
 * The newest versions change only when they are pinned again, and take half a gigabyte; timing needs a calm machine: left to
 * those who ask for them, and to `.ci/run nightly`.
 */
const rare = ["e2e-newest", "timing"];
const usual = process.env.EVERY_STORY ? names : names.filter((name) => !rare.includes(name));

/** Kinds that run at the same time, two or three files of them at once: each starts a cluster that lives as long as its group. */
const groups = [
  ["unit", "integration"],
  ["e2e"],
  ["e2e-s3", "e2e-runner", "e2e-1.20", "e2e-newest", "soak"],
  ["e2e-yarn"],
  ["timing"],
];

/** Another sample of the fault table with each commit, the same one for all who try this commit. */
async function commitSeed() {
  const { stdout } = await run("git", ["rev-parse", "HEAD"], { cwd: project }).catch(() => ({ stdout: "1" }));
  return stdout.trim() || "1";
}

/** The counts of a vitest report; a file that failed though none of its tests did counts as one failure. */
export function countVitest(report) {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
  };
}

/** Where the time went: the slowest files of a vitest report, a line each. */
export function slowest(report, many = 30) {
  const timed = report.testResults.map(({ name, startTime, endTime }) => ({ name, ms: endTime - startTime }));
  const shown = timed
    .filter(({ ms }) => ms >= 1000)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, many);
  return shown.map(({ name, ms }) => `${String(Math.round(ms / 1000)).padStart(6)} s  ${relative(project, name)}`);
}

/** The counts of a JUnit report, as pytest writes it. */
export async function countJUnit(xml) {
  // Where there are no packages yet, they are installed after this file was loaded.
  const { parseXml } = await import("@rgrove/parse-xml");
  const suite = parseXml(xml).root.children.find(({ name }) => name === "testsuite");
  const count = (name) => Number(suite.attributes[name]);
  const failed = count("failures") + count("errors");
  return { passed: count("tests") - failed - count("skipped"), failed, skipped: count("skipped") };
}

const none = { passed: 0, failed: 0, skipped: 0 };

async function runVitest(projects, args, env, folder) {
  if (projects.length === 0) return { code: 0, ...none };
  const report = join(folder, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const picked = projects.flatMap((name) => ["--project", name]);
  // A file that is named is one of some group; the others have none.
  const named = args.length > 0 ? ["--passWithNoTests"] : [];
  const vitest = join(project, "node_modules", ".bin", "vitest");
  const code = await runHere(vitest, ["run", ...picked, ...reporters, ...named, ...args], { cwd: project, env });
  const text = textOf(report);
  rmSync(report, { force: true });
  if (!text) return { code, ...none, failed: code === 0 ? 0 : 1 };
  const results = JSON.parse(text);
  const slow = slowest(results);
  if (slow.length > 1) process.stdout.write(`\nThe slowest files:\n${slow.join("\n")}\n`);
  return { code, ...countVitest(results) };
}

async function runPytest(env, folder) {
  if (!existsSync(join(project, "runner", "tests"))) return { code: 0, ...none };
  const report = join(folder, "pytest.xml");
  const pytest = join(await ensurePythonTools(), "pytest");
  const code = await runHere(pytest, ["-q", `--junitxml=${report}`, "runner/tests"], { cwd: project, env });
  const counts = existsSync(report) ? await countJUnit(readFileSync(report, "utf8")) : none;
  return { code, ...counts, failed: Math.max(counts.failed, code === 0 ? 0 : 1) };
}

/** Flinks and their PyFlinks: FLINK_2_3_0_HOME, PYFLINK_2_3_0_PYTHON and so on. */
async function pyFlinks(flinks) {
  const env = {};
  for (const flink of flinks) {
    const name = flink.replaceAll(".", "_");
    env[`FLINK_${name}_HOME`] = await ensureFlink(flink);
    env[`PYFLINK_${name}_PYTHON`] = await ensurePyFlink(flink);
  }
  return env;
}

/** Homes of all Flinks that are pinned: plans are made on each of them, for which PyFlink is not needed. */
async function flinkHomes() {
  const env = {};
  for (const flink of Object.keys(versions.flinks))
    env[`FLINK_${flink.replaceAll(".", "_")}_HOME`] = await ensureFlink(flink);
  return env;
}

/** The versions of Flink that some kinds of tests need; ALL_FLINKS tries the runner on all that are pinned. */
function flinksFor(picked) {
  const every = process.env.ALL_FLINKS && picked.includes("integration");
  return Object.keys(versions.flinks).filter((flink) => {
    if (every) return true;
    if (flink !== versions.flink)
      return picked.some((name) => name.startsWith("e2e-") && flink.startsWith(name.slice(4)));
    return picked.some((name) => name === "integration" || stories.includes(name));
  });
}

/** What is timed was recorded without archives of classes. */
async function jvmFor(picked, flinkHome) {
  return picked.includes("timing") ? quickJvm() : withClassArchives(flinkHome, await ensurePyFlink());
}

/** Unit tests and those of the runner need no Flink, so they do not wait for one. */
export async function environmentFor(picked) {
  if (picked.some((name) => ["integration", "timing", ...stories].includes(name))) {
    const { env } = await setup();
    const moto = { MOTO_SERVER: join(await ensurePythonTools(), "moto_server") };
    const oldTool = picked.includes("e2e-s3") ? { OLD_TOOL: await ensureOldTool() } : {};
    const newest = picked.includes("e2e-newest") ? { NEWEST: await ensureNewest() } : {};
    const compiler = picked.some((name) => stories.includes(name)) ? { ECJ: await ensureCompiler() } : {};
    const yarn = picked.includes("e2e-yarn") ? { HADOOP_JARS: await ensureHadoop() } : {};
    const kafka = picked.includes("e2e")
      ? { KAFKA_JARS: await ensureKafka(), KAFKA_CONNECTOR: await ensureKafkaConnector() }
      : {};
    const python = await pyFlinks(flinksFor(picked));
    return {
      ...env,
      ...(await jvmFor(picked, env.FLINK_HOME)),
      ...moto,
      ...compiler,
      ...oldTool,
      ...newest,
      ...yarn,
      ...kafka,
      ...(picked.includes("integration") ? await flinkHomes() : {}),
      ...python,
    };
  }
  await ensureNpm();
  return process.env;
}

async function runAll(picked, args, folder) {
  const env = await environmentFor(picked);
  const results = [];
  const times = [];
  if (picked.includes("runner")) results.push(await runPytest(env, folder));
  for (const group of groups) {
    const since = Date.now();
    const projects = group.filter((name) => picked.includes(name));
    if (projects.length === 0) continue;
    results.push(await runVitest(projects, args, { FAULT_SEED: await commitSeed(), ...env }, folder));
    times.push(`${String(Math.round((Date.now() - since) / 1000)).padStart(6)} s  ${projects.join(", ")}`);
  }
  if (times.length > 1) process.stdout.write(`\nWhere the time went:\n${times.join("\n")}\n`);
  const sum = (name) => results.reduce((total, result) => total + result[name], 0);
  const counts = `${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped\n`;
  process.stdout.write(`\n${counts}`);
  // For a caller that has more to run and to say, and then gives the sum as its last line.
  if (process.env.TEST_COUNTS) appendFileSync(process.env.TEST_COUNTS, counts);
  return results.find(({ code }) => code !== 0)?.code ?? (sum("passed") > 0 ? 0 : 1);
}

await main(import.meta.url, async (args) => {
  const named = args.filter((arg) => names.includes(arg));
  const others = args.filter((arg) => !names.includes(arg));
  const folder = mkdtempSync(join(tmpdir(), "flink-sql-test-"));
  try {
    return await runAll(named.length > 0 ? named : usual, others, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
