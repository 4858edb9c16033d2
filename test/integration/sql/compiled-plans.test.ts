/** The plans that are kept for each edit are those that Flink makes; with RECORD=1 they are kept anew. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import versions from "../../../scripts/versions.json" with { type: "json" };
import { Planning } from "../../support/decide/planning.js";
import { EDITS } from "../../support/edits/edits.js";
import { compiledPlans, keepPlans, keptPlans, type Plans } from "../../support/edits/plans.js";
import { pick } from "../../support/faults/sample.js";

const { RECORD, EVERY_STORY, FAULT_SEED = "1" } = process.env;

/** All of them take two minutes; without EVERY_STORY a seed picks some. */
const SOME = 4;
const picked = new Set(Array.from({ length: SOME }, (_, i) => pick(EDITS.length, FAULT_SEED, "edits", i) - 1));
const edits = RECORD || EVERY_STORY ? EDITS : EDITS.filter((_, i) => picked.has(i));

describe.each(Object.keys(versions.flinks))("Flink %s", (version) => {
  let planning: Planning;
  const made: Record<string, Plans> = {};
  beforeAll(async () => {
    planning = await Planning.share(version);
  });
  afterAll(async () => {
    if (RECORD) keepPlans(version, made);
    await planning?.end();
  });

  test.each(edits.map((edit) => [edit.title, edit] as const))("%s", async (title, edit) => {
    const plans = await compiledPlans(edit, planning);
    made[title] = plans;
    if (!RECORD) expect(plans).toEqual(keptPlans(version)[title]);
  });
});
