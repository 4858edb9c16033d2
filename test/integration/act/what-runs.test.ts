/** A start under another name, or with its checkpoints elsewhere, does not stand: it could not be found again. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { accidents } from "../../support/faults/accidents.js";

const now = accidents();

/** As if the loader had let it pass: the hooks get what a table file could say. */
const setting = (option: string, value: string) => ({
  sql: `SET '${option}' = '${value}'`,
  label: "",
  file: "t.sql",
  line: 1,
  column: 1,
});

describe("What runs is compared with what the record will say", () => {
  test("another name: a new job is taken away, and nothing of it runs.", async () => {
    const { lab, job } = now();
    const definitions = [...job.tables, setting("pipeline.name", "another-name")];
    const { ok, text } = await job.provider.run(job.create({ definitions }));
    expect(ok).toBe(false);
    expect(text).toMatch(/it is not running[\s\S]*runs under the name 'another-name'/u);
    expect(await lab.flink.alive("another-name")).toEqual([]);
  });

  test("other checkpoints: the version before runs again, from its own.", async () => {
    const { lab, job } = now();
    await job.run(job.create());
    const elsewhere = join(lab.folder, "elsewhere");
    const definitions = [...job.tables, setting("execution.checkpointing.dir", `file://${elsewhere}`)];
    const { ok, text } = await job.provider.run(job.update({ definitions }));
    expect(ok).toBe(false);
    expect(text).toMatch(
      /rolled back to version 1 .*, resumed from (?:savepoint|chk)-[\s\S]*keeps its checkpoints in file:.*elsewhere.* and not in/u,
    );
    const [left, ...others] = await job.alive();
    expect(others).toEqual([]);
    expect((await job.record()).current.jobId).toBe(left?.jid);
    await job.goesOn();
  });
});
