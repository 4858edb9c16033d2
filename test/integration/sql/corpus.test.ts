/** Queries as people write them, each with its verdict in a preview, and the rows of those that change their results. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadManifests } from "../../../provider/read/manifests/load-manifests.js";
import { Planning, standing } from "../../support/decide/planning.js";

const { jobs } = loadManifests({
  folder: "test/corpus",
  root: resolve("."),
  tables: [],
  parameters: {},
  secretParameterNames: [],
});

/** `planned`, `rows`, `rows by key` or `refused: <pattern>`: a manifest's first line, or that of another version. */
function verdictOf(file: string, version: string): string {
  const lines = readFileSync(file, "utf8").split("\n");
  const own = lines.find((line) => version.startsWith(/^# (\d+\.\d+): /u.exec(line)?.[1] ?? "none"));
  return (own?.replace(/^# \d+\.\d+: /u, "") ?? lines[0]?.replace(/^# /u, "") ?? "").trim();
}

test("There are enough of them.", () => expect(jobs.length).toBeGreaterThanOrEqual(80));

describe.each(["2.3.0", "1.20.3"])("on Flink %s", (version) => {
  let planning: Planning;
  beforeAll(async () => {
    planning = await Planning.share(version);
  });
  afterAll(() => planning?.end());

  test.each(jobs.map((job) => [job.manifest.name, verdictOf(job.file, version), job] as const))(
    "%s is %s.",
    async (_, verdict, job) => {
      const refusal = await planning.refusal(job);
      const pattern = /^refused: (.*)$/u.exec(verdict)?.[1];
      if (pattern === undefined) expect(refusal).toBeUndefined();
      else expect(refusal).toMatch(new RegExp(pattern, "u"));
    },
  );

  const compared = jobs.filter(({ file }) => verdictOf(file, version).startsWith("rows"));
  test.each(compared.map((job) => [job.manifest.name, job] as const))(
    "%s leaves the rows that a plain INSERT leaves.",
    async (_, job) => {
      const key = verdictOf(job.file, version) === "rows by key" ? 0 : undefined;
      const left = async (start: () => Promise<unknown>) => {
        const before = (await planning.printed("OURS")).length;
        await start();
        return standing((await planning.printed("OURS")).slice(before), key);
      };
      const { "target-table": target, sql } = job.manifest;
      const ours = await left(() => planning.run(job));
      expect(ours.length).toBeGreaterThan(0);
      expect(ours).toEqual(await left(() => planning.runPlain(job, [`INSERT INTO ${target} ${sql}`])));
    },
  );
});
