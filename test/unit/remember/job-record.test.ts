/** The record's file: what is written is read back, and what the old tool wrote is understood. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { deployed } from "../../../provider/decide/job/record.js";
import { formatRecord, parseRecord } from "../../../provider/remember/job-record.js";

/** As it wrote it with its PyYAML, of a manifest with whatever YAML can do to a value. */
const WRITTEN_BY_OLD_TOOL = readFileSync(
  join(import.meta.dirname, "records", "flink-sql-runner-0.2.0", "found.yaml"),
  "utf8",
);

const current: JobRecord["current"] = {
  manifest: {
    name: "orders",
    description: "it's",
    "target-table": "`t`",
    sql: "SELECT a -- all\nFROM o",
    flinkProperties: { "a.b": "yes" },
  },
  meta: { queryId: "q-1", version: 3, createdAt: "2026-01-01 00:00:00" },
  definitions: ["CREATE TABLE o (a INT)"],
  metadataColumns: { timestamp: "__create_timestamp", query: true },
  secrets: { salt: "s", digest: "d" },
  directories: { checkpoints: "s3://b/c/orders", savepoints: "s3://b/s/orders" },
  jobId: "0a",
  startedFrom: null,
};
const full: JobRecord = {
  status: "running",
  current,
  savepoint: { kind: "savepoint", path: "s3://b/s/orders/3/savepoint-1", at: 5, bytes: 7, drained: true },
  resourceId: "orders-1",
  intent: {
    action: "restart",
    stopping: { jobId: "0a", triggerId: "0b" },
    next: { ...current, jobId: "0c", since: 9 },
    session: { gatewayUrl: "http://g", handle: "h" },
    choices: [{ part: "from", from: "clean" }],
    startSeconds: 600,
    applied: 2,
    total: 7,
  },
  past: [{ version: 2, queryId: "q-0", savepoint: "s3://b/s/orders/2/savepoint-0", endedAt: "2026-01-01T00:00:00Z" }],
  starts: ["09"],
  choices: [{ part: "drain", id: "2" }],
  written: { by: "a@b", at: "2026-01-01T00:00:00Z" },
};

describe("a record", () => {
  it("is read back as it was written", () => {
    const { classicProperties, ...read } = parseRecord("orders", formatRecord(full), "file:///s");
    expect(read).toEqual(full);
    expect(classicProperties).toMatchObject({ "a.b": "yes", "pipeline.name": "orders" });
  });

  it("keeps definitions before parameters are put in, and those without any only once", () => {
    const definitions = ["CREATE TABLE o ('k' = 'x')", "CREATE TABLE p (a INT)"];
    const templates = ["CREATE TABLE o ('k' = '{v}')", "CREATE TABLE p (a INT)"];
    const text = formatRecord({ ...full, current: { ...current, definitions, templates }, intent: undefined });
    expect(text.split("CREATE TABLE p")).toHaveLength(2);
    expect(parseRecord("orders", text, "file:///s").current).toMatchObject({ definitions, templates });
  });

  it("of an older release has no definitions before parameters, and the same text", () => {
    expect(parseRecord("orders", formatRecord(full), "file:///s").current.templates).toBeUndefined();
    expect(formatRecord(full)).not.toContain("templates");
  });

  it("of an older release does not say how far its plan was", () => {
    const intent = full.intent && { ...full.intent, startSeconds: undefined, applied: undefined, total: undefined };
    const text = formatRecord({ ...full, intent });
    expect(text).not.toMatch(/applied|total|start-seconds/u);
    expect(parseRecord("orders", text, "file:///s").intent).toEqual(intent);
  });

  it("has the old tool's fields as the old tool writes them", () => {
    const text = formatRecord(full);
    expect(parse(text, { version: "1.1" })).toMatchObject({
      name: "orders",
      "target-table": "`t`",
      sql: "SELECT a -- all FROM o",
      flinkProperties: { "pipeline.name": "orders", "state.savepoints.dir": "s3://b/s/orders", "a.b": "yes" },
      meta: { "query-id": "q-1", "query-version": 3, "query-create-timestamp": "2026-01-01 00:00:00" },
    });
  });

  it("of the old tool is understood", () => {
    const old = [
      "name: orders",
      "description: d",
      "target-table: t",
      "sql: SELECT 1",
      "flinkProperties: {pipeline.name: orders, state.checkpoints.dir: 's3://b/c/orders', execution.checkpointing.interval: 60s}",
      "meta: {query-id: 1b4e28ba-2fa1-11d2-883f-0016d3cca427, query-version: 4, query-create-timestamp: '2025-01-01 10:00:00'}",
    ].join("\n");
    const record = parseRecord("orders", old, "s3://b");
    expect(record.current.meta).toEqual({
      queryId: "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
      version: 4,
      createdAt: "2025-01-01 10:00:00",
    });
    expect(record.current.directories).toEqual({
      checkpoints: "s3://b/c/orders",
      savepoints: "s3://b/savepoints/orders",
    });
    expect(record).toMatchObject({
      status: "running",
      resourceId: undefined,
      current: { jobId: undefined, definitions: undefined },
    });
  });

  it("of the old tool has its texts as the manifest has them, whatever YAML made of them", () => {
    const { manifest } = parseRecord("orders", WRITTEN_BY_OLD_TOOL, "s3://b/p").current;
    expect(manifest.description).toBe("Größe, 'a' and \"b\" – 5 €");
    expect(manifest.sql).toBe(
      "SELECT `a`, 'it''s: # no comment' AS b, ' --x' AS c FROM `orders` /* all of them */ " +
        "WHERE a <> 'yes' AND b IN ('on', '1e3') AND some_long_column_name_here > 12345678901234567890 ",
    );
    expect(manifest.flinkProperties).toMatchObject({ "a.flag": "true", "a.quoted": "4", "a.time": "12:30:45" });
  });

  it("that takes one of the old tool over shows that tool the values that it wrote", () => {
    const old = parseRecord("orders", WRITTEN_BY_OLD_TOOL, "s3://b/p");
    const flinkProperties = {
      "a.flag": "true",
      "a.float": "1.0",
      "a.quoted": "4",
      "a.ratio": "0.10",
      "a.small": "0.00001",
    };
    const rest = { "a.text": "yes", "a.time": "12:30:45", "a.word": "1e3", "execution.checkpointing.interval": "60s" };
    const dirs = {
      "state.checkpoints.dir": "s3://b/p/checkpoints/orders",
      "state.savepoints.dir": "s3://b/p/savepoints/orders",
    };
    const sql = old.current.manifest.sql?.replace(" FROM ", "\nFROM ").replace(" WHERE ", "\nWHERE ");
    const manifest = {
      ...old.current.manifest,
      sql,
      flinkProperties: { ...flinkProperties, ...rest, ...dirs, "parallelism.default": "4" },
    };
    const taken = deployed(
      old,
      { ...current, manifest, meta: old.current.meta, directories: old.current.directories },
      "",
    );
    const { owner: _, ...expected } = parse(WRITTEN_BY_OLD_TOOL, { version: "1.1" });
    expected.flinkProperties["a.word"] = "1e3";
    const { deployment: __, ...seen } = parse(formatRecord(taken), { version: "1.1" });
    expect(seen).toEqual(expected);
  });

  it("of a PyFlink job keeps its code as it is", () => {
    const text = WRITTEN_BY_OLD_TOOL.replace(/^sql: [\s\S]*?(?=^target)/mu, "code: 'execution_output = 1'\n");
    expect(parseRecord("orders", text, "s3://b/p").current).toMatchObject({
      manifest: { code: "execution_output = 1" },
      meta: { version: 4 },
    });
  });

  it("with both a query and code is about the query, which is what the old tool ran", () => {
    const { manifest } = parseRecord("orders", `${WRITTEN_BY_OLD_TOOL}code: x = 1\n`, "s3://b/p").current;
    expect([manifest.sql?.slice(0, 6), manifest.code]).toEqual(["SELECT", undefined]);
  });

  it("is written under the option names of the manifest", () => {
    const manifest = { ...current.manifest, flinkProperties: { "state.backend": "rocksdb" } };
    const { flinkProperties } = parse(formatRecord({ ...full, current: { ...current, manifest } }), { version: "1.1" });
    expect(Object.keys(flinkProperties)).toEqual([
      "state.backend",
      "pipeline.name",
      "state.checkpoints.dir",
      "state.savepoints.dir",
    ]);
  });

  it.each([
    ["broken: [", "not YAML"],
    [WRITTEN_BY_OLD_TOOL.replace(/^sql: [\s\S]*?(?=^target)/mu, ""), "neither sql nor code"],
    ["name: orders", "no meta"],
    ["", "empty"],
  ])("that is damaged is an error: %j, %s", (text) => {
    expect(() => parseRecord("orders", text, "file:///s")).toThrow(/cannot be read.*nothing was done/u);
  });

  it.each([
    ["query-version: 3", "query-version: 4", "meta.query-version"],
    ["query-id: q-1", "query-id: q-9", "meta.query-id"],
    ["sql: SELECT a -- all FROM o", "sql: SELECT b", "sql"],
  ])("that somebody edited in one of its parts is an error: %s", (before, after, key) => {
    const text = formatRecord(full);
    expect(text).toContain(before);
    expect(() => parseRecord("orders", text.replace(before, after), "file:///s")).toThrow(
      new RegExp(`contradicts itself \\(manifests/orders.yaml in file:///s\\)[\\s\\S]*${key} is not what`, "u"),
    );
  });
});
