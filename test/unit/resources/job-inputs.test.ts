/** What a job's hooks are given: as the program sends it, and as an older version's state has it. */

import { expect, test } from "vitest";
import { JobGiven } from "../../../provider/resources/job-inputs.js";
import { UNKNOWN } from "../../../provider/resources/seam/dynamic.js";
import { packed } from "../../../provider/resources/seam/packed.js";

const plain = {
  name: "orders",
  description: "",
  targetTable: "sink",
  sql: "SELECT 1",
  file: "jobs/orders.yaml",
  secretParameters: {},
  store: "s3://bucket/flink",
  self: "urn:pulumi:dev::flink-sql::flink::orders",
};
const settings = {
  metadataColumns: { timestamp: "ts", query: true },
  python: { client: "python3", flinkHome: "", workers: "" },
  startSeconds: 1,
  savepointSeconds: 2,
  checkpointSeconds: 3,
  firstRowSeconds: 6,
  requestSeconds: 4,
  staleSeconds: 5,
};
const parts = {
  flinkProperties: { "pipeline.name": "orders" },
  definitions: [{ sql: "CREATE TABLE t", label: "table t", file: "tables.sql", line: 1, column: 1 }],
  files: { "udf.py": "abc" },
};
const cluster = { restUrl: "http://a", gatewayUrl: "http://b", activity: "none", target: "yarn", folder: "x" };
const session = {
  resourceManagers: ["http://rm"],
  wanted: { by: "name", name: "session" },
  owner: "me",
  applicationId: "application_1_1",
  leaves: [],
};

const texts = {
  flinkProperties: packed(parts.flinkProperties),
  definitions: packed(parts.definitions),
  files: packed(parts.files),
  cluster: packed(cluster),
  settings: packed(settings),
};

test("Texts and the values that they were made of mean the same.", () => {
  const now = JobGiven.parse({ ...plain, ...texts });
  expect(now).toEqual(JobGiven.parse({ ...plain, ...parts, ...settings, cluster }));
  expect(now).toMatchObject({ ...parts, ...settings, cluster });
});

test("A session of YARN is part of the cluster, wherever it was given.", () => {
  const now = JobGiven.parse({ ...plain, ...texts, session: packed(session) });
  expect(now.cluster.session).toMatchObject({ applicationId: "application_1_1" });
  expect(JobGiven.parse({ ...plain, ...parts, ...settings, cluster: { ...cluster, session } })).toEqual(now);
});

test.each([
  ["unknown", UNKNOWN],
  ["none", ""],
  ["absent", undefined],
])("A session that is %s is none.", (_what, given) => {
  expect(JobGiven.parse({ ...plain, ...texts, session: given }).cluster).toEqual(cluster);
});

test("A cluster of which nothing is known yet is one that starts.", () => {
  const { cluster: found } = JobGiven.parse({ ...plain, ...texts, cluster: UNKNOWN });
  expect(found).toMatchObject({ restUrl: UNKNOWN, activity: "starting" });
});

test("A text that is no JSON is refused by the name of its input.", () => {
  const { error } = JobGiven.safeParse({ ...plain, ...texts, definitions: "[{" });
  expect(error?.issues[0]?.path).toEqual(["definitions"]);
});
