/** What the program registers, input for input: a stack that an earlier release wrote shows no difference. Whoever changes a file of wire/ changes every stack. */

import { resolve } from "node:path";
import { runtime } from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { register } from "../../support/stories/mocked-stack.js";

/** The environment may lead to another server and region. */
const before = { ...process.env };
beforeAll(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
});
afterAll(() => {
  process.env = before;
});

afterEach(() => {
  delete process.env.PULUMI_CONFIG_SECRET_KEYS;
  vi.resetModules();
});

const HOMES = { flinkHome: "/opt/flink", pyClientExecutable: "/opt/python" };

interface Case {
  readonly config: Readonly<Record<string, unknown>>;
  readonly secretKeys?: readonly string[];
  readonly isPreview?: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  local: { config: HOMES },
  remote: {
    config: {
      ...HOMES,
      target: "remote",
      restUrl: "http://flink:8081/",
      gatewayUrl: "http://flink:8083/",
      store: "s3://orders-state/flink?region=eu-central-1",
      manifests: "test/e2e/stories/code/1",
      template: "test/e2e/stories/common/job-template.yaml",
      tables: ["test/e2e/stories/code/tables.sql"],
      pyExecutable: "/usr/bin/python3",
      metadata: "none",
      slots: 3,
      retain: { versions: 3, days: 30 },
      retire: ["gone"],
      environment: ["HTTP_PROXY"],
    },
  },
  files: {
    config: {
      ...HOMES,
      manifests: "test/e2e/stories/udf/1",
      template: "test/e2e/stories/common/job-template.yaml",
      tables: ["test/e2e/stories/udf/tables.sql"],
      queryMetadata: false,
    },
  },
  yarn: {
    config: {
      ...HOMES,
      target: "yarn",
      restUrl: "http://localhost:8081/",
      yarn: { resourceManagers: "http://rm1:8088/", start: true, shipFiles: ["lib/a.jar"], caFile: "ca.pem" },
      clusterProperties: { "s3.secret-key": "hidden-key" },
      parameters: { output: "file:///output" },
      secretParameters: { output: "file:///secret-output" },
      compareWith: { stack: "staging", store: "s3://staging/flink" },
      choices: { "large-orders": { from: "clean" } },
      adopt: { "large-orders": "a".repeat(32) },
      timestampColumn: "written",
      staleSeconds: 60,
      startSeconds: 7,
    },
    secretKeys: ["clusterProperties", "secretParameters"],
  },
  bucket: {
    config: { ...HOMES, store: "s3://orders-state/flink?region=eu-central-1", bucket: { create: true } },
    isPreview: true,
  },
};

/** Paths of this clone become those of one called /project. */
const anywhere = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(process.cwd(), "/project"));

async function programOf({ config, secretKeys = [], isPreview = false }: Case) {
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secretKeys.map((key) => `flink-sql:${key}`));
  const texts = Object.entries(config).map(([key, value]) => [
    `flink-sql:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  runtime.setAllConfig(Object.fromEntries(texts));
  vi.resetModules();
  const { made, all } = await register(() => import("../../../index.js"), { isPreview });
  return { exports: Object.keys(made).sort(), all };
}

test.each(Object.entries(CASES))("%s", async (name, given) => {
  const { exports, all } = await programOf(given);
  expect(exports).toEqual(["dashboard", "jobs", "restUrl"]);
  await expect(`${JSON.stringify(anywhere(all), undefined, 2)}\n`).toMatchFileSnapshot(
    resolve(`test/unit/resources/wire/${name}.txt`),
  );
});
