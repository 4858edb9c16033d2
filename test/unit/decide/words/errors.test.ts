import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ERROR_CODES, reasonOf, UserError } from "../../../../provider/decide/words/errors.js";

test.each([...ERROR_CODES])("docs/errors.md has a heading for %s.", (code) => {
  const guide = readFileSync(new URL("../../../../docs/errors.md", import.meta.url), "utf8");
  expect(guide).toMatch(new RegExp(`^#+ \`?${code}\`?$`, "mu"));
});

test("A message says what is true, why, and what to do, with the code.", () => {
  const error = new UserError("timed-out", { what: "orders: not started", cause: "a\nb\n", fix: "try again" });
  expect(error.message).toBe("orders: not started\n  cause: a\n    b\n  fix: try again [timed-out]");
  expect(new UserError("timed-out", { what: "w", fix: "f" }).message).toBe("w\n  fix: f [timed-out]");
});

describe("any thrown value has words", () => {
  test.each([
    ["an error", new Error("no"), "no"],
    ["a text", "no", "no"],
    ["an error with a cause", new Error("fetch failed", { cause: new Error("refused") }), "fetch failed: refused"],
    ["a cause that was said already", new Error("x: refused", { cause: new Error("refused") }), "x: refused"],
    ["an error with a code only", Object.assign(new Error(""), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    ["several errors", new AggregateError([new Error("first"), new Error("second")]), "first"],
    ["nothing", undefined, "undefined"],
  ])("%s", (_, thrown, expected) => {
    expect(reasonOf(thrown)).toBe(expected);
  });
});
