import { describe, expect, test } from "vitest";
import {
  identifierOf,
  normalizeSql,
  sameSql,
  splitStatements,
  sqlIdentifier,
  sqlString,
  tokenize,
} from "../../../../provider/decide/sql/sql-text.js";

const texts = (sql: string) => tokenize(sql).map(({ text }) => text);

describe("these texts mean the same to Flink", () => {
  test.each([
    ["line ends and indentation", "SELECT a\n  FROM t", "SELECT a FROM t"],
    ["Windows line ends", "SELECT a\r\nFROM t", "SELECT a\nFROM t"],
    ["a -- comment", "SELECT a -- the key\nFROM t", "SELECT a FROM t"],
    ["a // comment", "SELECT a // the key\nFROM t", "SELECT a FROM t"],
    ["a block comment", "SELECT /* the\n key */ a FROM t", "SELECT a FROM t"],
    ["an empty block comment", "SELECT /**/ a FROM t", "SELECT a FROM t"],
    ["the case of keywords", "select a from t where a is not null", "SELECT a FROM t WHERE a IS NOT NULL"],
    ["the case of function names", "SELECT upper(a), my_fn(a) FROM t", "SELECT UPPER(a), MY_FN(a) FROM t"],
    [
      "the case of window words",
      "SELECT * FROM tumble(table t, descriptor(x))",
      "SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(x))",
    ],
    ["a semicolon at the end", "SELECT a FROM t ;\n", "SELECT a FROM t"],
    ["white space around operators", "SELECT a+b,c FROM t", "SELECT a + b , c FROM t"],
    [
      "white space inside a hint",
      "SELECT * FROM t /*+ OPTIONS('a'='1') */",
      "SELECT * FROM t /*+OPTIONS( 'a' = '1' )*/",
    ],
  ])("%s", (_, a, b) => {
    expect(sameSql(a, b)).toBe(true);
  });
});

describe("these texts mean something else", () => {
  test.each([
    ["the case of identifiers", "SELECT Amount FROM t", "SELECT amount FROM t"],
    ["the case of a keyword that is part of a name", "SELECT t.`x`, t.Year FROM t", "SELECT t.`x`, t.YEAR FROM t"],
    ["the case inside a quoted identifier", "SELECT `select` FROM t", "SELECT `SELECT` FROM t"],
    ["the case inside a literal", "SELECT 'From' FROM t", "SELECT 'from' FROM t"],
    ["white space inside a literal", "SELECT 'a  b' FROM t", "SELECT 'a b' FROM t"],
    ["a line end inside a literal", "SELECT 'a\nb' FROM t", "SELECT 'a b' FROM t"],
    ["white space inside a quoted identifier", "SELECT `a  b` FROM t", "SELECT `a b` FROM t"],
    ["a -- inside a literal", "SELECT 'a -- b' FROM t", "SELECT 'a ' FROM t"],
    ["a /* inside a literal", "SELECT 'a /* b */' FROM t", "SELECT 'a ' FROM t"],
    ["a // inside a literal", "SELECT 'http://a' FROM t", "SELECT 'http:' FROM t"],
    ["a hint", "SELECT * FROM t /*+ OPTIONS('a'='1') */", "SELECT * FROM t"],
    ["the value in a hint", "SELECT * FROM t /*+ OPTIONS('a'='1') */", "SELECT * FROM t /*+ OPTIONS('a'='2') */"],
    ["what follows a literal of one backslash", "SELECT '\\', a FROM t", "SELECT '\\', b FROM t"],
    ["a comment that hides a line", "SELECT a --\n, b FROM t", "SELECT a -- , b FROM t"],
    ["two words and one", "SELECT a b FROM t", "SELECT ab FROM t"],
    ["a number and a name", "SELECT 1 a", "SELECT 1"],
    ["the prefix of a literal", "SELECT U&'x'", "SELECT 'x'"],
  ])("%s", (_, a, b) => {
    expect(sameSql(a, b)).toBe(false);
  });
});

describe("tokens follow the rules of Flink's parser", () => {
  test.each([
    ["a backslash is an ordinary character", "'\\' x", ["'\\'", "x"]],
    ["a doubled quote goes on", "'it''s' x", ["'it''s'", "x"]],
    ["a doubled back-tick goes on", "`a``b` x", ["`a``b`", "x"]],
    ["a -- inside a string is no comment", "'--' x", ["'--'", "x"]],
    ["a quote inside a comment is none", "a -- it's\nb", ["a", "b"]],
    ["a string in back-ticks is a name", "`it's` x", ["`it's`", "x"]],
    ["a block comment ends at the first end", "a /* /* */ b", ["a", "b"]],
    ["a hint is a token", "t /*+ X(1) */ b", ["t", "/*+ X(1) */", "b"]],
    ["a string with a character set", "_utf8'a' N'b'", ["_utf8'a'", "N'b'"]],
    ["a number with a point and an exponent", "1.5e-3 .5 2.", ["1.5e-3", ".5", "2."]],
    ["letters of any alphabet", "größe 数量", ["größe", "数量"]],
    ["symbols of two characters", "a<>b>=c||d=>e", ["a", "<>", "b", ">=", "c", "||", "d", "=>", "e"]],
    ["a character outside of the basic plane", "a 😀 b", ["a", "😀", "b"]],
    ["an unclosed quote runs to the end", "a 'b c", ["a", "'b c"]],
    ["an unclosed comment runs to the end", "a /* b c", ["a"]],
  ])("%s", (_, sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  test("A token knows where it stands.", () => {
    const sql = "SELECT  'a'\n, b";
    for (const { text, start, end } of tokenize(sql)) expect(sql.slice(start, end)).toBe(text);
  });

  test("A text of half a million characters takes no time to speak of.", () => {
    expect(tokenize(`SELECT '${"x".repeat(500_000)}' /*${"*".repeat(1_000)}`)).toHaveLength(2);
  });
});

describe("statements end at a semicolon", () => {
  test.each([
    ["two statements", "A; B", ["A", "B"]],
    ["a semicolon in a string", "A ';'; B", ["A ';'", "B"]],
    ["a semicolon in a comment", "A -- ;\n x; B", ["A -- ;\n x", "B"]],
    ["a semicolon in a name", "A `;`", ["A `;`"]],
    ["empty statements", ";; A ;;", ["A"]],
    ["comments only", "-- nothing\n/* here */", []],
    ["nothing", "", []],
  ])("%s", (_, sql, expected) => {
    expect(splitStatements(sql).map(({ text }) => text)).toEqual(expected);
  });

  test("A statement knows where it starts, behind the comments before it.", () => {
    const sql = "-- first\nA;\n\n  B";
    expect(splitStatements(sql).map(({ start }) => start)).toEqual([sql.indexOf("A"), sql.indexOf("B")]);
  });
});

describe("values and names become SQL that holds exactly them", () => {
  test.each(["plain", "it's", "''", "\\", "a\nb", '"', "`", "--", "{group_id}", "$&", ""])("%j", (value) => {
    const [string, ...more] = tokenize(sqlString(value));
    expect(more).toEqual([]);
    expect(string?.text.slice(1, -1).replaceAll("''", "'")).toBe(value);
    const [name, ...others] = tokenize(sqlIdentifier(value));
    expect(others).toEqual([]);
    expect(name && identifierOf(name)).toBe(value);
  });
});

test("Normalizing twice is normalizing once.", () => {
  const once = normalizeSql("select a, -- x\n upper(b) from t /*+ options('k'='v') */ where c = 'It''s';");
  expect(once).toBe("SELECT a , UPPER ( b ) FROM t /*+ OPTIONS ( 'k' = 'v' ) */ WHERE c = 'It''s'");
  expect(normalizeSql(once)).toBe(once);
});
