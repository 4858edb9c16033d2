/** Input of any size ends, with an answer: in time that grows with it and no faster, and without a crash. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { lineComments, queryFault, unclosedFault } from "../../../../provider/decide/sql/sql-checks.js";
import { normalizeSql, splitStatements } from "../../../../provider/decide/sql/sql-text.js";
import { loadManifests } from "../../../../provider/read/manifests/load-manifests.js";

const SIZE = 10_000_000;
/** Of a busy machine; what grows with the square of its size takes hours. */
const LIMIT_MS = 60_000;

describe("ten megabytes of SQL are no harder than ten bytes", () => {
  test.each<[string, () => string]>([
    ["a string", () => `SELECT '${"x".repeat(SIZE)}'`],
    ["a string of quotes", () => `SELECT '${"''".repeat(SIZE / 2)}'`],
    ["a comment", () => `SELECT 1 /*${"* ".repeat(SIZE / 2)}*/`],
    ["a hint", () => `SELECT /*+${"x".repeat(SIZE)}*/ 1`],
    ["a quoted name", () => `SELECT \`${"x".repeat(SIZE)}\``],
    ["white space", () => `SELECT 1${" ".repeat(SIZE)}FROM t`],
    ["a word", () => `SELECT ${"_".repeat(SIZE)}`],
    ["comments", () => `SELECT 1 ${"/**/ ".repeat(SIZE / 10)}`],
    ["lines", () => `SELECT 1\n${"--\n".repeat(SIZE / 10)}`],
    ["parentheses", () => `SELECT ${"(".repeat(SIZE / 20)}`],
  ])(
    "%s",
    (_, text) => {
      const sql = text();
      expect(queryFault(sql)).toBeUndefined();
      lineComments(sql);
      normalizeSql(sql);
      expect(splitStatements(sql)).toHaveLength(1);
    },
    LIMIT_MS,
  );

  test.each([
    ["string", `SELECT '${"x".repeat(SIZE)}`],
    ["comment", `SELECT 1 /*${"x".repeat(SIZE)}`],
  ])("One that is never closed is told: a %s.", (kind, sql) => {
    expect(unclosedFault(sql)?.message).toContain(`this ${kind} is never closed`);
  });
});

describe("a folder of manifests", () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  function failureOf(files: Readonly<Record<string, string>>): string {
    const root = mkdtempSync(join(tmpdir(), "large-"));
    roots.push(root);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    try {
      loadManifests({ folder: "jobs", root, tables: [], parameters: {}, secretParameterNames: [] });
      return "";
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  const keys = (key: (i: number) => string) => Array.from({ length: 20_000 }, (_, i) => `${key(i)}: 1`).join("\n");
  const JOB = "name: a\ntarget-table: t\nsql: SELECT 1\n";

  test(
    "With 20,000 unknown keys it shows the first hundred.",
    () => {
      const text = failureOf({ "jobs/a.yaml": JOB + keys((i) => `key${i}`) });
      expect(text).toMatch(/^UserError: 20000 problems in the manifests of jobs/u);
      expect(text.match(/unknown key/gu)).toHaveLength(100);
      expect(text).toContain("and 19900 more");
    },
    LIMIT_MS,
  );

  test(
    "With one option 20,000 times it names the repeats.",
    () => {
      const options = keys(() => "a").replaceAll(/^/gmu, "  ");
      expect(failureOf({ "jobs/a.yaml": `${JOB}flinkProperties:\n${options}` })).toMatch(
        /^UserError: 19999 problems.*/u,
      );
    },
    LIMIT_MS,
  );

  test(
    "With 1000 jobs and 1000 tables each table is looked at once.",
    () => {
      const tables = Array.from(
        { length: 1000 },
        (_, i) => `CREATE TABLE t${i} (a INT) WITH ('connector' = 'x');`,
      ).join("\n");
      const jobs = Array.from({ length: 1000 }, (_, i) => [
        `jobs/j${i}.yaml`,
        `name: j${i}\ntarget-table: t${i}\nsql: SELECT a FROM t1\n`,
      ]);
      expect(failureOf({ "jobs/t.sql": tables, ...Object.fromEntries(jobs) })).toBe("");
    },
    LIMIT_MS,
  );

  test(
    "With statements and braces without end all are told.",
    () => {
      const sql = `SET 'table.x' = '${"{a} ".repeat(20_000)}';\n${"SELECT 1;\n".repeat(20_000)}`;
      expect(failureOf({ "jobs/a.yaml": JOB, "jobs/t.sql": sql })).toMatch(/^UserError: \d+ problems/u);
    },
    LIMIT_MS,
  );

  test.each([
    [
      "nested deeply, and closed",
      `${JOB}flinkProperties: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
      /nested too deeply/u,
    ],
    ["nested without end", `${JOB}flinkProperties: ${"[".repeat(200_000)}`, /nested too deeply|not YAML/u],
    [
      "aliases of aliases",
      `${JOB}flinkProperties: &a0 [x]\n${Array.from({ length: 40 }, (_, i) => `k${i}: &a${i + 1} [*a${i}, *a${i}]`).join("\n")}\nmetadata: *a40\n`,
      /metadata: expected all, query/u,
    ],
    ["a key of megabytes", `${JOB}${"k".repeat(SIZE / 10)}: 1`, /unknown key 'k+…'|not YAML/u],
  ])(
    "%s is an error and no crash.",
    (_, text, words) => {
      expect(failureOf({ "jobs/a.yaml": text })).toMatch(words);
    },
    LIMIT_MS,
  );
});
