/** Options that SET in a table file may give: those that say how a job is planned, and none that says what a start is. */

import { currentName, isReserved } from "./properties.js";

/** Whole groups, each by what the names in it begin with. */
const PLANNING = ["table.", "sql-client.", "python.fn-execution.", "pipeline.operator-chaining"];

const PLANNING_OPTIONS: ReadonlySet<string> = new Set([
  "parallelism.default",
  "pipeline.auto-watermark-interval",
  "pipeline.generic-types",
  "pipeline.max-parallelism",
  "pipeline.object-reuse",
  "python.execution-mode",
  "python.map-state.iterate-response-batch-size",
  "python.map-state.read-cache-size",
  "python.map-state.write-cache-size",
  "python.metric.enabled",
  "python.operator-chaining.enabled",
  "python.profile.enabled",
  "python.state.cache-size",
  "python.systemenv.enabled",
]);

/** Of these groups those that say how a start goes, where its state is found again, or where files are left. */
const NOT_PLANNING = [
  "table.dml-",
  "table.catalog-store.",
  "table.plan.",
  "table.exec.uid.",
  "table.resources.",
  "table.rtas-ctas.",
  "table.builtin-",
];

/** Why an option cannot be set in a table file, if so; the name as Flink gets it. */
export function ownedOption(name: string): string | undefined {
  const lower = name.toLowerCase();
  const isPlanning = PLANNING_OPTIONS.has(lower) || PLANNING.some((group) => lower.startsWith(group));
  if (isPlanning && !NOT_PLANNING.some((group) => lower.startsWith(group))) return undefined;
  if (isReserved(currentName(lower)) || lower === "pipeline.name")
    return `${name} is set by the deployment itself; remove it`;
  return `${name} says more than how a job is planned; put it into flinkProperties of the manifest or of job-template.yaml`;
}
