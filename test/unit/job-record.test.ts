/** The record's file: what is written is read back, and what the old tool wrote is understood. */

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JobRecord } from "../../provider/record.js";
import { formatRecord, parseRecord } from "../../provider/store/job-record.js";

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
  savepoint: { kind: "savepoint", path: "s3://b/s/orders/3/savepoint-1", at: 5, bytes: 7 },
  resourceId: "orders-1",
  intent: {
    action: "restart",
    stopping: { jobId: "0a", triggerId: "0b" },
    next: { ...current, jobId: "0c" },
    session: { gatewayUrl: "http://g", handle: "h" },
  },
  past: [{ version: 2, queryId: "q-0", savepoint: "s3://b/s/orders/2/savepoint-0", endedAt: "2026-01-01T00:00:00Z" }],
  written: { by: "a@b", at: "2026-01-01T00:00:00Z" },
};

describe("a record", () => {
  it("is read back as it was written", () => {
    expect(parseRecord("orders", formatRecord(full), "file:///s")).toEqual(full);
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

  it.each([
    ["broken: [", "not YAML"],
    ["name: orders", "no meta"],
    ["", "empty"],
  ])("that is damaged is an error: %j, %s", (text) => {
    expect(() => parseRecord("orders", text, "file:///s")).toThrow(/cannot be read.*nothing was done/u);
  });
});
