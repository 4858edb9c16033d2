/** The manifests of a soak: what each job should be now, and the files that say so. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

/** What is wrong with a query on purpose: Flink cannot plan it, or it fails on its first row. */
export type Mistake = "unknown-column" | "first-row";

export interface Wanted {
  readonly name: string;
  /** Grows with each new query; the rows carry it. */
  readonly edition: number;
  /** Grows with each change of a property. */
  readonly property: number;
  readonly isThere: boolean;
  readonly isSuspended: boolean;
  readonly mistake?: Mistake;
}

/** The rows of every second job carry what Flink counted for them, which must be the row's own number. */
const isCounted = (name: string) => Number(name.slice(-1)) % 2 === 0;

const NUMBERS = {
  none: "n",
  "unknown-column": "m",
  "first-row": "CAST(CONCAT('number ', CAST(n AS STRING)) AS BIGINT)",
};

function sqlOf({ name, edition, mistake }: Wanted): string {
  const seen = isCounted(name)
    ? "COUNT(*) OVER (ORDER BY at_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    : "n";
  return `SELECT ${NUMBERS[mistake ?? "none"]} AS n, '${name}' AS job, ${edition} AS edition, ${seen} AS seen FROM numbers`;
}

/** The source's state holds every number that is still to come: few enough for checkpoints that cost little. */
const ROWS_PER_SECOND = 5;

/** Numbers for an hour: a longer soak would come to the end of them. */
export const LONGEST_MINUTES = 60;

const tables = (output: string) => `CREATE TABLE numbers (
  n BIGINT,
  at_time AS PROCTIME()
) WITH (
  'connector' = 'datagen', 'rows-per-second' = '${ROWS_PER_SECOND}',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${ROWS_PER_SECOND * LONGEST_MINUTES * 60}'
);

CREATE TABLE counted (
  n BIGINT, job STRING, edition INT, seen BIGINT, __create_timestamp TIMESTAMP_LTZ(3)
) WITH (
  'connector' = 'filesystem', 'path' = 'file://${output}', 'format' = 'json',
  'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '1 s'
);
`;

function manifestOf(wanted: Wanted): string {
  const flinkProperties = { "table.exec.mini-batch.size": String(1000 + wanted.property) };
  return stringify({ name: wanted.name, "target-table": "counted", sql: sqlOf(wanted), flinkProperties });
}

/** Writes all manifests anew; those of jobs that should not be there are left out. */
export async function writeManifests(folder: string, output: string, fleet: readonly Wanted[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "tables.sql"), tables(output));
  const template = { flinkProperties: { "execution.checkpointing.interval": "2 s" } };
  await writeFile(join(folder, "job-template.yaml"), stringify(template));
  const there = fleet.filter(({ isThere }) => isThere);
  await Promise.all(there.map((wanted) => writeFile(join(folder, `${wanted.name}.yaml`), manifestOf(wanted))));
}

/** The part of the stack's configuration that follows the fleet. */
export function choicesOf(fleet: readonly Wanted[]): { [job: string]: { suspended: true } } {
  const suspended = fleet.filter(({ isThere, isSuspended }) => isThere && isSuspended);
  return Object.fromEntries(suspended.map(({ name }) => [name, { suspended: true as const }]));
}
