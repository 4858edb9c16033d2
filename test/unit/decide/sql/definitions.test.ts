import { describe, expect, test } from "vitest";
import { definitionChanges } from "../../../../provider/decide/change/definition-changes.js";
import { definedBy, neededDefinitions, parseDefinitions } from "../../../../provider/decide/sql/definitions.js";
import { tokenize } from "../../../../provider/decide/sql/sql-text.js";

const needed = (tables: string, sql: string, target = "sink") =>
  neededDefinitions(parseDefinitions("t.sql", tables), { sql }, target).map(({ label }) => label);

describe("a statement defines a name", () => {
  test.each([
    ["CREATE TABLE orders (id INT)", { type: "TABLE", name: "orders" }],
    ["create table Orders (id INT)", { type: "TABLE", name: "Orders" }],
    ["CREATE TABLE IF NOT EXISTS cat.db.t (id INT)", { type: "TABLE", name: "t" }],
    ["CREATE TABLE `cat`.`my db`.`my``t` (id INT)", { type: "TABLE", name: "my`t" }],
    ["CREATE TEMPORARY TABLE t (id INT)", { type: "TABLE", name: "t" }],
    ["CREATE OR REPLACE TABLE t (id INT)", { type: "TABLE", name: "t" }],
    ["CREATE TEMPORARY VIEW IF NOT EXISTS v AS SELECT 1", { type: "VIEW", name: "v" }],
    ["CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.B'", { type: "FUNCTION", name: "f" }],
    ["CREATE CATALOG c WITH ('type'='jdbc')", { type: "CATALOG", name: "c" }],
    ["CREATE DATABASE IF NOT EXISTS c.d", { type: "DATABASE", name: "d" }],
    ["SET 'table.local-time-zone' = 'UTC'", undefined],
    ["USE CATALOG c", undefined],
    ["ALTER TABLE t RENAME TO u", undefined],
    ["DROP TABLE t", undefined],
  ])("%s", (sql, expected) => {
    expect(definedBy(tokenize(sql))).toEqual(expected);
  });
});

describe("a job takes the definitions that it needs and no others", () => {
  const tables = `
    CREATE TABLE orders (id INT);
    CREATE TABLE Orders (id INT);
    CREATE TABLE sink (id INT);
    CREATE TABLE other (id INT);
    CREATE VIEW big AS SELECT * FROM orders;
    CREATE VIEW bigger AS SELECT * FROM big;
    CREATE FUNCTION mask AS 'a.Mask';
    CREATE CATALOG c WITH ('type' = 'generic_in_memory');
    SET 'table.local-time-zone' = 'UTC'`;
  const always = ["catalog c", "SET 'table.local-time-zone' ="];

  test.each([
    ["its table and its target", "SELECT * FROM orders", ["table orders", "table sink"]],
    ["the table of that case", "SELECT * FROM Orders", ["table Orders", "table sink"]],
    [
      "the tables of its views, however deep",
      "SELECT * FROM bigger",
      ["table orders", "table sink", "view big", "view bigger"],
    ],
    ["a quoted name", "SELECT * FROM `c`.`d`.`other`", ["table sink", "table other"]],
    ["a function in any case", "SELECT MASK(1)", ["table sink", "function mask"]],
    ["none that a string or a comment names", "SELECT 'orders' -- other", ["table sink"]],
  ])("%s", (_, sql, expected) => {
    expect(needed(tables, sql)).toEqual([...expected, ...always]);
  });

  test("A table that is defined after the view that uses it is found too.", () => {
    expect(needed("CREATE VIEW v AS SELECT * FROM t; CREATE TABLE t (a INT)", "SELECT * FROM v")).toEqual([
      "view v",
      "table t",
    ]);
  });

  test("A table that is like another one takes it along.", () => {
    expect(needed("CREATE TABLE a (x INT); CREATE TABLE sink LIKE a", "SELECT 1")).toEqual(["table a", "table sink"]);
  });
});

test("A definition knows its file, line and column.", () => {
  const [first, second] = parseDefinitions("jobs/t.sql", "-- x\nSET 'a' = 'b';\n  CREATE TABLE t (a INT);\n");
  expect(first).toMatchObject({ file: "jobs/t.sql", line: 2, column: 1 });
  expect(second).toEqual({ sql: "CREATE TABLE t (a INT)", label: "table t", file: "jobs/t.sql", line: 3, column: 3 });
});

describe("a change of definitions is told by what was defined", () => {
  test.each([
    ["formatting is no change", ["CREATE TABLE t (a INT)"], ["create table t ( a int ) -- x"], []],
    ["a column", ["CREATE TABLE t (a INT)"], ["CREATE TABLE t (a BIGINT)"], ["table t changed (column a changed)"]],
    [
      "a new view",
      ["CREATE TABLE t (a INT)"],
      ["CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT 1"],
      ["view v added"],
    ],
    ["a removed option", ["SET 'a' = '1'"], [], ["a 1 → unset"]],
    ["an option of another value", ["SET 'a' = '1'"], ["SET 'a' = '2'"], ["a 1 → 2"]],
  ])("%s", (_, before, after, expected) => {
    expect(definitionChanges(before, after).map(({ words }) => words)).toEqual(expected);
  });
});

test.each([
  [[], ["SET 'table.exec.state.ttl' = '1 h'"], ["table.exec.state.ttl unset → 1 h"]],
  [["SET 'table.exec.state.ttl' = '1 h'"], ["SET 'table.exec.state.ttl' = '2 h'"], ["table.exec.state.ttl 1 h → 2 h"]],
  [["SET 'table.exec.state.ttl' = '1 h'"], ["set 'table.exec.state.ttl'='1 h';"], []],
  [["SET 'a' = '1'", "SET 'b' = '2'"], ["SET 'b' = '2'"], ["a 1 → unset"]],
  [["SET 'parallelism.default' = '1'"], ["RESET 'parallelism.default'"], ["parallelism.default 1 → unset"]],
])("An option that SET changes is told with its values: %j → %j", (before, after, words) => {
  expect(definitionChanges(before, after).map((change) => change.words)).toEqual(words);
});
