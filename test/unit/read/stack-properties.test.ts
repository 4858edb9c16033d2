/** Flink options of one stack: which of them wins, and where a mistake in them is shown. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { type Loaded, loadManifests } from "../../../provider/read/manifests/load-manifests.js";
import { encryptedPlaces, type StackOptions } from "../../../provider/read/settings/stack-properties.js";

const GOOD = "target-table: t\nsql: SELECT 1\n";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "stack-properties-"));
  mkdirSync(join(root, "jobs"));
  const files = {
    "jobs/job-template.yaml":
      "flinkProperties: {a: template, b: template, state.backend: hashmap, c: template, d: template}\n",
    "jobs/orders.yaml": `name: orders\n${GOOD}flinkProperties: {c: manifest, d: manifest, restart-strategy: none}\n`,
    "jobs/clicks.yaml": `name: clicks\n${GOOD}`,
    "Pulumi.prod.yaml":
      'config:\n  p:jobProperties:\n    orders:\n      rest.port: "1"\n    ordrs:\n      d: job\n' +
      "  p:flinkProperties:\n    execution.target: local\n    rest.port: 2\n",
    "Pulumi.qa.yaml": "config:\n  p:retire:\n    - old\n    - clicks\n  p:choices:\n    ordrs: {suspended: true}\n",
    "Pulumi.open.yaml":
      "config:\n  p:parameters:\n    brokers: k:1\n    pw: {secure: abc}\n  p:store: {secure: abc}\n" +
      "  p:jobProperties:\n    orders: {a.b: {secure: abc}, secure: c}\n  p:tables: [a, {secure: abc}]\n",
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
});
afterAll(() => rmSync(root, { recursive: true }));

const load = (options: Partial<StackOptions>): Loaded =>
  loadManifests({
    folder: "jobs",
    root,
    tables: [],
    parameters: {},
    secretParameterNames: [],
    stack: { stack: "prod", flinkProperties: {}, jobProperties: {}, ...options },
  });

const propertiesOf = (job: string, options: Partial<StackOptions>) =>
  load(options).jobs.find(({ manifest }) => manifest.name === job)?.manifest.flinkProperties;

function errorOf(options: Partial<StackOptions>): UserError {
  try {
    load(options);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected an error");
}

describe("an option", () => {
  const options = {
    flinkProperties: { b: "stack", c: "stack", d: "stack", "state.backend.type": "rocksdb", e: "s3://b/{job_name}" },
    jobProperties: { orders: { d: "job", "restart-strategy.type": "fixed-delay", f: "{job_name}" } },
  };

  test("of the stack wins over the template, the manifest over the stack, and the stack for this job over all.", () => {
    expect(propertiesOf("orders", options)).toEqual({
      a: "template",
      b: "stack",
      c: "manifest",
      d: "job",
      "state.backend.type": "rocksdb",
      "restart-strategy.type": "fixed-delay",
      e: "s3://b/orders",
      f: "{job_name}",
    });
  });

  test("for one job is nothing to another one.", () => {
    expect(propertiesOf("clicks", options)).toEqual({
      a: "template",
      b: "stack",
      c: "stack",
      d: "stack",
      "state.backend.type": "rocksdb",
      e: "s3://b/clicks",
    });
  });
});

describe("a mistake in the configuration is shown", () => {
  test("with its place, once for all jobs, as an error of the configuration.", () => {
    const error = errorOf({ flinkProperties: { "execution.target": "local" } });
    expect(error.code).toBe("config-invalid");
    expect(error.parts.what.split("\n")).toEqual([
      "1 problem in the stack's configuration; nothing was deployed or changed",
      "Pulumi.prod.yaml:8:5: execution.target is set by the deployment itself; remove it",
      "    8 |     execution.target: local",
      "      |     ^",
    ]);
  });

  test.each<[string, Partial<StackOptions>, string]>([
    [
      "for one job, at the place of that job",
      { jobProperties: { orders: { "rest.port": "1" } } },
      "Pulumi.prod.yaml:4:7: rest.port is set by the deployment itself; remove it",
    ],
    [
      "for a job that does not exist, with the nearest one that does",
      { jobProperties: { ordrs: { d: "job" } } },
      "Pulumi.prod.yaml:5:5: jobProperties: no manifest is named 'ordrs'; did you mean orders?",
    ],
    [
      "without a place where Pulumi has read it from another file",
      { flinkProperties: { "execution.target": "yarn" } },
      "Pulumi.prod.yaml: execution.target is set by the deployment itself; remove it",
    ],
    [
      "without a place where the file has no such job",
      { jobProperties: { "by-region": {} } },
      "Pulumi.prod.yaml: jobProperties: no manifest is named 'by-region'; remove it, or correct the name",
    ],
    [
      "of a stack without a file",
      { stack: "other", flinkProperties: { "rest.port": "2" } },
      "Pulumi.other.yaml: rest.port is set by the deployment itself; remove it",
    ],
  ])("%s", (_, options, expected) => {
    expect(errorOf(options).parts.what.split("\n")[1]).toBe(expected);
  });

  test("beside the mistakes of the manifests, where there are some too.", () => {
    writeFileSync(join(root, "jobs/bad.yaml"), "name: bad\nsql: SELECT 1\n");
    const error = errorOf({ jobProperties: { ordrs: {} } });
    rmSync(join(root, "jobs/bad.yaml"));
    expect(error.code).toBe("manifest-invalid");
    expect(error.parts.what).toContain("2 problems in the manifests of jobs");
  });
});

describe("retire", () => {
  const options = { stack: "qa", retire: ["old", "orders", "clicks"], choices: { ordrs: { suspended: true } } };

  test("names no job that has a manifest: told with the other mistakes, each at its place.", () => {
    const error = errorOf(options);
    expect(error.code).toBe("config-invalid");
    const told = error.parts.what.split("\n").filter((line) => line.startsWith("Pulumi."));
    const why =
      "there is a manifest; remove the name, or remove the manifest: that alone stops the job with a savepoint";
    expect(told).toEqual([
      `Pulumi.qa.yaml: retire: orders cannot be retired: ${why}`,
      `Pulumi.qa.yaml:4:7: retire: clicks cannot be retired: ${why}`,
      "Pulumi.qa.yaml:6:5: choices.ordrs: no manifest is named 'ordrs'; did you mean orders?",
    ]);
  });

  test("may name any other.", () => expect(() => load({ stack: "qa", retire: ["old"] })).not.toThrow());
});

test.each([
  ["parameters", [["parameters", "pw"]]],
  ["store", [["store"]]],
  ["jobProperties", [["jobProperties", "orders", "a.b"]]],
  ["tables", [["tables", "1"]]],
  ["of another file", [["of another file"]]],
])("The encrypted values of %s are found where they stand.", (key, places) => {
  expect(encryptedPlaces(root, "open", key)).toEqual(places);
});
