/** The same steps for each side: first deployment, nothing changed, a property of one and of all, another query, silence. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runOldTool } from "../support/old-tool.js";
import { awaitMoreRows, visibleRows } from "../support/sink.js";
import type { Figures, Side } from "./figures.js";
import { CHANGED_PROPERTY, CHANGED_SQL, CLOCK, type Fleet, writeFleet, writeTemplate } from "./fleet.js";
import { Floor, timed } from "./floor.js";
import { cancelAll, type Lab } from "./lab.js";
import { Stack } from "./ours.js";

export const STEPS = {
  first: "first deployment",
  unchanged: "nothing changed",
  property: "property change of one job",
  silence: "silence of its sink at a property change",
  all: "property change of all jobs",
  query: "SQL change of one job",
  preview: "preview of one changed job",
} as const;

const ENOUGH_ROWS = 150;

/** Longest time between two rows of the clock's sink while `restart` goes on, in s. */
async function silence(fleet: Fleet, restart: () => Promise<unknown>): Promise<number> {
  await awaitMoreRows(fleet.output, ENOUGH_ROWS);
  await restart();
  await awaitMoreRows(fleet.output, ENOUGH_ROWS);
  const times = (await visibleRows(fleet.output)).map((row) => Date.parse(`${row.__create_timestamp}`));
  times.sort((a, b) => a - b);
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time))) / 1000;
}

/** Leaves the cluster and the sink as they were. */
async function cleared(lab: Lab, fleet: Fleet): Promise<void> {
  await cancelAll(lab);
  await rm(fleet.output, { recursive: true, force: true });
}

const LATE = { "table.exec.mini-batch.size": "6000" };

export async function runFloor(lab: Lab, figures: Figures, jobs: number, run: number): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, `floor-${run}`), jobs - 1, true);
  const floor = new Floor(lab, fleet, `s3://bench/floor-${run}`);
  const [one = ""] = fleet.names;
  figures.add(STEPS.first, "floor", await floor.startAll());
  figures.add(STEPS.unchanged, "floor", await floor.list());
  figures.add(STEPS.property, "floor", await floor.restart([one]));
  figures.add(STEPS.silence, "floor", await silence(fleet, () => floor.restart([CLOCK])));
  figures.add(STEPS.all, "floor", await floor.restart(fleet.names));
  figures.add(STEPS.query, "floor", await floor.replace(one));
  figures.add("one EXPLAIN", "floor", await floor.explain());
  await cleared(lab, fleet);
}

/** A tool that is given manifests: ours, or flink-sql-runner. */
interface Tool {
  readonly side: Side;
  readonly fleet: Fleet;
  /** Seconds that one deployment took. */
  deploy(): Promise<number>;
}

async function runTool({ side, fleet, deploy }: Tool, figures: Figures): Promise<void> {
  const [one = ""] = fleet.names;
  figures.add(STEPS.first, side, await deploy());
  figures.add(STEPS.unchanged, side, await deploy());
  await fleet.set(one, { properties: CHANGED_PROPERTY });
  figures.add(STEPS.property, side, await deploy());
  await fleet.set(CLOCK, { properties: CHANGED_PROPERTY });
  figures.add(STEPS.silence, side, await silence(fleet, deploy));
  for (const name of fleet.names) await fleet.set(name, { properties: LATE });
  figures.add(STEPS.all, side, await deploy());
  await fleet.set(one, { properties: LATE, sql: CHANGED_SQL });
  figures.add(STEPS.query, side, await deploy());
}

export async function runOurs(lab: Lab, figures: Figures, jobs: number, run: number): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, `ours-${run}`), jobs - 1, true);
  await writeTemplate(fleet, `s3://bench/ours-${run}`);
  const stack = await Stack.ofFleet(lab, fleet, `ours-${run}`);
  await runTool({ side: "ours", fleet, deploy: async () => (await stack.up()).seconds }, figures);
  const [one = ""] = fleet.names;
  await fleet.set(one, { properties: LATE });
  figures.add(STEPS.preview, "ours", (await stack.preview()).seconds);
  await cleared(lab, fleet);
}

export async function runTheirs(lab: Lab, figures: Figures, jobs: number, run: number): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, `theirs-${run}`), jobs - 1, true);
  await writeTemplate(fleet, `s3://bench/theirs-${run}`);
  const { manifests, template, tables } = fleet;
  const store = lab.bucket.replace("?", `/theirs-${run}?`);
  const options = { restUrl: lab.restUrl, store, manifests, template, tables, parameters: { no: "value" } };
  const deploy = () => timed(() => runOldTool({ ...options, unhurried: true }));
  await runTool({ side: "theirs", fleet, deploy }, figures);
  await cleared(lab, fleet);
}

export async function runEmpty(empty: Stack, figures: Figures): Promise<void> {
  figures.add(STEPS.unchanged, "empty", (await empty.up()).seconds);
  figures.add(STEPS.preview, "empty", (await empty.preview()).seconds);
}

/** Many jobs: first deployment, then nothing changed, with the provider's memory. */
export async function runMany(lab: Lab, figures: Figures, jobs: number, runs: number): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, "many"), jobs);
  await writeTemplate(fleet, "s3://bench/many");
  const stack = await Stack.ofFleet(lab, fleet, "many");
  const first = await stack.up();
  figures.add(`${STEPS.first}, ${jobs} jobs`, "ours", first.seconds);
  for (let run = 0; run < runs; run++) {
    const { seconds, providerMb } = await stack.up();
    figures.add(`${STEPS.unchanged}, ${jobs} jobs`, "ours", seconds);
    figures.add("memory of the provider process, MB", "ours", Math.max(providerMb, first.providerMb));
  }
  await cleared(lab, fleet);
}
