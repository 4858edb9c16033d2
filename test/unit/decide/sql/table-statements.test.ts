/** Statements of table files: every kind that Flink's grammar has (1.20 and 2.3), allowed or refused before Flink is asked. */

import { describe, expect, test } from "vitest";
import { splitStatements } from "../../../../provider/decide/sql/sql-text.js";
import { statementFaults } from "../../../../provider/decide/sql/table-statements.js";
import { REFUSED_STATEMENTS } from "../../../support/decide/refused-statements.js";

const faults = (sql: string) =>
  statementFaults(splitStatements(sql).map(({ tokens }) => tokens)).map((fault) => fault?.message);
const last = (sql: string) => faults(sql).at(-1);

describe("what defines something for the session may stand there", () => {
  test.each([
    "CREATE TABLE t (a INT) WITH ('connector' = 'datagen')",
    "CREATE TABLE IF NOT EXISTS a.`b`.c (`as` INT, b AS a + 1, PRIMARY KEY (a) NOT ENFORCED) COMMENT 'x' WITH ('connector' = 'x') LIKE t",
    "CREATE TEMPORARY TABLE hive.db.t (a INT)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE TEMPORARY VIEW IF NOT EXISTS v (a) AS WITH x AS (SELECT 1) SELECT * FROM x",
    "CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'file:///x.jar'",
    "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'a.b' LANGUAGE PYTHON",
    "CREATE MODEL m INPUT (a STRING) OUTPUT (b STRING) WITH ('provider' = 'openai')",
    "CREATE CATALOG c WITH ('type' = 'jdbc')",
    "CREATE DATABASE IF NOT EXISTS d",
    "ALTER TABLE t SET ('a' = 'b')",
    "ALTER TABLE IF EXISTS t RESET ('a')",
    "ALTER TABLE t ADD (b INT)",
    "ALTER TABLE t MODIFY WATERMARK FOR a AS a",
    "ALTER TABLE t DROP (b)",
    "ALTER TABLE t RENAME TO u",
    "ALTER VIEW v AS SELECT 2",
    "ALTER FUNCTION f AS 'a.C'",
    "ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS 'a.C'",
    "ALTER DATABASE d SET ('a' = 'b')",
    "ALTER CATALOG c SET ('a' = 'b')",
    "ALTER MODEL m SET ('a' = 'b')",
    "DROP TEMPORARY TABLE IF EXISTS hive.db.t",
    "DROP TABLE t",
    "DROP VIEW IF EXISTS v",
    "DROP TEMPORARY SYSTEM FUNCTION f",
    "DROP MODEL m",
    "USE d",
    "USE CATALOG c",
    "USE MODULES core, hive",
    "LOAD MODULE hive WITH ('hive-version' = '3.1.3')",
    "UNLOAD MODULE hive",
    "ADD JAR '/x.jar'",
    "SET 'table.exec.state.ttl' = '1 d'",
    "SET table.exec.mini-batch.enabled = true",
    "SET 'sql-client.execution.result-mode' = 'tableau'",
    "SET 'parallelism.default' = '2'",
    "RESET 'table.local-time-zone'",
  ])("%s", (sql) => expect(last(sql.replace("a.`b`.c", "default_catalog.`b`.c"))).toBeUndefined());
});

describe("what would run, or leave something behind, may not", () => {
  test.each(REFUSED_STATEMENTS)("%s", (sql) => expect(last(sql)).toEqual(expect.any(String)));

  test("All of it is said, each with the way out.", () => {
    expect(faults("SELECT 1; STOP JOB 'x'; CREATE TABLE t AS SELECT 1; HELP")).toEqual([
      expect.stringMatching(/^SELECT does not belong in a table file: .*make it a manifest of its own/u),
      expect.stringMatching(/^STOP does not belong .*removing its manifest/u),
      expect.stringMatching(/^CREATE TABLE … AS SELECT would start a job in each preview; make its query a manifest/u),
      "HELP does not belong in a table file: it would run each time a job is planned, in a preview too; remove it",
    ]);
  });
});

describe("an option of the deployment cannot be set, however its name is written", () => {
  test.each([
    ["SET 'pipeline.name' = 'evil'", /set by the deployment itself; remove it/u],
    ["SET pipeline.name = evil", /set by the deployment itself; remove it/u],
    ["set 'Pipeline.Name' = 'evil'", /set by the deployment itself; remove it/u],
    ["SET ' pipeline.name ' = 'evil'", /set by the deployment itself; remove it/u],
    ["SET /* x */ 'pipeline.name' = 'evil'", /set by the deployment itself; remove it/u],
    ["SET U&'pipeline\\002ename' = 'evil'", /write SET 'option' = 'value'/u],
    ["SET 'pipeline.'\n'name' = 'evil'", /write SET 'option' = 'value'/u],
    ["SET 'pipeline''name' = 'evil'", /write SET 'option' = 'value'/u],
    ["SET `pipeline.name` = 'evil'", /write SET 'option' = 'value'/u],
    ["SET '{key}' = 'evil'", /write SET 'option' = 'value'/u],
    ["SET 'table.dml-sync' = 'true'", /set by the deployment itself/u],
    ["SET 'table.catalog-store.kind' = 'file'", /set by the deployment itself/u],
    ["SET 'execution.checkpointing.dir' = 'file:///x'", /put it into flinkProperties/u],
    ["SET 'state.checkpoints.dir' = 'file:///x'", /put it into flinkProperties/u],
    ["SET 'execution.runtime-mode' = 'batch'", /put it into flinkProperties/u],
    ["SET 'restart-strategy' = 'none'", /put it into flinkProperties/u],
    ["SET 'pipeline.jars' = 'x'", /put it into flinkProperties/u],
    ["SET 'python.client.executable' = '/bin/x'", /put it into flinkProperties/u],
    ["SET '$internal.pipeline.job-id' = 'x'", /set by the deployment itself/u],
    ["SET 'execution.savepoint.path' = 'x'", /set by the deployment itself/u],
    ["RESET 'pipeline.name'", /set by the deployment itself/u],
    ["RESET pipeline.name", /set by the deployment itself/u],
    ["RESET 'execution.checkpointing.dir'", /put it into flinkProperties/u],
    ["SET", /SET without an option/u],
    ["RESET", /RESET without an option/u],
  ])("%s", (sql, words) => expect(last(sql)).toMatch(words));

  test("The place is that of the option's name.", () => {
    const [fault] = statementFaults(splitStatements("SET 'pipeline.name' = 'x'").map(({ tokens }) => tokens));
    expect(fault?.token.start).toBe(4);
  });
});

describe("what lies in a catalog that outlives the session is not changed by a preview", () => {
  const MEMORY = "CREATE CATALOG mem WITH ('type' = 'generic_in_memory');";
  const OTHER = "CREATE CATALOG lake WITH ('type' = 'paimon');";
  test.each([
    [
      `${OTHER} CREATE TABLE lake.db.t (a INT)`,
      /CREATE TABLE in the catalog lake.*write CREATE TEMPORARY TABLE …, or make the table/u,
    ],
    [`${OTHER} USE CATALOG lake; CREATE VIEW v AS SELECT 1`, /CREATE VIEW in the catalog lake/u],
    [`${OTHER} USE CATALOG \`lake\`; DROP TABLE t`, /DROP TABLE in the catalog lake.*do it in the catalog yourself/u],
    [`${OTHER} USE lake.db; ALTER TABLE t SET ('a' = 'b')`, /ALTER TABLE in the catalog lake/u],
    [`${OTHER} CREATE DATABASE lake.d`, /CREATE DATABASE in the catalog lake.*make the database/u],
    ["CREATE TABLE made_elsewhere.db.t (a INT)", /in the catalog made_elsewhere/u],
    [
      "CREATE CATALOG x WITH ('type' = 'generic_in_memory', 'type' = 'hive'); CREATE TABLE x.d.t (a INT)",
      /in the catalog x/u,
    ],
    [
      "CREATE CATALOG x WITH ('type' = 'generic_in_memory', U&'type' = 'hive'); CREATE TABLE x.d.t (a INT)",
      /in the catalog x/u,
    ],
    [
      "CREATE CATALOG x WITH ('type' = 'generic_in_memory', 'ty'\n'pe' = 'hive'); CREATE TABLE x.d.t (a INT)",
      /in the catalog x/u,
    ],
    ["CREATE CATALOG x WITH (U&'type' = 'hive'); CREATE TABLE x.d.t (a INT)", /in the catalog x/u],
    [`${OTHER} USE CATALOG lake; CREATE TEMPORARY TABLE t (a INT)`, undefined],
    [`${OTHER} USE CATALOG lake; USE CATALOG default_catalog; CREATE TABLE t (a INT)`, undefined],
    [`${MEMORY} USE CATALOG mem; CREATE DATABASE d; USE d; CREATE TABLE t (a INT)`, undefined],
    [`${MEMORY} CREATE TABLE mem.d.t (a INT)`, undefined],
  ])("%s", (sql, words) => {
    if (words) expect(last(sql)).toMatch(words);
    else expect(faults(sql).every((fault) => fault === undefined)).toBe(true);
  });
});
