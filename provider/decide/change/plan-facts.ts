/** A plan of Flink's: its width, and whether rows that are taken back still match what was written. */

import type { MetadataColumns } from "../sql/metadata-columns.js";
import { columnsOf } from "../sql/metadata-columns.js";

export interface PlanFacts {
  /** All tasks of a job share slots, so the widest of them decides. */
  readonly slots: number;
  /** Columns that would have another value when their row is taken back; undefined where Flink did not look. */
  readonly unstable: readonly UnstableColumn[] | undefined;
  /** Flink keeps the rows of a key, and finds the one that is taken back by all of its columns. */
  readonly materializes: boolean;
  /** Rows are taken back or changed, and not only added. */
  readonly hasUpdates: boolean;
}

export interface UnstableColumn {
  /** Undefined for a condition. Else as Flink calls it: where the table's columns come in another order, or behind a cast, that is the table's name for it. */
  readonly column: string | undefined;
  /** The function that has another value each time: NOW, UUID, RAND. */
  readonly by: string;
}

/** Flink's option, by which a person says that rows may be wrong like that. */
const STRATEGY = "table.optimizer.non-deterministic-update.strategy";

/**
 * Why deletes and updates would miss their rows, by Flink's own rule for columns that are not deterministic; undefined where
 * they do not. `options`: those that the job is given. Of the query's own columns their author may say that it does not matter;
 * the time of the insert is what this project adds.
 */
export function lostRowsWords(
  { unstable, materializes }: PlanFacts,
  columns: MetadataColumns | undefined,
  options: Readonly<Record<string, string>>,
): string | undefined {
  const writesTime = columns !== undefined && columnsOf(columns)[0]?.key === "timestamp";
  if (unstable === undefined) return writesTime && materializes ? insertTimeWords(columns) : undefined;
  // Which of its columns the table calls otherwise is not told; a function that is not NOW makes none of ours.
  if (writesTime && unstable.some(({ by, column }) => by === "NOW" && column !== undefined))
    return insertTimeWords(columns);
  const isAccepted = options[STRATEGY]?.toUpperCase() === "IGNORE";
  return unstable.length > 0 && !isAccepted ? ownColumnsWords(unstable) : undefined;
}

/** Why such a plan is not started, and the ways out. */
export function insertTimeWords({ timestamp }: MetadataColumns): string {
  return (
    `the query updates its results, and a retracted row is matched by all of its columns here; ${timestamp} is the time of the ` +
    "insert, different each time, so old rows would never be removed. Write `metadata: query` (or none) into the " +
    `manifest and remove ${timestamp} from the target table, or give the table the query's own key as its PRIMARY KEY. A job ` +
    'that has state with this column must start clean then: choices["<job>"].from clean'
  );
}

function ownColumnsWords(unstable: readonly UnstableColumn[]): string {
  const named = unstable.map(({ column, by }) => `${column ?? "a condition"} (${by})`).join(", ");
  return (
    `the query updates its results, and a retracted row is matched by all of its columns; ${named} would have another value then, ` +
    "so old rows would never be removed. Remove it from the query, or compute it where rows are only added, or give the " +
    `table the query's own key as its PRIMARY KEY. Where such rows do no harm, set ${STRATEGY}: IGNORE in flinkProperties`
  );
}
