/** Which operators of a plan keep state, and what they are called; an unknown one counts as keeping state. */

import type { PlanNode } from "./compiled-plan.js";

/** Of Flink's stream operators (Flink source: `StreamExec…` classes, their StateMetadata) those that keep nothing from row to row. */
const STATELESS = new Set([
  "calc",
  "correlate",
  "python-calc",
  "python-correlate",
  "drop-update-before",
  "exchange",
  "expand",
  "union",
  "values",
  "watermark-assigner",
  "mini-batch-assigner",
  // Both hand on what they have gathered before each checkpoint.
  "local-group-aggregate",
  "local-window-aggregate",
]);

const WORDS: Readonly<Record<string, string>> = {
  "group-aggregate": "group by",
  "global-group-aggregate": "group by",
  "incremental-group-aggregate": "group by",
  "python-group-aggregate": "group by",
  "group-window-aggregate": "window aggregate",
  "window-aggregate": "window aggregate",
  "global-window-aggregate": "window aggregate",
  "window-join": "window join",
  "window-rank": "window Top-N",
  "window-deduplicate": "window deduplication",
  "window-table-function": "window",
  join: "join",
  "multi-join": "join",
  "delta-join": "join",
  "interval-join": "interval join",
  "temporal-join": "temporal join",
  "lookup-join": "lookup join",
  rank: "Top-N",
  deduplicate: "deduplication",
  "over-aggregate": "OVER",
  "changelog-normalize": "changelog normalize",
  match: "MATCH_RECOGNIZE",
  "temporal-sort": "sort",
  sort: "sort",
  "sort-limit": "ORDER BY … LIMIT",
  limit: "LIMIT",
};

export type Role = "source" | "sink" | "stateless" | "stateful";

/** `stream-exec-group-aggregate_1` → `group-aggregate`. */
export function kindOf({ type }: PlanNode): string {
  return type.replace(/^stream-exec-/u, "").replace(/_\d+$/u, "");
}

export function roleOf(node: PlanNode): Role {
  const kind = kindOf(node);
  if (kind === "table-source-scan") return "source";
  if (kind === "sink") return "sink";
  return STATELESS.has(kind) ? "stateless" : "stateful";
}

export function kindWords(node: PlanNode): string {
  const kind = kindOf(node);
  return WORDS[kind] ?? kind.replaceAll("-", " ");
}
