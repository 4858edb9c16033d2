/** How flink-sql-runner reads values, and what a job that it started is known by. */

import { describe, expect, test } from "vitest";
import { changesBetween, type Desired } from "../../../../provider/decide/change/changes.js";
import {
  classicText,
  classicValue,
  flinkNames,
  runsCutShort,
  sameNumber,
  versionByState,
} from "../../../../provider/decide/job/classic.js";
import type { Deployment } from "../../../../provider/decide/job/record.js";
import { parseRecord } from "../../../../provider/remember/job-record.js";

/** A record as the tool wrote it: these options, this query. */
function classic(options: string, sql = "SELECT 1"): Deployment {
  const meta = "meta: {query-create-timestamp: '2026-01-01 00:00:00', query-id: q, query-version: 2}";
  const text = `name: orders\ndescription: d\ntarget-table: t\nsql: ${sql}\nflinkProperties: ${options}\n${meta}\n`;
  return parseRecord("orders", text, "s3://b/p").current;
}

function desired(flinkProperties: Readonly<Record<string, string>>, sql = "SELECT 1"): Desired {
  return {
    manifest: { name: "orders", description: "d", "target-table": "t", sql, flinkProperties },
    definitions: ["CREATE TABLE t (a INT)"],
    metadataColumns: { timestamp: "__create_timestamp", query: true },
    secrets: {},
    directories: { checkpoints: "s3://b/p/checkpoints/orders", savepoints: "s3://b/p/savepoints/orders" },
    files: {},
    adopt: undefined,
  };
}

describe("an option of a manifest and the same in the tool's record are no change", () => {
  test.each([
    ["false", "{a: false}"],
    ["4", "{a: 4}"],
    ["4", "{a: '4'}"],
    ["0.10", "{a: 0.1}"],
    ["1.0", "{a: 1.0}"],
    ["1_000", "{a: 1000}"],
    ["1e-05", "{a: 1.0e-05}"],
    ["60 s", "{a: 60 s}"],
  ])("%s and %s", (text, options) => {
    expect(changesBetween(classic(options), desired({ a: text }))).toEqual([]);
  });

  test("An old name of an option and its new name are no change either.", () => {
    const old = classic("{state.backend: rocksdb, pipeline.name: orders}");
    expect(changesBetween(old, desired({ "state.backend.type": "rocksdb" }))).toEqual([]);
  });
});

describe("what differs is a change", () => {
  test.each([
    ["5", "{a: 4}", "a 4 → 5"],
    ["true", "{a: 1}", "a 1 → true"],
    ["1e3x", "{a: 1000}", "a 1000 → 1e3x"],
    ["x", "{a: null}", "a None → x"],
    ["x", "{a: [1, y]}", 'a [1,"y"] → x'],
  ])("%s and %s", (text, options, words) => {
    expect(changesBetween(classic(options), desired({ a: text })).map((change) => change.words)).toEqual([words]);
  });

  test("A number that is spelt otherwise is a change to a record of our own, which has its exact text.", () => {
    const own = { ...classic("{a: 0.1}"), definitions: ["CREATE TABLE t (a INT)"] };
    expect(changesBetween(own, desired({ a: "0.10" }))).toHaveLength(1);
  });
});

describe("a value is written as the tool will read it from the manifest", () => {
  test.each<[string, unknown, unknown]>([
    ["4", undefined, 4],
    ["4", "4", "4"],
    ["5", "4", "5"],
    ["5", 4, 5],
    ["0.10", 0.1, 0.1],
    ["0.5", undefined, 0.5],
    ["true", undefined, true],
    ["true", "true", "true"],
    ["None", null, null],
    ["60 s", undefined, "60 s"],
    ["010", undefined, "010"],
    ["1e3", undefined, "1e3"],
    ["12345678901234567890", undefined, "12345678901234567890"],
  ])("%s, after %j, as %j", (text, before, value) => {
    expect(classicValue(text, before)).toEqual(value);
  });

  test("What it gave to Flink for no value is a word.", () => {
    expect([null, undefined, true, 4, "x"].map(classicText)).toEqual(["None", "None", "true", "4", "x"]);
    expect(sameNumber("", "0")).toBe(false);
  });
});

describe("a job that the tool started", () => {
  test("may run under the name that its template gave it", () => {
    expect(flinkNames("orders", classic("{pipeline.name: rta-orders}"))).toEqual(["orders", "rta-orders"]);
    expect(flinkNames("orders", classic("{}"))).toEqual(["orders"]);
    expect(flinkNames("orders", undefined)).toEqual(["orders"]);
  });

  test.each([
    ["s3://b/c/orders/3/0a/chk-7", 3],
    ["s3://b/c/orders/0a/chk-7", undefined],
    ["s3://b/c/orders/3/0b/chk-7", undefined],
    ["s3://b/s/orders/3/savepoint-0a", undefined],
  ])("shows its version by %s: %s", (path, version) => {
    const lastCheckpoint = { kind: "checkpoint" as const, path, at: 0 };
    const detail = {
      completedCheckpoints: 1,
      restored: false,
      lastCheckpoint,
      stoppedWith: undefined,
      failure: undefined,
    };
    const job = {
      jobId: "0a",
      name: "orders",
      status: "RUNNING" as const,
      startedAt: 0,
      endedAt: -1,
      tasks: { running: 1, total: 1 },
    };
    expect(versionByState({ ...job, detail })).toBe(version);
    expect(versionByState(job)).toBeUndefined();
  });

  test("runs a query that a comment cut short where the tool joined its lines", () => {
    const written = "SELECT a -- all\nFROM t";
    const joined = classic("{}", '"SELECT a -- all FROM t"');
    expect(changesBetween(joined, desired({}, written))).toEqual([]);
    expect(runsCutShort(joined, { sql: written })).toBe(true);
    expect(runsCutShort(classic("{}", "SELECT a FROM t"), { sql: "SELECT a\nFROM t" })).toBe(false);
    expect(runsCutShort(classic("{}", "SELECT a FROM t"), { sql: "SELECT b" })).toBe(false);
  });
});
