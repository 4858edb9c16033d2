/** The same jobs for every side: manifests that both tools read, and the tables that they use. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

export interface Fleet {
  readonly names: readonly string[];
  /** Folder of the manifests; the template, which both tools read too, and the tables lie beside it. */
  readonly manifests: string;
  readonly template: string;
  readonly tables: string;
  /** Folder of the sink of a job that writes files. */
  readonly output: string;
  /** Text of the tables, with the output folder in its place. */
  readonly ddl: string;
  /** Writes a job anew. */
  set(name: string, change: Change): Promise<void>;
}

export interface Change {
  readonly sql?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

const METADATA = `
  __create_timestamp TIMESTAMP_LTZ(3),
  __query_name STRING,
  __query_description STRING,
  __query_id STRING,
  __query_version INT,
  __query_create_timestamp TIMESTAMP(6)`;

/**
 * One task a job: with as many as a cluster has slots for, the jobs themselves must cost next to nothing, which is why their
 * checkpoints are far between. The clock goes on for 40 minutes, as flink-sql-runner needs a quarter of an hour for its steps.
 */
const tables = (output: string) => `CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '1'
);

CREATE TABLE nowhere (n BIGINT,${METADATA}
) WITH ('connector' = 'blackhole');

CREATE TABLE clock (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '100',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '240000'
);

CREATE TABLE files (n BIGINT,${METADATA}
) WITH ('connector' = 'filesystem', 'path' = 'file://${output}', 'format' = 'json');
`;

export const SQL = "SELECT n FROM numbers WHERE n > 0";
export const CHANGED_SQL = "SELECT n FROM numbers WHERE n > 1";
export const CHANGED_PROPERTY = { "table.exec.mini-batch.size": "5000" };
/** A job whose sink can be looked at: its rows say when each was written. */
export const CLOCK = "bench-clock";

/** `clock` adds the job whose silence is measured. */
export async function writeFleet(folder: string, count: number, clock = false): Promise<Fleet> {
  const manifests = join(folder, "manifests");
  await rm(manifests, { recursive: true, force: true });
  await mkdir(manifests, { recursive: true });
  const output = join(folder, "output");
  const fleet: Fleet = {
    names: [
      ...Array.from({ length: count }, (_, i) => `bench-${String(i + 1).padStart(3, "0")}`),
      ...(clock ? [CLOCK] : []),
    ],
    manifests,
    template: join(folder, "job-template.yaml"),
    tables: join(folder, "tables.sql"),
    output,
    ddl: tables(output),
    set: (name, { sql = name === CLOCK ? "SELECT n FROM clock" : SQL, properties = {} }) =>
      writeFile(join(manifests, `${name}.yaml`), manifestOf(name, sql, properties)),
  };
  await writeFile(fleet.tables, fleet.ddl);
  await Promise.all(fleet.names.map((name) => fleet.set(name, {})));
  return fleet;
}

function manifestOf(name: string, sql: string, flinkProperties: Readonly<Record<string, string>>): string {
  const target = name === CLOCK ? "files" : "nowhere";
  return stringify({ name, description: `Job ${name}.`, "target-table": target, sql, flinkProperties });
}

/** Options of each job, the same for both tools and for the floor. */
export function options(store: string, name: string): Record<string, string> {
  return {
    "pipeline.name": name,
    "state.checkpoints.dir": `${store}/checkpoints/${name}`,
    "state.savepoints.dir": `${store}/savepoints/${name}`,
    "execution.checkpointing.interval": name === CLOCK ? "1s" : "10min",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "parallelism.default": "1",
  };
}

/** `store` is `s3://bucket/prefix`, without a query. */
export async function writeTemplate(fleet: Fleet, store: string): Promise<void> {
  await writeFile(fleet.template, stringify({ flinkProperties: options(store, "{job_name}") }));
}
