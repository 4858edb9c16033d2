/** The record of a job that runs, for tests in which it matters little what it says. */

import type { Deployment, JobRecord } from "../../../provider/decide/job/record.js";

/** `current`: what is to be said of its start. */
export function aRecord(current: Partial<Deployment> = {}, parts: Partial<Omit<JobRecord, "current">> = {}): JobRecord {
  return {
    status: "running",
    current: {
      manifest: { name: "orders", description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} },
      meta: { queryId: "q", version: 1, createdAt: "2026-01-02 03:04:05" },
      definitions: [],
      metadataColumns: { timestamp: "ts", query: true },
      secrets: undefined,
      directories: { checkpoints: "file:///c", savepoints: "file:///s" },
      jobId: "0".repeat(32),
      startedFrom: null,
      ...current,
    },
    savepoint: undefined,
    resourceId: undefined,
    intent: undefined,
    past: [],
    written: undefined,
    ...parts,
  };
}
