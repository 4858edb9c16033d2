/** What counts as a change, and what does not. */

import { describe, expect, it } from "vitest";
import { changesBetween, type Desired, digestSecrets } from "../../../../provider/decide/change/changes.js";
import type { Deployment } from "../../../../provider/decide/job/record.js";

const base: Desired = {
  manifest: {
    name: "orders",
    description: "d",
    "target-table": "`t`",
    sql: "SELECT a FROM o",
    flinkProperties: { "state.backend": "hashmap" },
  },
  definitions: ["CREATE TABLE o (a INT) WITH ('k' = '{password}')"],
  metadataColumns: { timestamp: "ts", query: true },
  secrets: { password: "one" },
  directories: { checkpoints: "file:///c/orders", savepoints: "file:///s/orders" },
  files: {},
  adopt: undefined,
};
const current: Deployment = {
  ...base,
  meta: { queryId: "q", version: 1, createdAt: "" },
  secrets: digestSecrets(base.secrets, "0a"),
  jobId: "j",
  startedFrom: null,
};
const manifest = (parts: Partial<Desired["manifest"]>): Desired => ({
  ...base,
  manifest: { ...base.manifest, ...parts },
});

const SAME: readonly [string, Desired][] = [
  ["nothing", base],
  ["white space, comments and the case of keywords", manifest({ sql: "select a -- c\n  FROM o /* d */;" })],
  ["the old name of an option", manifest({ flinkProperties: { "state.backend.type": "hashmap" } })],
  [
    "quotes around a definition's white space",
    { ...base, definitions: ["CREATE TABLE o ( a INT )  WITH ('k'='{password}')"] },
  ],
  [
    "another way to write a directory",
    { ...base, directories: { checkpoints: "file:/c/orders/", savepoints: "file:///s/orders" } },
  ],
];
const CHANGED: readonly [string, Desired, string, string][] = [
  ["a literal", manifest({ sql: "SELECT 'a' FROM o" }), "replace", "SQL changed"],
  ["the case of a column", manifest({ sql: "SELECT A FROM o" }), "replace", "SQL changed"],
  ["the target table", manifest({ "target-table": "`u`" }), "replace", "target-table `t` → `u`"],
  ["the description", manifest({ description: "e" }), "restart", "description changed"],
  [
    "an option",
    manifest({ flinkProperties: { "state.backend": "rocksdb" } }),
    "restart",
    "state.backend.type hashmap → rocksdb",
  ],
  [
    "a table",
    { ...base, definitions: ["CREATE TABLE o (a BIGINT) WITH ('k' = '{password}')"] },
    "restart",
    "table o changed (column a changed)",
  ],
  ["a secret", { ...base, secrets: { password: "two" } }, "restart", "a secret parameter changed"],
  [
    "the metadata columns",
    { ...base, metadataColumns: { timestamp: "ts", query: false } },
    "restart",
    "metadata columns changed (without __query_name, __query_description, __query_id, __query_version, __query_create_timestamp)",
  ],
  [
    "a directory",
    { ...base, directories: { ...base.directories, savepoints: "s3://b/s" } },
    "restart",
    "savepoints directory file:///s/orders → s3://b/s",
  ],
];

describe("no change is", () => {
  it.each(SAME)("%s", (_title, desired) => expect(changesBetween(current, desired)).toEqual([]));
});

describe("a change is", () => {
  it.each(CHANGED)("%s", (_title, desired, effect, words) =>
    expect(changesBetween(current, desired)).toMatchObject([{ effect, words }]),
  );
});

it("a password in an option is not told", () => {
  const [change] = changesBetween(
    current,
    manifest({ flinkProperties: { ...base.manifest.flinkProperties, "s3.secret-key": "hush" } }),
  );
  expect(change?.words).toBe("s3.secret-key unset → ******");
});

it("a record of the old tool, which knows no definitions, does not make them a change", () => {
  const old = { ...current, definitions: undefined, metadataColumns: undefined, secrets: undefined };
  const folded = { ...old, manifest: { ...old.manifest, sql: "SELECT a -- c FROM o" } };
  expect(changesBetween(folded, manifest({ sql: "SELECT a -- c\nFROM o" }))).toEqual([]);
});
