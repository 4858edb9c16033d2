/** Arguments as a person writes them in a program, and the inputs that become of them. */

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ComponentResource, type Output, output, type Resource, runtime } from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import { FlinkSqlJob, flinkSqlJobs, JobStore, SessionCluster } from "../../../provider/index.js";
import { JobGiven } from "../../../provider/resources/job-inputs.js";
import { workspace } from "../../../provider/workspace/workspace.js";
import { type Registered, register } from "../../support/stories/mocked-stack.js";

const STORE = "s3://orders-state/flink?region=eu-central-1";
const TABLES = [
  "CREATE TABLE orders (id INT) WITH ('connector' = 'datagen');\nCREATE TABLE other (id INT) WITH ('connector' = 'x');",
  "CREATE TABLE big_orders (id INT) WITH ('connector' = 'x', 'password' = '{password}');",
];

const remote = (options?: { parent: Resource }) =>
  new SessionCluster("cluster", { target: "remote", restUrl: "http://flink:8081/", store: STORE }, options);

const query = { sql: "SELECT id FROM orders", targetTable: "big_orders" };

/** As the hooks take it, once the cluster is there. */
const asJob = (inputs: unknown) =>
  JobGiven.parse({
    ...Object(inputs),
    cluster: { restUrl: "http://flink:8081", gatewayUrl: "", activity: "none", target: "remote", folder: "" },
  });

/** What a program hands over for its resources, by their names. */
async function inputsOf(program: () => unknown): Promise<{ [name: string]: Registered["inputs"] }> {
  const { all } = await register(program);
  return Object.fromEntries(all.map(({ name, inputs }) => [name, inputs]));
}

test("A job needs its query, the table, a cluster and a store; all else is as in a stack that configures nothing.", async () => {
  const { "big-orders": inputs } = await inputsOf(() => {
    new FlinkSqlJob("big-orders", { ...query, tables: TABLES, cluster: remote(), store: STORE });
  });
  const given = asJob(inputs);
  expect(given).toMatchObject({
    ...query,
    name: "big-orders",
    description: "",
    file: "big-orders",
    flinkProperties: {},
    files: {},
    secretParameters: {},
    store: STORE,
    metadataColumns: { timestamp: "__create_timestamp", query: true },
    startSeconds: 120,
    savepointSeconds: 600,
    checkpointSeconds: 300,
    firstRowSeconds: 20,
    requestSeconds: 30,
    staleSeconds: 1800,
  });
  expect(inputs).not.toHaveProperty("files");
  expect(inputs).not.toHaveProperty("session");
  expect(given.definitions.map(({ label, file, line }) => [label, file, line])).toEqual([
    ["table orders", "tables 1 of big-orders", 1],
    ["table big_orders", "tables 2 of big-orders", 1],
  ]);
});

test("Of the secrets a job is given those that its tables name, encrypted, also where another resource makes them.", async () => {
  const secretParameters = { password: output("hidden"), unused: "hidden too" };
  const inputs = await inputsOf(() => {
    const shared = { cluster: remote(), store: STORE, secretParameters };
    new FlinkSqlJob("with", { ...query, tables: TABLES, ...shared });
    new FlinkSqlJob("without", { ...query, targetTable: "other", tables: TABLES, ...shared });
  });
  const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
  expect(inputs.with).toMatchObject({ secretParameters: { ...marked, value: { password: "hidden" } } });
  expect(inputs.without).toMatchObject({ secretParameters: {} });
});

test("Columns of one job are its own; a job that says the same as the settings says nothing.", async () => {
  const settings = { metadata: "timestamp", timestampColumn: "written" } as const;
  const inputs = await inputsOf(() => {
    const shared = { ...query, tables: TABLES, cluster: remote(), store: STORE, settings };
    new FlinkSqlJob("same", { ...shared, metadata: "timestamp" });
    new FlinkSqlJob("own", { ...shared, metadata: "none" });
  });
  expect(inputs.same).not.toHaveProperty("metadata");
  expect(asJob(inputs.same).metadataColumns).toEqual({ timestamp: "written", query: false });
  expect(asJob(inputs.own).metadata).toMatchObject({ timestamp: "written", only: [] });
});

describe("files that options name", () => {
  const file = "unit-arguments.py";
  afterEach(() => rm(workspace.path(file), { force: true }));
  const job = () =>
    register(() => {
      const flinkProperties = { "python.files": file };
      new FlinkSqlJob("orders", { ...query, tables: TABLES, flinkProperties, cluster: remote(), store: STORE });
    });

  test("are taken along with a digest of each.", async () => {
    await writeFile(workspace.path(file), "x = 1\n");
    const { resources } = await job();
    expect(asJob(resources.FlinkSqlJob?.inputs).files).toEqual({
      [file]: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
  });

  test("and are not there end the program with their name.", async () => {
    await expect(job()).rejects.toThrow(`orders: python.files: there is no file ${file}`);
  });
});

describe("the address of a resource's messages", () => {
  class Team extends ComponentResource {
    constructor(name: string) {
      super("test:index:Team", name);
      this.registerOutputs({});
    }
  }

  test.each([
    ["without a parent", false],
    ["below a component", true],
  ])("is its URN %s.", async (_, isBelow) => {
    const { made, all } = await register(() => {
      const options = isBelow ? { parent: new Team("orders-team") } : undefined;
      const cluster = remote(options);
      const job = new FlinkSqlJob("orders", { ...query, tables: TABLES, cluster, store: STORE }, options);
      return [cluster, job, new JobStore("store", { cluster, store: STORE, jobs: ["orders"] }, options)];
    });
    const urns = await Promise.all(made.map(({ urn }) => known(urn)));
    const told = new Map(all.map(({ name, inputs }) => [name, Object(inputs).self]));
    expect(["cluster", "orders", "store"].map((name) => told.get(name))).toEqual(urns);
    expect(urns.some((urn) => urn.includes("test:index:Team$"))).toBe(isBelow);
  });

  const known = (urn: Output<string>) => new Promise<string>((resolve) => urn.apply(resolve));

  test("makes no resource depend on its parent.", async () => {
    const { resources } = await register(() => {
      const parent = new Team("orders-team");
      new FlinkSqlJob("orders", { ...query, tables: TABLES, cluster: remote({ parent }), store: STORE }, { parent });
    });
    expect(resources.SessionCluster).toMatchObject({ parent: "Team", dependencies: [] });
    expect(resources.FlinkSqlJob).toMatchObject({ parent: "Team", dependencies: ["SessionCluster"] });
  });
});

describe("flinkSqlJobs", () => {
  test("makes a job of each manifest of a folder, and gives them by name.", async () => {
    runtime.setAllConfig({});
    const { made, all } = await register(() =>
      flinkSqlJobs({ cluster: remote(), store: STORE, parameters: { output: "file:///output" } }),
    );
    expect(Object.keys(made)).toHaveLength(5);
    expect(made["large-orders"]).toBeInstanceOf(FlinkSqlJob);
    expect(all.filter(({ type }) => type.endsWith("FlinkSqlJob")).map(({ name }) => name)).toEqual(Object.keys(made));
  });

  test("ends the program with every problem of a folder.", async () => {
    const folder = join("test", "nowhere");
    const jobs = register(() => flinkSqlJobs({ folder, cluster: remote(), store: STORE }));
    await expect(jobs).rejects.toThrow(/there is no such folder[\s\S]*\[manifest-invalid\]/u);
  });
});
