/** What the engine is told of a job whose plan is not known, since its record or its cluster cannot be had now. */

import { expect, test } from "vitest";
import { hooks } from "../../../provider/resources/flink-sql-job.js";

const before = { self: "urn:orders", sql: "SELECT id FROM orders", targetTable: "sink" };

const diff = (now: object) => hooks.diff("orders-1", before, { ...before, ...now });

test.each([
  ["nothing", {}],
  ["the spaces of its query", { sql: "SELECT  id\n  FROM orders -- all of them" }],
  ["the case of a keyword", { sql: "select id from orders;" }],
  ["the spelling of its target", { targetTable: " sink" }],
])("Where %s changed it may be updated, and is not replaced.", async (_, now) => {
  expect(await diff(now)).toEqual({ changes: true, replaces: [] });
});

test.each([
  ["another query", { sql: "SELECT id FROM Orders" }, "sql"],
  ["another target", { targetTable: "sink_2" }, "sql"],
  ["code in place of SQL", { sql: undefined, code: "execution_output = 1" }, "code"],
])("With %s it is replaced.", async (_, now, reason) => {
  expect(await diff(now)).toEqual({ changes: true, replaces: [reason] });
});
