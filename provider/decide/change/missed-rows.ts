/** A restart after which rows that are taken back would have other columns about the query than when they were written. */

import { chooseFrom } from "../job/choices.js";
import type { Deployment } from "../job/record.js";
import { type Draft, type Refusal, refuse } from "../plan/decision.js";
import { columnsOf, metadataChange } from "../sql/metadata-columns.js";
import { tokenize } from "../sql/sql-text.js";
import type { PlanFacts } from "./plan-facts.js";
import { nameAt, tablesOf } from "./table-facts.js";

type Next = Pick<Deployment, "manifest" | "definitions" | "metadataColumns">;

/** Whether the state is kept without a person having chosen that, and what was written with it is to be found again. */
export function keepsRows({ start, action, isChosen }: Draft): boolean {
  return start !== undefined && start.from !== "clean" && action !== "replace" && !isChosen;
}

/** What of the columns about the query differs, where rows are kept; undefined where nothing does. */
export function changedColumns(keeps: boolean, current: Next | undefined, next: Next): string | undefined {
  if (!keeps || !current?.metadataColumns || !next.metadataColumns) return undefined;
  const isTold = columnsOf(next.metadataColumns).some(({ key }) => key === "query-description");
  if (isTold && current.manifest.description !== next.manifest.description) return "description changed";
  return metadataChange(current.metadataColumns, next.metadataColumns);
}

/** Where rows are found by all of their columns, the state's would not be found any more. */
export function missedRowsRefusal(
  keeps: boolean,
  facts: PlanFacts,
  current: Next | undefined,
  next: Next,
): Refusal | undefined {
  const words = changedColumns(keeps, current, next);
  if (words === undefined || !findsWholeRows(facts, next)) return undefined;
  const { name } = next.manifest;
  return refuse(
    `${name}: ${words}, and its table matches retracted rows by all of their columns: rows written before would never be removed`,
    `start clean: ${chooseFrom(name, "clean")}; or undo this change`,
  );
}

/** Of a table that no definition makes nothing is known but what Flink's plan says. */
function findsWholeRows({ materializes, hasUpdates }: PlanFacts, { manifest, definitions }: Next): boolean {
  if (materializes || !hasUpdates) return materializes;
  const target = nameAt(tokenize(manifest["target-table"]), 0).name;
  return tablesOf(definitions ?? []).get(target)?.keys === "";
}
