/** The same steps for each side: first deployment, nothing changed, a property of one and of all, another query, silence. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runOldTool } from "../support/clusters/old-tool.js";
import { awaitMoreRows, visibleRows } from "../support/stories/sink.js";
import type { Figures, Side } from "./figures.js";
import { CHANGED_PROPERTY, CHANGED_SQL, CLOCK, type Fleet, writeFleet, writeTemplate } from "./fleet.js";
import { Floor, timed } from "./floor.js";
import { cancelAll, type Lab } from "./lab.js";
import { Stack, type Timed } from "./ours.js";

export const STEPS = {
  first: "first deployment",
  unchanged: "nothing changed",
  property: "property change of one job",
  silence: "silence of its sink at a property change",
  all: "property change of all jobs",
  query: "SQL change of one job",
  preview: "preview of one changed job",
} as const;

export const EXPLAIN = "one EXPLAIN";

/** What shows how far a bar can be met at all. */
export const SAFE_FIRST = "first deployment; each job planned before, in a session of its own, to its first checkpoint";

/** Measured beside the time on the clock where a command of ours is compared with an empty program. */
export const cpuOf = (what: string) => `${what}, processor time`;

function addTimed(figures: Figures, what: string, side: Side, { seconds, cpuSeconds }: Timed): void {
  figures.add(what, side, seconds);
  figures.add(cpuOf(what), side, cpuSeconds);
}

const ENOUGH_ROWS = 150;

/** A row right before a restart begins is as good as one of its first moments. */
const MARGIN_MS = 1000;

/** Longest time between two rows of the clock's sink while `restart` goes on, in s. */
export async function silence(fleet: Fleet, restart: () => Promise<unknown>): Promise<number> {
  await awaitMoreRows(fleet.output, ENOUGH_ROWS);
  const since = Date.now() - MARGIN_MS;
  await restart();
  await awaitMoreRows(fleet.output, ENOUGH_ROWS);
  const all = (await visibleRows(fleet.output)).map((row) => Date.parse(`${row.__create_timestamp}`));
  const times = all.filter((time) => time >= since).sort((a, b) => a - b);
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time))) / 1000;
}

/** Leaves the cluster and the sink as they were. */
export async function cleared(lab: Lab, fleet: Fleet): Promise<void> {
  await cancelAll(lab);
  await rm(fleet.output, { recursive: true, force: true });
}

export const LATE = { "table.exec.mini-batch.size": "6000" };

/**
 * What is slow only the first time, on any side: a gateway that has planned nothing yet, a TaskManager that has run nothing,
 * a program that is not compiled. None of it is measured.
 */
export async function warmUp(lab: Lab, programs: readonly Stack[]): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, "warm-up"), 7, true);
  await writeTemplate(fleet, "s3://bench/warm-up");
  const floor = new Floor(lab, fleet, "s3://bench/warm-up-floor");
  await floor.startAll();
  await floor.restart(fleet.names);
  for (let i = 0; i < 5; i++) await floor.explain();
  await cleared(lab, fleet);
  await (await Stack.ofFleet(lab, fleet, "warm-up")).preview();
  for (const program of programs) await program.up();
}

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
  figures.add(EXPLAIN, "floor", await floor.explain());
  await cleared(lab, fleet);
  figures.add(SAFE_FIRST, "floor", await new Floor(lab, fleet, `s3://bench/safe-floor-${run}`).startAllSafely());
  await cleared(lab, fleet);
}

/** A tool that is given manifests: ours, or flink-sql-runner. */
interface Tool {
  readonly side: Side;
  readonly fleet: Fleet;
  /** Seconds that one deployment took. */
  deploy(): Promise<number>;
  /** Measures one with nothing to do. */
  unchanged(): Promise<void>;
}

async function runTool({ side, fleet, deploy, unchanged }: Tool, figures: Figures): Promise<void> {
  const [one = ""] = fleet.names;
  figures.add(STEPS.first, side, await deploy());
  await unchanged();
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
  const unchanged = async () => addTimed(figures, STEPS.unchanged, "ours", await stack.up());
  await runTool({ side: "ours", fleet, deploy: async () => (await stack.up()).seconds, unchanged }, figures);
  const [one = ""] = fleet.names;
  await fleet.set(one, { properties: LATE });
  addTimed(figures, STEPS.preview, "ours", await stack.preview());
  await cleared(lab, fleet);
}

export async function runTheirs(lab: Lab, figures: Figures, jobs: number, run: number): Promise<void> {
  const fleet = await writeFleet(join(lab.folder, `theirs-${run}`), jobs - 1, true);
  await writeTemplate(fleet, `s3://bench/theirs-${run}`);
  const { manifests, template, tables } = fleet;
  const store = lab.bucket.replace("?", `/theirs-${run}?`);
  const options = { restUrl: lab.restUrl, store, manifests, template, tables, parameters: { no: "value" } };
  const deploy = () => timed(() => runOldTool({ ...options, unhurried: true }));
  const unchanged = async () => figures.add(STEPS.unchanged, "theirs", await deploy());
  await runTool({ side: "theirs", fleet, deploy, unchanged }, figures);
  await cleared(lab, fleet);
}

export async function runEmpty(stack: Stack, side: "empty" | "idle", figures: Figures): Promise<void> {
  addTimed(figures, STEPS.unchanged, side, await stack.up());
  addTimed(figures, STEPS.preview, side, await stack.preview());
}

/** The same with the jobs of the benchmark running on the same machine. */
export const besideOf = (what: string) => `${what}, beside as many running jobs`;

export const MEMORY = "memory of the provider process, MB";

/** Many jobs: first deployment, then nothing changed, with the provider's memory; before it what it cannot be faster than. */
export async function runMany(lab: Lab, figures: Figures, jobs: number, runs: number): Promise<void> {
  const unchanged = `${STEPS.unchanged}, ${jobs} jobs`;
  const idle = await Stack.idle(lab, jobs, "idle-many");
  await idle.up();
  for (let run = 0; run < runs; run++) addTimed(figures, unchanged, "idle", await idle.up());
  const bare = await writeFleet(join(lab.folder, "many-floor"), jobs);
  figures.add(`${STEPS.first}, ${jobs} jobs`, "floor", await new Floor(lab, bare, "s3://bench/many-floor").startAll());
  await cleared(lab, bare);
  const fleet = await writeFleet(join(lab.folder, "many"), jobs);
  await writeTemplate(fleet, "s3://bench/many");
  const stack = await Stack.ofFleet(lab, fleet, "many");
  const first = await stack.up();
  figures.add(`${STEPS.first}, ${jobs} jobs`, "ours", first.seconds);
  for (let run = 0; run < runs; run++) {
    const timed = await stack.up();
    addTimed(figures, unchanged, "ours", timed);
    figures.add(MEMORY, "ours", Math.max(timed.providerMb, first.providerMb));
  }
  // A cluster on the same machine takes its part of the processors, whatever `pulumi` does.
  for (let run = 0; run < runs; run++) addTimed(figures, besideOf(unchanged), "idle", await idle.up());
  await cleared(lab, fleet);
}
