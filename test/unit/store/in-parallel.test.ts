/** Many requests, some at a time. */

import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { inParallel } from "../../../provider/store/in-parallel.js";

const ITEMS = Array.from({ length: 30 }, (_, i) => i);

test("Eight are under way at a time, and the results are in the order of the items.", async () => {
  let underWay = 0;
  let most = 0;
  const results = await inParallel(ITEMS, async (item) => {
    most = Math.max(most, ++underWay);
    // The later ones are done first.
    for (let left = ITEMS.length - item; left > 0; left--) await turn();
    underWay--;
    return item * 2;
  });
  expect(results).toEqual(ITEMS.map((item) => item * 2));
  expect(most).toBe(8);
});

test("The first error ends it: what has not begun is not begun.", async () => {
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    await turn();
    if (item === 3) throw new Error("no answer");
  };
  await expect(inParallel(ITEMS, work)).rejects.toThrow("no answer");
  for (let i = 0; i < 100; i++) await turn();
  expect(begun.length).toBeLessThan(ITEMS.length / 2);
});

test("Nothing to do is done at once.", async () => {
  expect(await inParallel([], () => Promise.reject(new Error("asked")))).toEqual([]);
});
