/** `code` jobs: what a preview and an update of one and of many take, and one `flink run -py` of the same code by hand. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local/local.js";
import { localSpec } from "../support/clusters/cluster.js";
import { onStack, pulumi, type Stack } from "../support/stories/pulumi.js";

const SEQUENCE = "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100000'";
const NUMBERS = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5', ${SEQUENCE})`;
const COLUMNS = "n BIGINT, counted BIGINT, inserted TIMESTAMP_LTZ(3)";
const SINK = `CREATE TABLE sink (${COLUMNS}) WITH ('connector' = 'blackhole')`;

const CODE = `from pyflink.common import Row, Types
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import ValueStateDescriptor

class Count(KeyedProcessFunction):
    def open(self, context):
        self.count = context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, value, context):
        count = (self.count.value() or 0) + 1
        self.count.update(count)
        yield Row(n=value[0], counted=count)

numbers = table_env.to_data_stream(table_env.from_path("numbers"))
row = Types.ROW_NAMED(["n", "counted"], [Types.LONG(), Types.LONG()])
execution_output = numbers.key_by(lambda value: 0, key_type=Types.INT()).process(Count(), output_type=row)
`;

/** The same as a program of its own, as it is written for \`flink run -py\`. */
const BY_HAND = `from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

stream_env = StreamExecutionEnvironment.get_execution_environment()
stream_env.enable_checkpointing(1000)
table_env = StreamTableEnvironment.create(stream_env)
table_env.execute_sql("""${NUMBERS}""")
table_env.execute_sql("""${SINK}""")
${CODE}
table_env.create_temporary_view("q", table_env.from_data_stream(execution_output))
table_env.execute_sql("INSERT INTO sink SELECT *, NOW() FROM q")
`;

interface Place {
  readonly folder: string;
  readonly restPort: number;
  readonly flinkHome: string;
  readonly python: string;
}

/** Prints a table in Markdown; all of it is measured in one run, since only the ratios say much on a busy machine. */
export async function main(jobs: number, python: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "code-time-"));
  const base = await localSpec(join(folder, "cluster"), jobs + 4);
  const spec = { ...base, jobManagerMemory: "1600m", taskManagerMemory: "3072m" };
  const place = { folder, restPort: spec.restPort, flinkHome: spec.flinkHome, python };
  try {
    await startLocalOrNothing(spec, () => undefined);
    console.log(`load at the start ${loadavg()[0]?.toFixed(1)}\n`);
    console.log("| jobs | `pulumi preview` | the same again | `pulumi up` | `flink run -py`, one after another |");
    console.log("|---|---|---|---|---|");
    const byHand = await flinkRun(place);
    for (const count of [1, jobs]) {
      const seconds = await ofProject(place, count);
      const hand = count === 1 ? `${byHand.toFixed(1)} s` : `${(byHand * count).toFixed(0)} s (one, times ${count})`;
      console.log(`| ${[count, ...seconds.map((found) => `${found.toFixed(1)} s`), hand].join(" | ")} |`);
    }
    console.log(`\nload at the end ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    await stopLocal(join(folder, "cluster"));
    await rm(folder, { recursive: true, force: true });
  }
}

async function flinkRun({ folder, restPort, flinkHome, python }: Place): Promise<number> {
  await writeFile(join(folder, "by_hand.py"), BY_HAND);
  const target = ["run", "--detached", "-m", `127.0.0.1:${restPort}`, "-pyclientexec", python, "-pyexec", python];
  const since = performance.now();
  const env = { FLINK_LOG_DIR: join(folder, "log"), FLINK_HOME: flinkHome };
  await execa(join(flinkHome, "bin", "flink"), [...target, "-py", join(folder, "by_hand.py")], { env });
  return (performance.now() - since) / 1000;
}

/** Seconds of a preview, of another one, and of the update, until all jobs have run and completed a checkpoint. */
async function ofProject({ folder, restPort, flinkHome, python }: Place, count: number): Promise<number[]> {
  const own = join(folder, String(count));
  const stack: Stack = { name: `code-${count}`, folder: own };
  await mkdir(join(own, "manifests"), { recursive: true });
  await mkdir(join(own, "state"));
  await writeFile(join(own, "manifests", "tables.sql"), `${NUMBERS};\n${SINK};\n`);
  const flinkProperties = { "execution.checkpointing.interval": "1 s" };
  for (let i = 1; i <= count; i++) {
    const manifest = { name: `coded-${count}-${i}`, "target-table": "sink", code: `${CODE}# ${i}\n`, flinkProperties };
    await writeFile(join(own, "manifests", `${i}.yaml`), stringify(manifest));
  }
  await makeStack(stack, {
    target: "remote",
    restUrl: `http://127.0.0.1:${restPort}`,
    store: `file://${own}/store`,
    manifests: join(own, "manifests"),
    queryMetadata: false,
    flinkHome,
    pyClientExecutable: python,
    pyExecutable: python,
  });
  const steps = [["preview"], ["preview"], ["up", "--yes", "--skip-preview"]];
  const seconds: number[] = [];
  for (const step of steps) seconds.push(await timed(stack, step));
  await timed(stack, ["destroy", "--yes", "--skip-preview"]);
  return seconds;
}

async function timed(stack: Stack, args: readonly string[]): Promise<number> {
  const ran = await pulumi(stack, [...args, ...onStack(stack)]);
  if (ran.code !== 0) throw new Error(ran.text);
  return ran.seconds;
}

async function makeStack(stack: Stack, config: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(join(stack.folder, "Pulumi.yaml"), "name: flink-sql\nruntime: nodejs\n");
  const made = await pulumi(stack, ["-C", stack.folder, "stack", "init", stack.name]);
  if (made.code !== 0) throw new Error(made.text);
  const file = join(stack.folder, `Pulumi.${stack.name}.yaml`);
  const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [`flink-sql:${key}`, value]));
  await writeFile(file, stringify({ ...parse(await readFile(file, "utf8")), config: values }));
}
