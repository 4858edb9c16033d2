/** `npm run bench`: this project, flink-sql-runner and bare REST calls on one cluster, in one run. */

import { mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Figures } from "./figures.js";
import { startLab } from "./lab.js";
import { Stack } from "./ours.js";
import { plot } from "./plot.js";
import { bars, type Sizes, table } from "./report.js";
import { runEmpty, runFloor, runMany, runOurs, runTheirs } from "./sides.js";

interface Runs {
  readonly runs: number;
  readonly theirRuns: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function measure({ jobs, many, theirJobs }: Sizes, { runs, theirRuns }: Runs): Promise<Figures> {
  const figures = new Figures();
  const lab = await startLab(Math.max(jobs, many) + 10);
  try {
    const empty = await Stack.empty(lab);
    for (let run = 1; run <= runs; run++) {
      say(`run ${run} of ${runs}: bare REST calls, ${jobs} jobs`);
      await runFloor(lab, figures, jobs, run);
      await runEmpty(empty, figures);
      say(`run ${run} of ${runs}: this project, ${jobs} jobs`);
      await runOurs(lab, figures, jobs, run);
    }
    if (many > 0) say(`this project, ${many} jobs`);
    if (many > 0) await runMany(lab, figures, many, runs);
    for (let run = 1; run <= theirRuns; run++) {
      say(`run ${run} of ${theirRuns}: flink-sql-runner, ${theirJobs} jobs (a minute a job, and that six times)`);
      await runTheirs(lab, figures, theirJobs, run);
    }
  } finally {
    await lab.end();
  }
  return figures;
}

async function write(figures: Figures, sizes: Sizes, folder: string): Promise<void> {
  const judged = bars(figures, sizes);
  say(`\n${table(figures, sizes)}\n\n${judged.map(({ words }) => words).join("\n")}`);
  const sides = ["ours", "theirs", "floor", "empty"] as const;
  const rowOf = (what: string) => Object.fromEntries(sides.map((side) => [side, figures.of(what, side)]));
  const rows = Object.fromEntries(figures.whats().map((what) => [what, rowOf(what)]));
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  const result = { date: new Date().toISOString().slice(0, 10), machine, sizes, rows, bars: judged };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "bench.json"), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(folder, "bench.svg"), plot(figures, sizes));
  say(`\nWritten: ${join(folder, "bench.json")} and ${join(folder, "bench.svg")}`);
}

/** Measures as the arguments say, prints the table, and writes it with the plot. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      jobs: { type: "string", default: "20" },
      many: { type: "string", default: "200" },
      "their-jobs": { type: "string", default: "3" },
      runs: { type: "string", default: "3" },
      "their-runs": { type: "string", default: "1" },
      to: { type: "string", default: join("docs", "performance") },
    },
  });
  const sizes = { jobs: Number(values.jobs), many: Number(values.many), theirJobs: Number(values["their-jobs"]) };
  const runs = { runs: Number(values.runs), theirRuns: Number(values["their-runs"]) };
  await write(await measure(sizes, runs), sizes, values.to);
}
