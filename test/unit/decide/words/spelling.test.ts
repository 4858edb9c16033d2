/** Which known word a mistyped one is taken for. */

import { expect, test } from "vitest";
import { didYouMean } from "../../../../provider/decide/words/spelling.js";

const KNOWN = ["target-table", "parallelism", "sql", "taskManagers"];

test.each([
  ["a letter too few", "paralelism", "parallelism"],
  ["a letter too many", "parallellism", "parallelism"],
  ["another letter", "parallelizm", "parallelism"],
  ["two letters in the wrong order", "parallelims", "parallelism"],
  ["capital letters", "TASKmanager", "taskManagers"],
  ["a third of a word wrong, and no more", "targettablexxx", "target-table"],
  ["one letter of a short word", "sqll", "sql"],
])("It is the nearest one: %s.", (_, word, meant) => expect(didYouMean(word, KNOWN)).toBe(`; did you mean ${meant}?`));

test("Of two that are near it is the nearer, and of equals the first.", () => {
  expect(didYouMean("orders-uk", ["orders-us", "orders-uk2", "orders-u"])).toBe("; did you mean orders-us?");
  expect(didYouMean("orders-ukk", ["orders-us", "orders-uk"])).toBe("; did you mean orders-uk?");
});

test.each([
  ["more than a third of a word is wrong", "targettablexxxx"],
  ["two letters of a short word", "sqlll"],
  ["nothing like it", "flink"],
  ["an empty word", ""],
  ["a text that is no word", "parallelism".repeat(10)],
])("There is none: %s.", (_, word) => expect(didYouMean(word, KNOWN)).toBe(""));
