/** Values in place of `{key}`: whatever is in them, they stay what they are put into. */

import { describe, expect, test } from "vitest";
import { fillParameters } from "../../../../provider/decide/sql/parameters.js";
import { identifierOf, tokenize } from "../../../../provider/decide/sql/sql-text.js";
import { jobStatements } from "../../../../provider/decide/sql/statements.js";

describe("parameters are put in place of {key}", () => {
  test.each([
    ["a known key", "'{a}'", "'1'"],
    ["a key with dots and dashes", "'{my.key-2}'", "'2'"],
    ["twice", "{a}{a}", "11"],
    ["an unknown key stays", "'{b}'", "'{b}'"],
    ["braces in DDL stay", "'{\"a\": {}}' ARRAY{1} ROW<{ }> {0}", "'{\"a\": {}}' ARRAY{1} ROW<{ }> {0}"],
    ["a value with $& and $1 is a plain text", "'{dollar}'", "'$&$1$$'"],
    ["a value with a key in it is not filled again", "'{nested}'", "'{a}'"],
    ["what every object has is no parameter", "{constructor} {toString}", "{constructor} {toString}"],
    ["a quote in a literal is doubled", "'x{quoted}y'", "'xa''b`c\"d\\ey'"],
    ["in a literal of Unicode escapes a backslash too", "U&'{quoted}'", "U&'a''b`c\"d\\\\e'"],
    ["a back-tick in an identifier is doubled", "`{quoted}`", "`a'b``c\"d\\e`"],
    ["a quote in an identifier of quotes is doubled", '"{quoted}"', '"a\'b`c""d\\e"'],
    ["outside of literals a value is SQL", "WITH {clause}", "WITH ('a' = 'b')"],
    [
      "in a hint as everywhere",
      "/*+ OPTIONS('a'='{quoted}', {clause}) */ {a}",
      "/*+ OPTIONS('a'='a''b`c\"d\\e', ('a' = 'b')) */ 1",
    ],
    ["in a comment nothing", "a -- {lines}\n/* {a} */ // {a}\n'{a}'", "a -- {lines}\n/* {a} */ // {a}\n'1'"],
    ["in a literal that looks like a comment", "'-- {a}' '/* {a} */'", "'-- 1' '/* 1 */'"],
    ["in a literal behind doubled quotes", "'it''s {a}' '{a}'", "'it''s 1' '1'"],
    ["a line end in a literal stays one", "'{lines}'", "'a\nDROP TABLE t;'"],
  ])("%s", (_, text, expected) => {
    const values = { a: "1", "my.key-2": "2", dollar: "$&$1$$", nested: "{a}" };
    const odd = { quoted: "a'b`c\"d\\e", clause: "('a' = 'b')", lines: "a\nDROP TABLE t;" };
    expect(fillParameters(text, { ...values, ...odd })).toBe(expected);
  });

  test.each(["'", "''", "';DROP TABLE t;--", "`", "\\", "*/", "\n--", "a'b''c`d``e\\f\"g\u001b"])(
    "%j stays one literal, and one identifier.",
    (value) => {
      const [literal, ...more] = tokenize(fillParameters("'{v}'", { v: value }));
      expect([literal?.text.slice(1, -1).replaceAll("''", "'"), more]).toEqual([value, []]);
      const [name, ...others] = tokenize(fillParameters("`{v}`", { v: value }));
      expect([name && identifierOf(name), others]).toEqual([value, []]);
    },
  );

  test("So are secrets, in the statements that Flink is given.", () => {
    const manifest = { name: "n", description: "", "target-table": "t", sql: "SELECT 1" };
    const meta = { queryId: "q", version: 1, createdAt: "2026-01-01 00:00:00" };
    const definitions = ["CREATE TABLE t (a INT) WITH ('password' = '{password}') -- {password}"];
    const filled = jobStatements(manifest, definitions, { timestamp: "ts", query: true }, meta, {
      password: "it's\n;",
    });
    expect(filled.definitions).toEqual(["CREATE TABLE t (a INT) WITH ('password' = 'it''s\n;') -- {password}"]);
  });

  test("The time grows with the text and not with its square.", () => {
    const since = process.cpuUsage();
    fillParameters("'{a}' /*+ OPTIONS('b'='{a}') */ -- {a}\n".repeat(20_000), { a: "it's" });
    expect(process.cpuUsage(since).user / 1e6).toBeLessThan(5);
  });
});
