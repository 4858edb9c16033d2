import { describe, expect, test } from "vitest";
import { DEFAULT_METADATA_COLUMNS } from "../../../../provider/decide/sql/metadata-columns.js";
import { splitStatements, tokenize } from "../../../../provider/decide/sql/sql-text.js";
import { jobStatements, VIEW_HEAD_LINES } from "../../../../provider/decide/sql/statements.js";

const manifest = {
  name: "orders",
  description: "Big orders",
  "target-table": "`kafka`.`out`",
  sql: "SELECT a\nFROM t",
};
const meta = { queryId: "0f3c", version: 3, createdAt: "2026-01-02 03:04:05" };
const statements = (changed: Partial<typeof manifest> = {}, columns = DEFAULT_METADATA_COLUMNS) =>
  jobStatements({ ...manifest, ...changed }, [], columns, meta, {});

test("The query becomes a view, and the INSERT adds the columns about the query in their fixed order.", () => {
  expect(statements()).toEqual({
    definitions: [],
    view: "CREATE TEMPORARY VIEW `__query` AS\nSELECT a\nFROM t",
    insert: [
      "INSERT INTO `kafka`.`out`",
      "SELECT *, NOW() AS `__create_timestamp`, 'orders' AS `__query_name`, 'Big orders' AS `__query_description`, " +
        "'0f3c' AS `__query_id`, 3 AS `__query_version`, " +
        "CAST('2026-01-02 03:04:05' AS TIMESTAMP) AS `__query_create_timestamp`",
      "FROM `__query`",
    ].join("\n"),
  });
});

describe("the columns about the query can be chosen", () => {
  test.each([
    ["another name for the time", { timestamp: "at`x", query: true }, "NOW() AS `at``x`, 'orders'"],
    ["without the query's columns", { timestamp: "ts", query: false }, "SELECT *, NOW() AS `ts`\nFROM"],
  ])("%s", (_, columns, expected) => {
    expect(statements({}, columns).insert).toContain(expected);
  });
});

describe("a description is a text, whatever stands in it", () => {
  test.each(["it's", "a\nb", "x', 1 AS y --", '"', "\\", "{group_id}", "*/"])("%j", (description) => {
    const { insert } = statements({ description });
    expect(splitStatements(insert)).toHaveLength(1);
    const strings = tokenize(insert).filter(({ kind }) => kind === "string");
    expect(strings[1]?.text.slice(1, -1).replaceAll("''", "'")).toBe(description);
  });
});

describe("the query stands in the view as it was written", () => {
  test.each([
    ["semicolons and white space at the end", "SELECT 1 ;\n;\n", "SELECT 1"],
    ["a comment at the end", "SELECT 1 -- one", "SELECT 1 -- one"],
    ["braces and dollars", "SELECT '{group_id} $&'", "SELECT '{group_id} $&'"],
  ])("%s", (_, sql, expected) => {
    const lines = statements({ sql }).view?.split("\n");
    expect(lines?.slice(VIEW_HEAD_LINES).join("\n")).toBe(expected);
  });
});

test("Definitions get the secrets and the consumer group of the version, and other braces stay.", () => {
  const definitions = ["CREATE TABLE t (a INT) WITH ('g'='{group_id}', 'p'='{password}', 'x'='{other}')"];
  const filled = jobStatements(manifest, definitions, DEFAULT_METADATA_COLUMNS, meta, {
    password: "p$&w",
    group_id: "mine",
  });
  expect(filled.definitions).toEqual(["CREATE TABLE t (a INT) WITH ('g'='rta-orders-3', 'p'='p$&w', 'x'='{other}')"]);
});
