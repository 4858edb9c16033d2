/** Where in the user's files stands what Flink refused. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JobRefused } from "../../../provider/prove/submission-parts.js";
import { refusalWords } from "../../../provider/resources/job-places.js";
import { workspace } from "../../../provider/workspace/workspace.js";

const { root } = workspace;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "places-"));
  const manifest = "name: orders\ntarget-table: t\nsql: SELECT 1\nflinkProperties:\n  parallelism.default: abc\n";
  await writeFile(join(folder, "orders.yaml"), manifest);
  await writeFile(join(folder, "job-template.yaml"), "flinkProperties:\n  table.local-time-zone: Mars/Base\n");
  Object.assign(workspace, { root: folder });
});
afterAll(async () => {
  Object.assign(workspace, { root });
  await rm(folder, { recursive: true, force: true });
});

const refused = (option: string, value: string) => {
  const flinkProperties = { "parallelism.default": "abc", "table.local-time-zone": "Mars/Base", "state.x": "y" };
  const definitions = [{ label: "table src", file: "t.sql", line: 1, column: 1 }];
  const words = `Could not parse value '${value}' for key '${option}': For input string`;
  const job = { name: "orders", file: "orders.yaml", definitions, flinkProperties };
  return refusalWords(job, new JobRefused("definition", 0, undefined, undefined, words)).split("\n");
};

test("A value that cannot be read is its option's, whatever statement Flink came to it with.", () => {
  const [place, line] = refused("parallelism.default", "abc");
  expect(place).toBe("orders.yaml:5:3: Could not parse value 'abc' for key 'parallelism.default': For input string");
  expect(line).toContain("parallelism.default: abc");
  expect(refused("table.local-time-zone", "Mars/Base")[0]).toMatch(/^job-template\.yaml:2:3: /u);
  expect(refused("state.x", "y")[0]).toMatch(/^orders\.yaml: flinkProperties: Could not parse value 'y'/u);
});

test("A time zone that Java does not know is its option's.", () => {
  const flinkProperties = { "table.local-time-zone": "Mars/Base" };
  const job = { name: "orders", file: "orders.yaml", definitions: [], flinkProperties };
  const refusal = new JobRefused("definition", 0, undefined, undefined, "Unknown time-zone ID: Mars/Base");
  expect(refusalWords(job, refusal)).toMatch(/^job-template\.yaml:2:3: Unknown time-zone ID: Mars\/Base\n/u);
});

test("An option of a table is the table's.", () => {
  expect(refused("rows-per-second", "many")[0]).toMatch(/^t\.sql:1:1: .*\(table src, which orders uses\)$/u);
});
