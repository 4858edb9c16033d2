/** A preview changes nothing: over every kind of statement in Flink's grammar as a table file, on a real Flink. */

import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadManifests } from "../../../provider/read/manifests/load-manifests.js";
import { Planning } from "../../support/decide/planning.js";
import { REFUSED_STATEMENTS } from "../../support/decide/refused-statements.js";

const TABLES = `CREATE TABLE orders (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1');
CREATE TABLE nowhere (id BIGINT) WITH ('connector' = 'blackhole');
CREATE DATABASE shop;
`;

/** Of each kind that is allowed one at least; they define something for the session, which ends with the check. */
const ALLOWED = `CREATE CATALOG mem WITH ('type' = 'generic_in_memory');
CREATE TABLE mem.\`default\`.t (a INT) WITH ('connector' = 'blackhole');
CREATE TEMPORARY TABLE temporary_one (a INT) WITH ('connector' = 'blackhole');
CREATE TABLE likes WITH ('connector' = 'blackhole') LIKE orders (EXCLUDING OPTIONS);
CREATE VIEW v AS SELECT id FROM orders;
CREATE TEMPORARY VIEW tv AS SELECT id FROM v;
CREATE FUNCTION f AS 'no.Such';
ALTER FUNCTION f AS 'no.Other';
ALTER TABLE likes SET ('connector' = 'print');
ALTER TABLE likes SET ('standard-error' = 'true');
ALTER TABLE likes RESET ('standard-error');
ALTER TABLE likes ADD (b INT);
ALTER TABLE likes DROP (b);
ALTER VIEW v RENAME TO w;
ALTER VIEW w AS SELECT id FROM orders;
ALTER DATABASE shop SET ('a' = 'b');
DROP TEMPORARY VIEW tv;
DROP TEMPORARY TABLE temporary_one;
DROP FUNCTION f;
DROP TABLE likes;
DROP VIEW w;
USE shop;
USE CATALOG mem;
USE CATALOG default_catalog;
USE \`default_database\`;
USE MODULES core;
SET 'table.exec.state.ttl' = '1 d';
SET 'parallelism.default' = '1';
RESET 'table.local-time-zone';
`;

describe.each(["2.3.0", "1.20.3"])("on Flink %s", (version) => {
  let planning: Planning;
  let root: string;
  beforeAll(async () => {
    planning = await Planning.start(version);
    root = await mkdtemp(join(tmpdir(), "preview-"));
  });
  afterAll(async () => {
    await planning?.end();
    if (root) await rm(root, { recursive: true, force: true });
  });

  /** As a preview does it: the files are read, and what they give is planned. */
  async function preview(tables: string, options = ""): Promise<string | undefined> {
    const manifest = `name: job\ntarget-table: nowhere\nmetadata: none\nsql: SELECT id FROM orders\n${options}`;
    await Promise.all([writeFile(join(root, "job.yaml"), manifest), writeFile(join(root, "t.sql"), tables)]);
    const given = { folder: ".", root, tables: [], parameters: {}, secretParameterNames: [] };
    const [job] = loadManifests(given).jobs;
    return job && planning.refusal(job);
  }

  async function world(): Promise<unknown> {
    const jobs = (await planning.flink.jobs()).map(({ jid, state }) => `${jid} ${state}`).sort();
    const ofOurs = ({ name }: { name: string }) => !/\.(?:log|out)$/u.test(name);
    const listed = [root, planning.folder].map((folder) => readdir(folder, { recursive: true, withFileTypes: true }));
    const files = (await Promise.all(listed)).flat().filter(ofOurs);
    const catalogs: unknown[] = [];
    await planning.inSession({}, async (run) => {
      for (const sql of ["SHOW CATALOGS", "SHOW DATABASES", "SHOW TABLES", "SHOW MODULES", "SHOW USER FUNCTIONS"])
        catalogs.push(await run(sql));
    });
    return { jobs, files: files.map(({ parentPath, name }) => join(parentPath, name)).sort(), catalogs };
  }

  test("What is refused is refused before Flink is asked, each at its line.", async () => {
    await preview(TABLES);
    const before = await world();
    const statements = REFUSED_STATEMENTS.map((sql) => sql.replaceAll("{folder}", root));
    for (const sql of statements)
      await expect(preview(`${TABLES}${sql};\n`), sql).rejects.toThrow(/^\d problems? .*\n(?:\.\/)?t\.sql:4:\d+: /u);
    expect(await world()).toEqual(before);
  });

  test.each([
    ["table.local-time-zone: Mars/Base", /Mars\/Base/u],
    ["parallelism.default: abc", /^Could not parse value 'abc' for key 'parallelism\.default'/u],
    ["execution.checkpointing.interval: 5 parsecs", /^Could not parse value '5 parsecs' for key 'execution\./u],
  ])("An option that Flink cannot read is refused within seconds: %s", async (option, words) => {
    const since = Date.now();
    expect(await preview(TABLES, `flinkProperties:\n  ${option}\n`)).toMatch(words);
    expect(Date.now() - since).toBeLessThan(40_000);
  });

  test("What is allowed is gone with the session in which the job was planned.", async () => {
    await preview(TABLES);
    const before = await world();
    expect(await preview(TABLES + ALLOWED)).toBeUndefined();
    expect(await world()).toEqual(before);
  });
});
