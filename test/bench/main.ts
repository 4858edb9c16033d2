/** `npm run bench`: this project, flink-sql-runner and bare REST calls on one cluster, in one run. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reasonOf } from "../../provider/decide/words/errors.js";
import versions from "../../scripts/versions.json";
import { Figures } from "./figures.js";
import { startLab } from "./lab.js";
import { Stack } from "./ours.js";
import { plot } from "./plot.js";
import { bars, barTable, limitTable, type Sizes, table } from "./report.js";
import { runEmpty, runFloor, runMany, runOurs, runTheirs, warmUp } from "./sides.js";

interface Runs {
  readonly runs: number;
  readonly theirRuns: number;
}

interface Result {
  readonly figures: Figures;
  readonly sizes: Sizes;
  readonly runs: Runs;
  readonly loads: readonly number[];
}

const DOCS = join("docs", "performance.md");

const say = (line: string) => process.stdout.write(`${line}\n`);

async function measure(sizes: Sizes, counts: Runs): Promise<Result> {
  const { jobs, many, theirJobs } = sizes;
  const { runs, theirRuns } = counts;
  const figures = new Figures();
  const loads: number[] = [];
  const noteLoad = () => loads.push(loadavg()[0] ?? 0);
  const lab = await startLab(Math.max(jobs, many) + 10);
  try {
    const [empty, idle] = [await Stack.empty(lab), await Stack.idle(lab, jobs)];
    say("warming up the gateway, the cluster and the programs");
    await warmUp(lab, [empty, idle]);
    for (let run = 1; run <= runs; run++) {
      noteLoad();
      say(`run ${run} of ${runs}: bare REST calls, ${jobs} jobs`);
      await runFloor(lab, figures, jobs, run);
      await runEmpty(empty, "empty", figures);
      await runEmpty(idle, "idle", figures);
      say(`run ${run} of ${runs}: this project, ${jobs} jobs`);
      await runOurs(lab, figures, jobs, run);
    }
    if (many > 0) say(`this project, ${many} jobs`);
    if (many > 0) await runMany(lab, figures, many, runs);
    for (let run = 1; run <= theirRuns; run++) {
      say(`run ${run} of ${theirRuns}: flink-sql-runner, ${theirJobs} jobs (a minute a job, and that six times)`);
      await runTheirs(lab, figures, theirJobs, run).catch((error: unknown) => {
        // What was measured of ours took long: it is told all the same.
        say(`flink-sql-runner did not come to its end: ${reasonOf(error)}`);
      });
    }
    noteLoad();
  } finally {
    await lab.end();
  }
  return { figures, sizes, runs: counts, loads };
}

/** What was measured, when, and on what: the machine may have other work, and then says so. */
async function write(found: Result, { to, isForDocs }: { to: string; isForDocs: boolean }): Promise<void> {
  const { figures, sizes } = found;
  const judged = bars(figures, sizes);
  say(`\n${table(figures, sizes)}\n\n${barTable(judged)}\n\n${limitTable(figures, sizes)}\n\n${conditions(found)}`);
  const sides = ["ours", "theirs", "floor", "empty", "idle"] as const;
  const rowOf = (what: string) => Object.fromEntries(sides.map((side) => [side, figures.of(what, side)]));
  const rows = Object.fromEntries(figures.whats().map((what) => [what, rowOf(what)]));
  const result = { measured: conditions(found), sizes, rows, bars: judged };
  await mkdir(to, { recursive: true });
  await writeFile(join(to, "bench.json"), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(to, "bench.svg"), plot(figures, sizes));
  if (isForDocs)
    await writeDocs([table(figures, sizes), barTable(judged), limitTable(figures, sizes), conditions(found)]);
  say(`\nWritten: ${join(to, "bench.json")} and ${join(to, "bench.svg")}${isForDocs ? `, and into ${DOCS}` : ""}`);
}

function conditions({ sizes, runs, loads }: Result): string {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, Flink ${versions.flink}`;
  const load = loads.map((value) => value.toFixed(1)).join(", ");
  const theirs =
    runs.theirRuns > 0
      ? `${runs.theirRuns} of flink-sql-runner with ${sizes.theirJobs} jobs`
      : "none of flink-sql-runner";
  return `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}. Runs: ${runs.runs}, and ${theirs}. Load of the machine (1 min) before each run and at the end, the benchmark's own work in it: ${load}.`;
}

/** Puts the parts between the marks of docs/performance.md. */
async function writeDocs(parts: readonly string[]): Promise<void> {
  const text = await readFile(DOCS, "utf8");
  const marked = /(<!-- measured -->\n)[\s\S]*(\n<!-- \/measured -->)/u;
  if (!marked.test(text)) throw new Error(`${DOCS} has no marks for the figures`);
  await writeFile(
    DOCS,
    text.replace(marked, (_, from, to) => `${from}${parts.join("\n\n")}${to}`),
  );
}

/** Measures as the arguments say, prints the tables, and writes them with the plot. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      jobs: { type: "string", default: "20" },
      many: { type: "string", default: "200" },
      "their-jobs": { type: "string", default: "3" },
      runs: { type: "string", default: "3" },
      "their-runs": { type: "string", default: "1" },
      "write-docs": { type: "boolean", default: false },
      to: { type: "string" },
    },
  });
  const sizes = { jobs: Number(values.jobs), many: Number(values.many), theirJobs: Number(values["their-jobs"]) };
  const runs = { runs: Number(values.runs), theirRuns: Number(values["their-runs"]) };
  const isForDocs = values["write-docs"];
  const to = values.to ?? (isForDocs ? join("docs", "performance") : join(".local", "bench"));
  await write(await measure(sizes, runs), { to, isForDocs });
}
