/** Every key that takes a secret is given one that is found again wherever it goes: it goes nowhere but where docs/security.md says. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readProcesses } from "../../../provider/cluster/local/processes.js";
import { Keys } from "../../../provider/read/settings/settings-keys.js";
import { patternsOf } from "../../../provider/secrecy/patterns.js";
import { flinkHome } from "../../support/clusters/cluster.js";

/** A new key has no class, and does not compile: is what is given with --secret encrypted wherever it goes, or refused? */
const CLASSES = {
  secretParameters: "encrypted",
  clusterProperties: "encrypted",
  parameters: "refused",
  target: "refused",
  restUrl: "refused",
  gatewayUrl: "refused",
  yarn: "refused",
  flinkHome: "refused",
  pyClientExecutable: "refused",
  pyExecutable: "refused",
  taskManagers: "refused",
  slots: "refused",
  jobManagerMemory: "refused",
  taskManagerMemory: "refused",
  store: "refused",
  bucket: "refused",
  manifests: "refused",
  template: "refused",
  tables: "refused",
  timestampColumn: "refused",
  queryMetadata: "refused",
  metadata: "refused",
  startSeconds: "refused",
  savepointSeconds: "refused",
  checkpointSeconds: "refused",
  firstRowSeconds: "refused",
  requestSeconds: "refused",
  environment: "refused",
  adopt: "refused",
  flinkProperties: "refused",
  jobProperties: "refused",
  compareWith: "refused",
  choices: "refused",
  staleSeconds: "refused",
  retire: "refused",
  retain: "refused",
} as const satisfies Record<keyof typeof Keys | "parameters" | "secretParameters", "encrypted" | "refused">;

/** With all that quoting may get wrong; each part is found by itself, however the signs between are written. */
const canary = (name: string) =>
  `${name}One'${name}Two"${name}Three\\${name}Four\n${name}Five\u001b[31m${name}Six\`${name}Seven`;

const SECRETS = {
  parameter: canary("zqParam"),
  rotated: canary("zqRotated"),
  /** Of an option whose name says that it is one. */
  named: canary("zqNamed"),
  rotatedNamed: canary("zqRenamed"),
  /** Of an option whose name says nothing. */
  unnamed: canary("zqPlain"),
  passphrase: "zqPassphrase",
  token: "zqToken",
  aws: "zqAws",
};
type Secret = keyof typeof SECRETS;

const STACK = `canary-${process.pid}`;
const local = join(".local", STACK);

let folder: string;
const printed: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "canary-"));
  for (const name of ["jobs", "state", "tmp"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "Pulumi.yaml"), "name: flink-sql\nruntime: nodejs\n");
  await succeeds(["-C", folder, "stack", "init", STACK]);
  const plain = { target: "local", slots: "2", manifests: join(folder, "jobs"), store: join(folder, "store") };
  for (const [key, value] of Object.entries(plain)) await set(key, value);
});
afterAll(async () => {
  if (printed.some((text) => text.includes("pulumi:pulumi:Stack")))
    await pulumi(["destroy", "--yes", "--skip-preview"]);
  await rm(folder, { recursive: true, force: true });
  await rm(local, { recursive: true, force: true });
});

/** All that it prints is kept for the search. */
async function pulumi(args: readonly string[], input = ""): Promise<{ readonly code: number; readonly text: string }> {
  const onStack = args[0] === "-C" ? [] : ["--stack", STACK, ...(hasFile(args) ? ["--config-file", configFile()] : [])];
  const { exitCode = -1, all } = await execa("pulumi", [...args, ...onStack, "--non-interactive", "--color", "never"], {
    env: {
      FLINK_HOME: flinkHome(),
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_CONFIG_PASSPHRASE: SECRETS.passphrase,
      UNRELATED_TOKEN: SECRETS.token,
      AWS_SECRET_ACCESS_KEY: SECRETS.aws,
      TMPDIR: join(folder, "tmp"),
      JVM_ARGS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    },
    input,
    reject: false,
    all: true,
  });
  printed.push(all);
  return { code: exitCode, text: all };
}

const configFile = () => join(folder, `Pulumi.${STACK}.yaml`);
const hasFile = ([command = ""]: readonly string[]) => !["stack"].includes(command);

async function succeeds(args: readonly string[], input?: string): Promise<string> {
  const { code, text } = await pulumi(args, input);
  expect(code, text).toBe(0);
  return text;
}

const set = (path: string, value: string, ...more: string[]) =>
  succeeds(["config", "set", "--path", `flink-sql:${path}`, ...more], value);

async function deploys(source: string): Promise<void> {
  const tables = `
CREATE TABLE numbers (n BIGINT) COMMENT '{password}' WITH ('connector' = 'datagen', 'rows-per-second' = '5'); -- {password}
CREATE TABLE broken (n BIGINT) WITH ('connector' = 'datagen', '{password}' = '{password}');
CREATE TABLE missing (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '/nothing/{password}', 'format' = 'json');
CREATE TABLE sink (n BIGINT) WITH ('connector' = 'blackhole');`;
  await writeFile(
    join(folder, "jobs", "tables.sql"),
    tables.replace("(n BIGINT) WITH ('connector' = 'blackhole')", SINK),
  );
  await writeFile(
    join(folder, "jobs", "job.yaml"),
    `name: job\ntarget-table: sink\nflinkProperties:\n  execution.checkpointing.interval: 1 s\nsql: SELECT n FROM ${source}\n`,
  );
}

const SINK =
  "(n BIGINT, __create_timestamp TIMESTAMP_LTZ(3), __query_name STRING, __query_description STRING, __query_id STRING, " +
  "__query_version INT, __query_create_timestamp TIMESTAMP(6)) WITH ('connector' = 'blackhole')";

/** The parts by which a secret is found in any spelling, and what it looks like as base64. */
function partsOf(secret: string): string[] {
  const words = secret.match(/zq\w+/gu) ?? [];
  return [...words, ...patternsOf(secret).map(({ text }) => text)].filter((part) => part.length > 5);
}

function secretsIn(text: string): Secret[] {
  const names = Object.keys(SECRETS) as Secret[];
  return names.filter((name) => partsOf(SECRETS[name]).some((part) => text.includes(part)));
}

/** `file: secret` for each secret in each file below a folder. */
async function findings(below: string): Promise<string[]> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "latin1").catch(() => "");
      return secretsIn(text).map((secret) => `${relative(below, file)}: ${secret}`);
    }),
  );
  return found.flat().sort();
}

/** Of the running processes that this stack started: what they were started with. */
async function processFindings(): Promise<string[]> {
  const { processes } = await readProcesses(local);
  expect(processes).toHaveLength(3);
  const found = await Promise.all(
    processes.flatMap(({ role, pid }) =>
      ["cmdline", "environ"].map(async (what) =>
        secretsIn(await readFile(`/proc/${pid}/${what}`, "utf8")).map((secret) => `${role} ${what}: ${secret}`),
      ),
    ),
  );
  // Flink's scripts hand what they logged of the configuration on to the process: as its log has it.
  return found.flat().filter((finding) => !/^(?:job|task)manager\S* environ: unnamed$/u.test(finding));
}

/** What has failed so far: Flink logs why, and the reason may quote a value. */
const failed: Secret[] = [];

/**
 * Flink's configuration is there to be read by Flink, and its log shows options that it does not know to be secret. Why a
 * job failed is in its log and in its archive of ended jobs (docs/security.md).
 */
const isAllowed = (finding: string) =>
  failed.some(
    (secret) => /^(?:log|tmp\/archivedApplicationStore-[^/]+)\//u.test(finding) && finding.endsWith(`: ${secret}`),
  ) ||
  /^conf\/config[.]yaml: (?:unnamed|named|rotatedNamed)$/u.test(finding) ||
  /^log\/[^/]+: unnamed$/u.test(finding);

async function isNowhere(): Promise<void> {
  expect(printed.filter((text) => secretsIn(text).length > 0)).toEqual([]);
  // The configuration is encrypted by Pulumi itself; the rest is states, history, backups, store, temporary files.
  expect(await findings(folder)).toEqual([]);
  expect((await findings(local)).filter((finding) => !isAllowed(finding))).toEqual([]);
  for (const cache of ["build", "planned", "runner"]) expect(await findings(join(".local", cache))).toEqual([]);
}

test("Every key of the configuration has its class.", () => {
  expect(Object.keys(CLASSES).sort()).toEqual([...Object.keys(Keys), "parameters", "secretParameters"].sort());
});

test("A key that is not encrypted is refused with --secret, and told nowhere.", async () => {
  await deploys("numbers");
  const before = await readFile(configFile(), "utf8");
  const refused = Object.entries(CLASSES).flatMap(([key, kind]) => (kind === "refused" ? [key] : []));
  for (const key of ["restUrl", "flinkHome", "template"]) await set(key, SECRETS.named, "--secret");
  const { code, text } = await pulumi(["preview"]);
  expect(code).not.toBe(0);
  for (const key of ["restUrl", "flinkHome", "template"]) {
    expect(refused).toContain(key);
    expect(text).toContain(`${key}: holds an encrypted value`);
  }
  await writeFile(configFile(), before);
  await isNowhere();
});

test("A preview, an update and their other forms tell no secret and keep none in the open.", async () => {
  await set("secretParameters.password", SECRETS.parameter, "--secret");
  await set('clusterProperties["s3.secret-key"]', SECRETS.named, "--secret");
  await set('clusterProperties["canary.option"]', SECRETS.unnamed, "--secret");
  await succeeds(["preview"]);
  await succeeds(["up", "--yes", "--skip-preview"]);
  await succeeds(["preview", "--diff"]);
  await succeeds(["preview", "--json"]);
  await succeeds(["stack", "export"]);
  expect(await processFindings()).toEqual([]);
  await isNowhere();
  expect(await findings(local)).toEqual(
    expect.arrayContaining(["conf/config.yaml: named", "conf/config.yaml: unnamed"]),
  );
});

test("Nor does one that Flink refuses, or whose start fails.", async () => {
  failed.push("parameter");
  await deploys("broken");
  const refused = await pulumi(["preview"]);
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain("******");
  await deploys("missing");
  const started = await pulumi(["up", "--yes", "--skip-preview"]);
  expect(started.code, started.text).not.toBe(0);
  await isNowhere();
});

test("Nor does a rotation, a refresh or the end; the secrets of before are known too.", async () => {
  await deploys("numbers");
  await set("secretParameters.password", SECRETS.rotated, "--secret");
  await set('clusterProperties["s3.secret-key"]', SECRETS.rotatedNamed, "--secret");
  await succeeds(["up", "--yes", "--skip-preview"]);
  await succeeds(["refresh", "--yes", "--skip-preview"]);
  await succeeds(["stack", "export", "--show-secrets=false"]);
  expect(await processFindings()).toEqual([]);
  await succeeds(["destroy", "--yes", "--skip-preview"]);
  await isNowhere();
});
