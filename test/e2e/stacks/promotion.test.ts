/** Two environments with the same manifests: what the second one says of the first, whose store is in S3. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { s3FlinkOptions } from "../../../provider/store/s3-client.js";
import { localSpec } from "../../support/clusters/cluster.js";
import { createBucket } from "../../support/servers/bucket.js";
import { MOTO_CREDENTIALS, type Moto, startMoto } from "../../support/servers/moto.js";
import { smallEngine } from "../../support/stories/engines.js";
import { Story } from "../../support/stories/story.js";

const JOBS = ["all-numbers", "even-numbers"];

let moto: Moto;
let folder: string;
let staging: Story;
let prod: Story;
beforeAll(async () => {
  moto = await startMoto();
  const store = `s3://staging/sql?endpoint=${encodeURIComponent(moto.endpoint)}`;
  await createBucket(store);
  // A cluster of its own, since jobs are found by their names.
  folder = await mkdtemp(join(tmpdir(), "staging-cluster-"));
  const spec = { ...(await localSpec(folder, 4)), store, storeOptions: await s3FlinkOptions(store) };
  await startLocalOrNothing(spec, () => undefined, MOTO_CREDENTIALS);
  const restUrl = `http://127.0.0.1:${spec.restPort}`;
  const gatewayUrl = `http://127.0.0.1:${spec.gatewayPort}`;
  staging = await Story.begin("promotion", { target: "remote", restUrl, gatewayUrl, store }, smallEngine());
  await staging.configure({ parameters: { output: `file://${staging.folder}/output`, rows: 5, prefix: "staging_" } });
  prod = await Story.begin("promotion", {}, smallEngine());
  await prod.configure({
    parameters: { output: `file://${prod.folder}/output`, rows: 9, prefix: "prod_" },
    flinkProperties: { "parallelism.default": 2 },
    jobProperties: { "even-numbers": { "parallelism.default": 3 } },
    compareWith: { stack: "staging", store },
  });
});
afterAll(async () => {
  try {
    await prod?.end();
    await staging?.end();
  } finally {
    await stopLocal(folder);
    await rm(folder, { recursive: true });
    await moto.stop();
  }
});

test("Before anything runs in staging, prod says that staging has no records.", async () => {
  await prod.place(1);
  const { code, text, lines } = await prod.preview();
  expect(code, text).toBe(0);
  expect(lines).toEqual({
    "all-numbers": "new, version 1, starts clean",
    "even-numbers": "new, version 1, starts clean",
  });
  const diagnostics = text.slice(text.lastIndexOf("Diagnostics:"));
  expect(diagnostics.match(/staging has no records at s3:\/\/staging/gu)).toHaveLength(1);
});

test("After staging, prod is the same as staging, in tables with other values too, and runs with its own properties.", async () => {
  await staging.step(1);
  const { preview } = await prod.step(1);
  const same = "new, version 1, starts clean; SQL and tables as in staging (version 1, running)";
  expect(preview.lines).toEqual({ "all-numbers": same, "even-numbers": same });
  const [copy, even] = await Promise.all(JOBS.map((job) => prod.running(job)));
  expect(copy?.record.properties["parallelism.default"]).toBe("2");
  expect(even?.record.properties["parallelism.default"]).toBe("3");
  expect(even?.record.properties["execution.checkpointing.interval"]).toBe("1 s");
});

test("Unchanged jobs are compared too.", async () => {
  const same = "no change, version 1; SQL and tables as in staging (version 1, running)";
  expect((await prod.again()).preview.lines).toEqual({ "all-numbers": same, "even-numbers": same });
});

test("A query that staging has changed, and a job that only staging has, are said.", async () => {
  await staging.step(2);
  const { code, text, lines } = await prod.preview();
  expect(code, text).toBe(0);
  expect(lines["even-numbers"]).toBe("no change, version 1; SQL differs from staging, which runs version 2");
  expect(lines["all-numbers"]).toBe("no change, version 1; SQL and tables as in staging (version 1, running)");
  expect(text).toContain("warning: staging has a job that this stack does not have: first-numbers");
});

test("A job that staging gave up, and tables that staging has changed, are said.", async () => {
  await staging.step(3);
  await prod.place(2);
  const { code, text, lines } = await prod.preview();
  expect(code, text).toBe(0);
  expect(lines).toEqual({
    "all-numbers": "no change, version 1; SQL as in staging (version 1, running); table numbers differs",
    "even-numbers":
      "new version 2, starts clean (SQL changed); N B of state of version 1 will not be used; SQL differs from staging, which runs version 3; table numbers differs",
    "first-numbers": "new, version 1, starts clean; staging does not have it any more (version 1 was its last)",
  });
  expect(text).not.toContain("that this stack does not have");
});

test("The same manifests again make both the same again.", async () => {
  const { preview } = await prod.step(3);
  const same =
    "restart from a savepoint (table numbers changed (fields.n.start 1 → 2)), version 1 stays; fields.n.start has no effect: the state holds its own positions; SQL and tables as in staging";
  expect(preview.lines["all-numbers"]).toBe(`${same} (version 1, running)`);
});

test("A value that one stack lacks, and options for a job that does not exist, are errors of that stack.", async () => {
  const parameters = { output: `file://${prod.folder}/output`, rows: 9 };
  const jobProperties = { "even-numbers": { "parallelism.default": 3 } };
  await prod.configure({ parameters });
  const lacking = await prod.preview();
  await prod.configure({
    parameters: { ...parameters, prefix: "prod_" },
    jobProperties: { "even-numbres": { "parallelism.default": 3 } },
  });
  const stranger = await prod.preview();
  await prod.configure({ jobProperties });
  expect([lacking.code === 0, stranger.code === 0]).toEqual([false, false]);
  expect(lacking.text).toMatch(
    /tables\.sql:20:22: no value for \{prefix\} in stack e2e-promotion-\w+; set it: pulumi c/u,
  );
  expect(stranger.text).toContain("jobProperties: no manifest is named 'even-numbres'; did you mean even-numbers?");
  expect(stranger.text).toContain("[config-invalid]");
});

test("A store of staging that cannot be reached is one warning, and the jobs are planned as ever.", async () => {
  // Nobody listens on port 1.
  const store = "s3://staging/sql?endpoint=http%3A%2F%2F127.0.0.1%3A1";
  await prod.configure({ compareWith: { stack: "staging", store } });
  const { code, text, lines } = await prod.preview();
  expect(code, text).toBe(0);
  expect(Object.keys(lines)).toEqual(["staging cannot be read"]);
  expect(lines["staging cannot be read"]).toContain("ECONNREFUSED");
  expect(text).toContain("5 unchanged");
});
