/**
 * The short form of `npm run bench`: each time divided by what the same machine takes for the floor of it in the same run,
 * and compared with the ratios in recorded.json. `RECORD=1 npm test -- timing` records them anew.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Figures } from "../bench/figures.js";
import { CHANGED_PROPERTY, CLOCK, type Fleet, writeFleet, writeTemplate } from "../bench/fleet.js";
import { Floor } from "../bench/floor.js";
import { type Lab, startLab } from "../bench/lab.js";
import { Stack } from "../bench/ours.js";
import { cleared, cpuOf, LATE, STEPS, silence } from "../bench/sides.js";

const JOBS = 4;
const RUNS = 3;
const RECORDED = "test/timing/recorded.json";

/** Of the recorded speed, floor / ours, so much has to be left: machines differ, and one that is busy is never quite fair. */
const LEFT = 0.7;

let lab: Lab;
let empty: Stack;
beforeAll(async () => {
  lab = await startLab(2 * JOBS);
  empty = await Stack.empty(lab);
});
afterAll(() => lab?.end());

const newFleet = async (name: string): Promise<Fleet> => {
  const fleet = await writeFleet(join(lab.folder, name), JOBS - 1, true);
  await writeTemplate(fleet, `s3://bench/${name}`);
  return fleet;
};

/** The fastest of the runs on both sides: other work on the machine only ever adds to a time. */
async function slower(what: string, figures: Figures, floor: "floor" | "empty"): Promise<void> {
  const ratio = Number((figures.min(what, "ours") / figures.min(what, floor)).toFixed(2));
  const recorded: Record<string, number> = JSON.parse(await readFile(RECORDED, "utf8"));
  process.stdout.write(`${what}: ${ratio} × the floor, recorded ${recorded[what]} ×\n`);
  if (process.env.RECORD) await writeFile(RECORDED, `${JSON.stringify({ ...recorded, [what]: ratio }, null, 2)}\n`);
  else expect(ratio, what).toBeLessThan((recorded[what] ?? Number.NaN) / LEFT);
}

test("An update with nothing to do, and the silence of a restarted job, are as close to the floor as recorded.", async () => {
  const figures = new Figures();
  const floorFleet = await newFleet("floor");
  const floor = new Floor(lab, floorFleet, "s3://bench/floor");
  await floor.startAll();
  for (let run = 0; run < RUNS; run++)
    figures.add(STEPS.silence, "floor", await silence(floorFleet, () => floor.restart([CLOCK])));
  await cleared(lab, floorFleet);
  const fleet = await newFleet("ours");
  const stack = await Stack.ofFleet(lab, fleet, "ours");
  await stack.up();
  for (let run = 0; run < RUNS; run++) {
    figures.add(cpuOf(STEPS.unchanged), "empty", (await empty.up()).cpuSeconds);
    figures.add(cpuOf(STEPS.unchanged), "ours", (await stack.up()).cpuSeconds);
    await fleet.set(CLOCK, { properties: run % 2 === 0 ? CHANGED_PROPERTY : LATE });
    figures.add(STEPS.silence, "ours", await silence(fleet, () => stack.up()));
  }
  await slower(cpuOf(STEPS.unchanged), figures, "empty");
  await slower(STEPS.silence, figures, "floor");
});
