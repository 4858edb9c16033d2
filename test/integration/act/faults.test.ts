/**
 * The promise against crashes: whatever dies, and at whichever request, the next run ends with exactly one copy of the
 * job, from the right state. Each row of the decision tree meets each fault at a request picked by a seed, and prints
 * the table; `npm run faults` tries every request of them.
 */

import pLimit from "p-limit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lab, openLab, type StoreKind } from "../../support/faults/lab.js";
import { Bench, FAULTS, type FaultKind } from "../../support/faults/point.js";
import { ROWS, type TableRow } from "../../support/faults/rows.js";
import { pick } from "../../support/faults/sample.js";
import { faultTable, type Point, writeReport } from "../../support/faults/table.js";

const { FAULT_POINTS = "2", FAULT_SEED = "1", FAULT_ONLY = "", FAULT_REPORT, FAULT_LANES = "2" } = process.env;
const ALL = FAULT_POINTS === "all";

/** S3 is asked the same by every row: three that write the record at different times stand for all. */
const AT_S3 = ["new job", "property change", "SQL change", "manifest removed"];

interface Unit {
  readonly row: TableRow;
  readonly store: StoreKind;
  readonly faults: readonly FaultKind[];
}

/** What one job goes through: where all points are tried, one fault, as jobs are worked at side by side. */
function units(): Unit[] {
  const stores = [
    ...ROWS.map((row) => ({ row, store: "folder" as const })),
    ...ROWS.filter(({ title }) => AT_S3.includes(title)).map((row) => ({ row, store: "S3" as const })),
  ];
  const all = stores.flatMap((unit) =>
    ALL ? FAULTS.map((fault) => ({ ...unit, faults: [fault] })) : [{ ...unit, faults: FAULTS }],
  );
  return all.filter(({ row, store, faults }) =>
    `${row.title}, ${store}, ${faults.map(({ title }) => title)}`.includes(FAULT_ONLY),
  );
}

let lab: Lab;
const points: Point[] = [];

beforeAll(async () => {
  lab = await openLab({ slots: 14, slotsThere: 4, stores: ["folder", "S3"] });
});

afterAll(async () => {
  await lab?.close();
  console.info(`${ALL ? "all points" : `seed ${FAULT_SEED}`}\n${faultTable(points)}`);
});

/** Every point of one fault. */
async function tryAll(bench: Bench, fault: FaultKind): Promise<void> {
  for (let n = 1; note(await bench.point(fault, n)); n++);
}

/** So many points that the seed picks, each of another fault. */
async function trySome(bench: Bench, faults: readonly FaultKind[]): Promise<void> {
  const requests = await bench.requests();
  const from = pick(faults.length, FAULT_SEED, bench.title);
  for (let i = 0; i < Number(FAULT_POINTS); i++) {
    const fault = faults[(from + i) % faults.length] as FaultKind;
    let n = pick(requests, FAULT_SEED, bench.title, i);
    // While the machine is less busy than before, fewer questions are asked until something is done.
    while (n > 1 && !note(await bench.point(fault, n))) n = Math.floor(n * 0.8);
  }
}

function note(point: Point | undefined): boolean {
  if (!point) return false;
  points.push(point);
  const { row, fault, n, outcome, request } = point;
  if (ALL) process.stderr.write(`${row} · ${fault} · ${n} · ${outcome} · ${request}\n`);
  return true;
}

test("After any fault at any request the next run ends with one copy, from the right state, and a sound sink.", {
  timeout: ALL ? 7_200_000 : 900_000,
}, async () => {
  await pLimit(Number(FAULT_LANES)).map(units(), async ({ row, store, faults }, i) => {
    const bench = new Bench(lab, row, store, `${store === "S3" ? "s3" : "at"}-${i}`);
    try {
      if (ALL) for (const fault of faults) await tryAll(bench, fault);
      else await trySome(bench, faults);
    } finally {
      await bench.close();
      if (FAULT_REPORT) await writeReport(FAULT_REPORT, points);
    }
  });
  expect(points.length).toBeGreaterThanOrEqual(units().length);
  expect(points.filter(({ outcome }) => outcome === "FAILED")).toEqual([]);
});
