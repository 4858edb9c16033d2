/** Requests to the runner as a deployment would write them: tables, statements, and PyFlink code from a manifest. */

import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PyFlink, Request } from "./runner.js";

export const randomId = () => randomBytes(16).toString("hex");

/** Where the code of a test stands in the manifest that it is said to come from. */
export const FIRST_LINE = 14;

export interface Place {
  readonly pyFlink: PyFlink;
  readonly restUrl: string;
  /** Of the test's own sinks and state. */
  readonly folder: string;
}

/** Options that nobody's code may change: where the job goes, under which id and name, and from which state. */
export function fixedOf({ restUrl, folder }: Place, job: string, jobId = randomId(), from?: string) {
  const { hostname, port } = new URL(restUrl);
  return {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port,
    "execution.attached": "false",
    "pipeline.name": job,
    "$internal.pipeline.job-id": jobId,
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.dir": `file://${folder}/checkpoints`,
    ...(from === undefined ? {} : { "execution.state-recovery.path": from }),
  };
}

const SEQUENCE = "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100000'";

export function definitionsOf(folder: string): string[] {
  const rolling = "'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '1 s'";
  const sink = (name: string) =>
    `'connector' = 'filesystem', 'path' = 'file://${folder}/${name}', 'format' = 'json', ${rolling}`;
  return [
    `CREATE TEMPORARY TABLE numbers (n BIGINT, name AS CONCAT('user-', CAST(n AS STRING)))
     WITH ('connector' = 'datagen', 'rows-per-second' = '20', ${SEQUENCE})`,
    `CREATE TEMPORARY TABLE counts (n BIGINT, seen TIMESTAMP_LTZ(3), job STRING) WITH (${sink("counts")})`,
    `CREATE TEMPORARY TABLE names (name STRING, seen TIMESTAMP_LTZ(3), job STRING) WITH (${sink("names")})`,
  ];
}

export function insertOf(table: string, job: string): string {
  return `INSERT INTO ${table}\nSELECT *, NOW() AS \`__create_timestamp\`, '${job}' AS \`__query_name\`\nFROM \`__query\``;
}

export interface JobOptions {
  readonly do: string;
  readonly job: string;
  readonly table?: string;
  readonly definitions?: readonly (string | object)[];
  readonly properties?: Readonly<{ [option: string]: string }>;
  readonly jobId?: string;
}

function requestOf(place: Place, options: JobOptions, part: Request): Request {
  const { job, table = "counts", definitions = [], properties = {} } = options;
  return {
    do: options.do,
    job,
    properties: { "python.executable": place.pyFlink.python, ...properties },
    fixed: fixedOf(place, job, options.jobId),
    definitions: [...definitionsOf(place.folder), ...definitions],
    insert: insertOf(table, job),
    secrets: ["s3cret"],
    ...part,
  };
}

export function sqlJob(place: Place, query: string, options: JobOptions): Request {
  return requestOf(place, options, { view: `CREATE TEMPORARY VIEW \`__query\` AS\n${query}` });
}

export function codeJob(place: Place, text: string, options: JobOptions): Request {
  return requestOf(place, options, { code: { text, file: "jobs/clicks.yaml", line: FIRST_LINE, column: 3 } });
}

/** Counts its rows in keyed state: after a restart from a savepoint the count goes on. */
export const COUNTING = `from pyflink.common import Row, Types
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import ValueStateDescriptor


class Count(KeyedProcessFunction):
    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        count = (self.count.value() or 0) + 1
        self.count.update(count)
        yield Row(count)


numbers = table_env.to_data_stream(table_env.from_path("numbers"))
print("hello from the code")
execution_output = numbers.key_by(lambda row: 1).process(Count(), output_type=Types.ROW_NAMED(["n"], [Types.LONG()]))
`;

export const MASK = "CREATE TEMPORARY FUNCTION mask AS 'functions.mask' LANGUAGE PYTHON";

/** Writes a functions.py whose `mask` begins with `who`; gives its path. */
export async function writeFunctions(folder: string, who: string): Promise<string> {
  await mkdir(join(folder, who), { recursive: true });
  const file = join(folder, who, "functions.py");
  const body = `def mask(name):\n    return "${who} " + name[:4]\n`;
  await writeFile(file, `from pyflink.table.udf import udf\n\n\n@udf(result_type="STRING")\n${body}`);
  return file;
}
