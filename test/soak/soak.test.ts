/** Some minutes of a soak, always the same one. */

import { expect, test } from "vitest";
import { Soak } from "./soak.js";

const MINUTES = 1.5;

test(`After ${MINUTES} minutes of edits, kills and faults no row is missing, none is there twice, and each job runs once.`, async () => {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const { rounds, updates, rows } = await Soak.run({ minutes: MINUTES, seed: 1, jobs: 10, say });
  say(`soak: ${rounds} rounds, ${updates} updates, ${rows} rows`);
  expect(rows).toBeGreaterThan(0);
});
