/** Whether a job is the one that another stack runs: its query and its tables, in the words of a preview. */

import type { JobRecord } from "../job/record.js";
import { sameSql } from "../sql/sql-text.js";
import { type Desired, sourceChanges } from "./changes.js";
import { compareDefinitions } from "./definition-changes.js";

/**
 * `SQL and tables as in staging (version 3, running)`. Flink options, parameters, directories and metadata columns are
 * what stacks are there to have their own of, and are not compared. The record may be one of another state of affairs
 * than Flink's: the other stack's cluster is not asked.
 */
export function promotionWords(stack: string, desired: Desired, record: JobRecord | undefined): string {
  if (!record) return `${stack} does not have it`;
  const version = record.current.meta.version;
  if (record.status === "deleted") return `${stack} does not have it any more (version ${version} was its last)`;
  const kind = desired.manifest.code === undefined ? "SQL" : "code";
  const isSame = sourceChanges(record.current.manifest, desired.manifest).length === 0;
  const others = [...manifestDifferences(desired, record), ...tableDifferences(desired, record)];
  const isAllSame = isSame && others.length === 0;
  const head = isSame
    ? `${kind}${isAllSame ? " and tables" : ""} as in ${stack} (${stateWords(record)})`
    : `${kind} differs from ${stack}, which ${runWords(record)}`;
  return [head, ...others].join("; ");
}

function manifestDifferences({ manifest }: Desired, { current }: JobRecord): string[] {
  const there = current.manifest;
  return [
    ...(sameSql(there["target-table"], manifest["target-table"])
      ? []
      : [`target-table differs (${there["target-table"]} there)`]),
    ...(there.description === manifest.description ? [] : ["description differs"]),
  ];
}

/** Tables as they stand in their files, before the parameters of a stack are put in, wherever the record knows that. */
function tableDifferences(desired: Desired, { current }: JobRecord): string[] {
  if (!current.definitions) return ["its record does not say which tables it has"];
  const isUnfilled = current.templates !== undefined;
  const here = (isUnfilled ? desired.templates : undefined) ?? desired.definitions;
  const differences = compareDefinitions(current.templates ?? current.definitions, here);
  const words = { changed: "differs", added: "is not there", removed: "is there only" };
  const found = differences.map(({ label, kind }) => `${label} ${words[kind]}`);
  if (found.length === 0 || isUnfilled) return found;
  return [...found, "compared with parameters filled in, since its record was written by an older release"];
}

function stateWords(record: JobRecord): string {
  return `version ${record.current.meta.version}, ${record.status}${unfinishedWords(record)}`;
}

function runWords(record: JobRecord): string {
  const verbs = { running: "runs", stopped: "has stopped", finished: "has finished", deleted: "has deleted" };
  return `${verbs[record.status]} version ${record.current.meta.version}${unfinishedWords(record)}`;
}

/** An update is at work there, or was cut short. */
function unfinishedWords({ intent }: JobRecord): string {
  return intent ? ", with an unfinished update" : "";
}

/** Jobs that the other stack runs and this one does not have; undefined where there are none. */
export function onlyThereWords(stack: string, names: readonly string[]): string | undefined {
  const count = names.length === 1 ? "a job" : `${names.length} jobs`;
  return names.length === 0 ? undefined : `${stack} has ${count} that this stack does not have: ${names.join(", ")}`;
}
