/** Compiled plans of both sides of each edit, kept for each version of Flink: no test needs a Flink to read them. */

import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { CompiledPlan, withIds } from "../../../provider/decide/keep/compiled-plan.js";
import type { Planning } from "../decide/planning.js";
import { type Edit, type Side, TABLES } from "./edits.js";

/** Of before and after an edit. */
const Plans = z.tuple([CompiledPlan, CompiledPlan]);
export type Plans = z.infer<typeof Plans>;

const Kept = z.record(z.string(), Plans);

const fileOf = (version: string) => join("test", "fixtures", "compiled-plans", `${version}.json.gz`);

/** Title of an edit → the plans of before and after it. */
export function keptPlans(version: string): Readonly<Record<string, Plans>> {
  return Kept.parse(JSON.parse(gunzipSync(readFileSync(fileOf(version))).toString("utf8")));
}

export function keepPlans(version: string, plans: Readonly<Record<string, Plans>>): void {
  writeFileSync(fileOf(version), gzipSync(JSON.stringify(plans), { level: 9 }));
}

/** What Flink makes of both sides now. */
export async function compiledPlans({ before, after }: Edit, planning: Planning): Promise<Plans> {
  return [await compiled(before, planning), await compiled(after, planning)];
}

async function compiled({ sql, tables = TABLES, options = {}, more = [], target = "sink" }: Side, planning: Planning) {
  const folder = await mkdtemp(join(tmpdir(), "compiled-"));
  const file = join(folder, "plan.json");
  try {
    await planning.inSession({ ...options, "table.plan.compile.catalog-objects": "IDENTIFIER" }, async (run) => {
      for (const statement of [...Object.values(tables), ...more]) await run(statement);
      await run(`CREATE TEMPORARY VIEW q AS ${sql}`);
      const columns = (await run("DESCRIBE q")).map(([name, type]) => `\`${name}\` ${withoutMarks(String(type))}`);
      await run(`CREATE TABLE ${target} (${columns.join(", ")}) WITH ('connector' = 'blackhole')`);
      await run(`COMPILE PLAN 'file://${file}' FOR INSERT INTO ${target} SELECT * FROM q`);
    });
    return short(CompiledPlan.parse(JSON.parse(await readFile(file, "utf8"))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** DESCRIBE marks time attributes and what may not be null, as no definition does. */
const withoutMarks = (type: string) => type.replace(/ \*.*\*$/u, "").replace(" NOT NULL", "");

/** With ids from 1 on, and without what says how rows go from one operator to the next. */
function short(plan: CompiledPlan): CompiledPlan {
  const ids = new Map(plan.nodes.map(({ id }, i) => [id, i + 1]));
  const { nodes, edges, flinkVersion } = withIds(plan, ids);
  return {
    flinkVersion,
    nodes: nodes.map(({ inputProperties: _, ...node }) => node as (typeof nodes)[number]),
    edges: edges.map(({ source, target }) => ({ source, target })),
  };
}
