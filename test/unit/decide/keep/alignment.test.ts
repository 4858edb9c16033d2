/** What is to become of the state of a query that is edited, by the plans that each version of Flink made of it. */

import { describe, expect, test } from "vitest";
import { type Alignment, align, firstIds } from "../../../../provider/decide/keep/alignment.js";
import { withIds } from "../../../../provider/decide/keep/compiled-plan.js";
import { roleOf } from "../../../../provider/decide/keep/operator-kinds.js";
import { EDITS, type Expected } from "../../../support/edits/edits.js";
import { keptPlans, type Plans } from "../../../support/edits/plans.js";

/** What stands in the way, or else whether all goes on as it was. */
function wordsOf({ isPossible, verdicts }: Alignment): string {
  const states = verdicts.filter(({ role, verdict }) => role === "stateful" || verdict.is === "incompatible");
  if (!isPossible)
    return `refused: ${states.map(({ title, verdict }) => `${title}, ${JSON.stringify(verdict)}`).join("; ")}`;
  return states.find(({ verdict }) => verdict.is === "kept, fed otherwise")?.verdict.is ?? "kept";
}

const matches = (words: string, expected: Expected) =>
  typeof expected === "string" ? words === expected : words.startsWith("refused: ") && expected.refused.test(words);

describe.each(["2.3.0", "1.20.3"])("Flink %s", (version) => {
  const plans = keptPlans(version);
  const plansOf = (title: string) => plans[title] as Plans;

  test.each(EDITS.map((edit) => [edit.title, edit] as const))("%s", (title, { keep }) => {
    const [before, after] = plansOf(title);
    const words = wordsOf(align(before, after, { keeping: "keep" }));
    expect(matches(words, keep), words).toBe(true);
  });

  test.each(EDITS.map(({ title }) => title))("the same query again keeps all: %s", (title) => {
    const [before] = plansOf(title);
    const again = withIds(before, new Map(before.nodes.map(({ id }) => [id, id + 1000])));
    const { isPossible, verdicts, ids } = align(before, again, { keeping: "keep" });
    expect(isPossible).toBe(true);
    expect(verdicts.map(({ verdict }) => verdict.is)).toEqual(verdicts.map(() => "kept"));
    for (const { id } of before.nodes.filter((node) => roleOf(node) !== "stateless"))
      expect(ids.get(id + 1000)).toBe(id);
  });

  test.each(EDITS.map(({ title }) => title))("no two operators get one id, and none a strange state: %s", (title) => {
    const [before, after] = plansOf(title);
    for (const keeping of ["keep", "offsets"] as const) {
      const { ids, verdicts } = align(before, after, { keeping });
      const all = [...ids.values()];
      expect(new Set(all).size).toBe(after.nodes.length);
      const kept = verdicts.filter(({ verdict }) => verdict.is.startsWith("kept")).map(({ oldId }) => oldId);
      const old = new Set(before.nodes.map(({ id }) => id));
      expect(all.filter((id) => old.has(id)).sort()).toEqual(kept.sort());
    }
  });

  test.each(EDITS.map(({ title }) => title))("with `offsets` only sources and sinks keep anything: %s", (title) => {
    const [before, after] = plansOf(title);
    const { isPossible, verdicts } = align(before, after, { keeping: "offsets" });
    expect(isPossible).toBe(true);
    const kept = verdicts.filter(({ verdict }) => verdict.is.startsWith("kept"));
    expect(kept.map(({ role }) => role)).not.toContain("stateful");
    expect(kept.some(({ role }) => role === "source")).toBe(true);
  });
});

describe("A plan of Flink 2.3", () => {
  const plans = keptPlans("2.3.0");
  const [parsed] = plans["a third table joined"] as Plans;

  test("gets ids in its own order, and its edges follow.", () => {
    const ids = firstIds(withIds(parsed, new Map(parsed.nodes.map(({ id }) => [id, id + 76]))));
    const { nodes, edges } = withIds(withIds(parsed, new Map(parsed.nodes.map(({ id }) => [id, id + 76]))), ids);
    expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, i) => i + 1));
    expect(edges.every(({ source, target }) => nodes[source - 1] && nodes[target - 1])).toBe(true);
  });

  test("that reads in a circle, or from nowhere, is no plan.", () => {
    const broken = { ...parsed, edges: [...parsed.edges, { source: 999, target: 1 }] };
    expect(() => align(parsed, broken, { keeping: "keep" })).toThrow("has no operator 999");
  });

  test("with a meaning that changed goes on where the manifest accepts that.", () => {
    const [before, after] = plans["an aggregate of another expression"] as Plans;
    expect(align(before, after, { keeping: "keep" }).isPossible).toBe(false);
    expect(align(before, after, { keeping: "keep", acceptMixedMeaning: true }).isPossible).toBe(true);
  });
});
