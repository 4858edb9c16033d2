/** A start that keeps its state: which changed options of a table, and which numbers, the state has its own word on. */

import { describe, expect, test } from "vitest";
import { type Desired, digestSecrets } from "../../../../provider/decide/change/changes.js";
import { derivedMaxParallelism } from "../../../../provider/decide/change/max-parallelism.js";
import type { JobRecord, StateRef } from "../../../../provider/decide/job/record.js";
import type { Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { planWords } from "../../../../provider/decide/plan/plan-words.js";

const NOW = Date.UTC(2026, 0, 2);
const STATE: StateRef = { kind: "savepoint", path: "file:/s/savepoints/orders/1/savepoint-0a", at: NOW - 60_000 };

const table = (name: string, options: Record<string, string>, columns = "a INT") =>
  `CREATE TABLE ${name} (${columns}) WITH (${Object.entries(options)
    .map(([key, value]) => `'${key}' = '${value}'`)
    .join(", ")})`;
const KAFKA = { connector: "kafka", topic: "a", "properties.bootstrap.servers": "k:9092", format: "json" };

interface Given {
  readonly definitions?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly sql?: string;
  readonly choice?: Desired["choice"];
  readonly secrets?: Desired["secrets"];
}

function desired(given: Given): Desired {
  const { definitions = [], properties = {}, sql = "SELECT a FROM clicks", choice, secrets = {} } = given;
  return {
    manifest: { name: "orders", description: "", "target-table": "`out`", sql, flinkProperties: properties },
    definitions,
    metadataColumns: { timestamp: "ts", query: true },
    secrets,
    directories: { checkpoints: "file:///s/checkpoints/orders", savepoints: "file:///s/savepoints/orders" },
    files: {},
    adopt: undefined,
    choice,
  };
}

/** The line of the plan of a job that runs, or that was stopped with a savepoint. */
function planned(before: Given, after: Given, how: "runs" | "stopped" = "runs", chosen?: StateRef): string {
  const { choice: _, ...old } = desired(before);
  const meta = { queryId: "q", version: 1, createdAt: "2026-01-01 00:00:00" };
  const current = { ...old, meta, secrets: digestSecrets(old.secrets, "0a"), jobId: "0a", startedFrom: null };
  const isRunning = how === "runs";
  const record: JobRecord = {
    status: isRunning ? "running" : "stopped",
    current,
    savepoint: isRunning ? undefined : STATE,
    resourceId: "r",
    intent: undefined,
    past: [],
    written: undefined,
  };
  const job: ObservedJob = {
    jobId: "0a",
    name: "orders",
    status: "RUNNING",
    startedAt: 0,
    endedAt: -1,
    tasks: { running: 1, total: 1 },
  };
  const states = isRunning ? [] : [STATE];
  const seen: Observed = {
    cluster: "reachable",
    record,
    job: isRunning ? job : undefined,
    namesakes: [],
    states,
    chosen,
    now: NOW,
  };
  const plan = planJob(desired({ sql: before.sql ?? "SELECT a FROM clicks", ...after }), seen);
  return planWords("orders", plan, NOW) + (plan.action === "refuse" ? ` | ${plan.fix}` : "");
}

const changed = (name: string, before: Record<string, string>, after: Record<string, string>): [Given, Given] => [
  { definitions: [table(name, before)] },
  { definitions: [table(name, after)] },
];

describe("another source is no restart", () => {
  const TOPIC = changed("clicks", KAFKA, { ...KAFKA, topic: "b" });

  test.each(["runs", "stopped"] as const)("The table, the option, old and new, and what there is: %s.", (how) => {
    expect(planned(...TOPIC, how)).toMatch(
      /^orders: the source changed \(clicks: topic a → b\): .*version 1.* \| start clean.*choices\["orders"\]\.from' clean/u,
    );
  });

  test.each<[string, [Given, Given]]>([
    ["another connector", changed("clicks", { connector: "datagen" }, KAFKA)],
    ["a pattern of topics", changed("clicks", { ...KAFKA, "topic-pattern": "x" }, { ...KAFKA, "topic-pattern": "y" })],
    [
      "upsert-kafka",
      changed("clicks", { ...KAFKA, connector: "upsert-kafka" }, { ...KAFKA, connector: "upsert-kafka", topic: "b" }),
    ],
    ["a path", changed("clicks", { connector: "filesystem", path: "/a" }, { connector: "filesystem", path: "/b" })],
    [
      "a table of a database",
      changed(
        "clicks",
        { connector: "jdbc", url: "u", "table-name": "a" },
        { connector: "jdbc", url: "u", "table-name": "b" },
      ),
    ],
    [
      "by ALTER TABLE",
      [
        { definitions: [table("clicks", KAFKA)] },
        { definitions: [table("clicks", KAFKA), "ALTER TABLE clicks SET ('topic' = 'b')"] },
      ],
    ],
    [
      "by LIKE",
      [
        { definitions: [table("base", KAFKA), "CREATE TABLE clicks WITH ('format' = 'csv') LIKE base"] },
        {
          definitions: [
            table("base", { ...KAFKA, topic: "b" }),
            "CREATE TABLE clicks WITH ('format' = 'csv') LIKE base",
          ],
        },
      ],
    ],
    [
      "through a view",
      [
        { definitions: [table("raw", KAFKA), "CREATE VIEW clicks AS SELECT * FROM raw"] },
        { definitions: [table("raw", { ...KAFKA, topic: "b" }), "CREATE VIEW clicks AS SELECT * FROM raw"] },
      ],
    ],
    [
      "under another name",
      [
        { definitions: [table("raw", KAFKA), "ALTER TABLE raw RENAME TO clicks"] },
        { definitions: [table("raw", { ...KAFKA, topic: "b" }), "ALTER TABLE raw RENAME TO clicks"] },
      ],
    ],
    [
      "dropped, and made again",
      [
        { definitions: [table("clicks", KAFKA)] },
        { definitions: [table("clicks", KAFKA), "DROP TABLE clicks", table("clicks", { ...KAFKA, topic: "b" })] },
      ],
    ],
    [
      "in the shadow of a temporary one",
      [
        { definitions: [table("clicks", KAFKA)] },
        {
          definitions: [
            table("clicks", KAFKA),
            table("clicks", { ...KAFKA, topic: "b" }).replace("CREATE", "CREATE TEMPORARY"),
          ],
        },
      ],
    ],
    [
      "out of the shadow of a temporary one",
      [
        {
          definitions: [
            table("clicks", { ...KAFKA, topic: "b" }).replace("CREATE", "CREATE TEMPORARY"),
            table("clicks", KAFKA),
          ],
        },
        {
          definitions: [
            table("clicks", { ...KAFKA, topic: "b" }).replace("CREATE", "CREATE TEMPORARY"),
            table("clicks", KAFKA),
            "DROP TEMPORARY TABLE clicks",
          ],
        },
      ],
    ],
    [
      "in the place of another table",
      [
        { definitions: [table("a", KAFKA), "ALTER TABLE a RENAME TO clicks"] },
        { definitions: [table("b", { ...KAFKA, topic: "b" }), "ALTER TABLE b RENAME TO clicks"] },
      ],
    ],
  ])("%s", (_, [before, after]) => expect(planned(before, after)).toMatch(/^orders: the source changed/u));

  test("A column may have another name now, which makes no other source of its table.", () => {
    const [clicks, rename] = [table("clicks", KAFKA), "ALTER TABLE clicks RENAME a TO b"];
    expect(planned({ definitions: [clicks] }, { definitions: [clicks, rename] })).toMatch(/^orders: restart from/u);
  });

  test("A topic that is a secret may have changed with it; a password that is one may change.", () => {
    const read = (options: object) => ({ definitions: [table("clicks", { ...KAFKA, ...options })] });
    const [topic, password] = [read({ topic: "{where}" }), read({ "properties.sasl.jaas.config": "{where}" })];
    const secrets = (where: string) => ({ secrets: { where } });
    expect(planned({ ...topic, ...secrets("a") }, { ...topic, ...secrets("b") })).toMatch(
      /^orders: the source changed \(clicks: topic holds a secret parameter, and one has changed\)/u,
    );
    expect(planned({ ...topic, ...secrets("a") }, { ...topic, ...secrets("a") })).toBe("orders: no change, version 1");
    expect(planned({ ...password, ...secrets("a") }, { ...password, ...secrets("b") })).toMatch(
      /^orders: restart from/u,
    );
  });

  test("A state that a person chose goes through, and so does a clean start.", () => {
    const [before, after] = TOPIC;
    expect(planned(before, { ...after, choice: { from: { state: STATE.path } } }, "runs", STATE)).toMatch(
      /^orders: restart from savepoint-0a/u,
    );
    expect(planned(before, { ...after, choice: { from: "clean" } })).toMatch(/^orders: new version 2, starts clean/u);
  });

  test("A new query starts clean anyway.", () => {
    const [before, after] = TOPIC;
    expect(planned(before, { ...after, sql: "SELECT a + 1 FROM clicks" })).toMatch(/^orders: new version 2/u);
  });

  test("A table that is only looked up has no state.", () => {
    const sql = "SELECT a FROM orders AS o JOIN clicks FOR SYSTEM_TIME AS OF o.p AS c ON o.a = c.a";
    const jdbc = (name: string) => ({
      sql,
      definitions: [table("clicks", { connector: "jdbc", url: "u", "table-name": name })],
    });
    expect(planned(jdbc("a"), jdbc("b"))).toBe(
      "orders: restart from a savepoint (table clicks changed (table-name a → b)), version 1 stays",
    );
  });
});

describe("what the state overrides, and what another sink means, is said", () => {
  test.each<[string, [Given, Given], RegExp]>([
    [
      "where a clean start begins",
      changed("clicks", KAFKA, { ...KAFKA, "scan.startup.mode": "earliest-offset" }),
      /restart .*; scan\.startup\.mode has no effect: the state holds its own positions$/u,
    ],
    [
      "other servers",
      changed("clicks", KAFKA, { ...KAFKA, "properties.bootstrap.servers": "l:9092" }),
      /restart .*servers of clicks changed: if they are another Kafka cluster, start clean: .*clean$/u,
    ],
    [
      "another sink",
      changed("out", KAFKA, { ...KAFKA, topic: "b" }),
      /restart .*; rows of out go elsewhere from now on: topic a → b$/u,
    ],
    [
      "a format",
      changed("clicks", KAFKA, { ...KAFKA, format: "csv" }),
      /restart from a savepoint \(table clicks changed \(format json → csv\)\), version 1 stays$/u,
    ],
    [
      "a group",
      changed("clicks", KAFKA, { ...KAFKA, "properties.group.id": "g" }),
      /\(properties\.group\.id unset → g\)\), version 1 stays$/u,
    ],
    [
      "the end of a sequence",
      changed("clicks", { connector: "datagen", "fields.a.end": "5" }, { connector: "datagen", "fields.a.end": "9" }),
      /fields\.a\.end has no effect/u,
    ],
    [
      "a password",
      changed("clicks", { connector: "x", "my.password": "a" }, { connector: "x", "my.password": "b" }),
      /my\.password \*{6} → \*{6}/u,
    ],
    [
      "a password in an address",
      changed("clicks", { connector: "x", url: "jdbc:x://me:pw@a" }, { connector: "x", url: "jdbc:x://me:pw@b" }),
      /url jdbc:x:\/\/\*{6}@a → jdbc:x:\/\/\*{6}@b/u,
    ],
  ])("%s", (_, [before, after], words) => expect(planned(before, after)).toMatch(words));

  test("Columns, watermark and key are told apart from options.", () => {
    const before = { definitions: [table("clicks", KAFKA, "a INT, b STRING, WATERMARK FOR t AS t")] };
    const after = {
      definitions: [
        table(
          "clicks",
          KAFKA,
          "a BIGINT, c ROW<x INT, y INT>, WATERMARK FOR t AS t - INTERVAL '1' SECOND, PRIMARY KEY (a) NOT ENFORCED",
        ),
      ],
    };
    expect(planned(before, after)).toContain(
      "(table clicks changed (column b removed, column c added, column a changed, watermark changed, primary key changed))",
    );
  });
});

describe("the largest parallelism stays that of the state", () => {
  const most = (value?: string, parallelism = "1"): Given => ({
    properties: {
      "parallelism.default": parallelism,
      ...(value === undefined ? {} : { "pipeline.max-parallelism": value }),
    },
  });
  test.each<[string, Given, Given, RegExp]>([
    [
      "another number",
      most("64"),
      most("32"),
      /^orders: pipeline\.max-parallelism 64 → 32: its state was written with max parallelism 64.*\| set pipeline\.max-parallelism to 64;/u,
    ],
    [
      "a number where there was none",
      most(),
      most("64"),
      /unset → 64: its state was written with max parallelism 128.*leave it unset/u,
    ],
    ["the number that Flink took by itself", most(), most("128"), /^orders: restart/u],
    ["no number any more", most("64"), most(), /^orders: restart/u],
    [
      "more tasks than parts",
      most("4"),
      most("4", "8"),
      /^orders: parallelism\.default 1 → 8: its state was written with max parallelism 4/u,
    ],
    ["more than Flink's own number", most(), most(undefined, "200"), /its state was written with max parallelism 128/u],
    ["more tasks", most(), most(undefined, "8"), /^orders: restart/u],
    [
      "set in a table file",
      most(),
      { definitions: ["SET 'pipeline.max-parallelism' = '64'"], ...most() },
      /unset → 64/u,
    ],
  ])("%s", (_, before, after, words) => expect(planned(before, after)).toMatch(words));

  test.each([
    [1, 128],
    [85, 128],
    [86, 256],
    [100_000, 32_768],
  ])("With %i tasks Flink divides a state for %i.", (tasks, expected) =>
    expect(derivedMaxParallelism(tasks)).toBe(expected),
  );
});

describe("what is a part of the query, wherever it stands, makes a new version", () => {
  const RAW = table("raw", KAFKA);
  const view = (query: string) => `CREATE TEMPORARY VIEW clicks AS ${query}`;
  const computed = (sum: string) => table("clicks", KAFKA, `a INT, b AS ${sum}`);

  test.each<[string, readonly string[], readonly string[], string]>([
    ["a view", [RAW, view("SELECT a FROM raw")], [RAW, view("SELECT a + 1 AS a FROM raw")], "view clicks changed"],
    [
      "a hint in a view",
      [RAW, view("SELECT a FROM raw /*+ OPTIONS('topic' = 'a') */")],
      [RAW, view("SELECT a FROM raw /*+ OPTIONS('topic' = 'b') */")],
      "view clicks changed",
    ],
    [
      "a view in the place of a table",
      [table("clicks", KAFKA)],
      [RAW, view("SELECT a FROM raw")],
      "table raw added, view clicks added, table clicks removed",
    ],
    [
      "ALTER VIEW",
      [RAW, view("SELECT a FROM raw"), "ALTER VIEW clicks AS SELECT a FROM raw"],
      [RAW, view("SELECT a FROM raw"), "ALTER VIEW clicks AS SELECT 1 AS a FROM raw"],
      "ALTER VIEW clicks changed",
    ],
    ["a computed column", [computed("a * 2")], [computed("a * 3")], "table clicks changed (column b changed)"],
    [
      "a computed column whose name has a blank",
      [table("clicks", KAFKA, "a INT, `b c` AS a * 2")],
      [table("clicks", KAFKA, "a INT, `b c` AS a * 3")],
      "table clicks changed (column b c changed)",
    ],
    [
      "a computed column by ALTER TABLE",
      [table("clicks", KAFKA), "ALTER TABLE clicks ADD (b AS a * 2)"],
      [table("clicks", KAFKA), "ALTER TABLE clicks ADD (b AS a * 3)"],
      "table clicks changed",
    ],
    [
      "columns in another order",
      [table("clicks", KAFKA, "a INT, b INT")],
      [table("clicks", KAFKA, "b INT, a INT")],
      "table clicks changed (columns in another order)",
    ],
    [
      "a view out of the shadow of a temporary one",
      [RAW, view("SELECT a FROM raw"), "CREATE VIEW clicks AS SELECT 2 AS a"],
      [RAW, view("SELECT a FROM raw"), "CREATE VIEW clicks AS SELECT 2 AS a", "DROP TEMPORARY VIEW clicks"],
      "view clicks changed",
    ],
    [
      "a view over a view",
      [RAW, "CREATE VIEW inner_one AS SELECT a FROM raw", view("SELECT a FROM inner_one")],
      [RAW, "CREATE VIEW inner_one AS SELECT a + 1 AS a FROM raw", view("SELECT a FROM inner_one")],
      "view inner_one changed",
    ],
  ])("%s", (_, before, after, words) => {
    const line = planned({ definitions: before }, { definitions: after });
    expect(line).toMatch(/^orders: new version 2, starts clean \(/u);
    for (const word of words.split(", ")) expect(line).toContain(word);
  });

  test.each<[string, string, RegExp]>([
    [
      "a view's literal",
      "SELECT a * CAST('{x}' AS INT) AS a FROM raw",
      /^orders: new version 2, .*view clicks holds a secret/u,
    ],
    [
      "a topic in a hint",
      "SELECT a FROM raw /*+ OPTIONS('topic' = '{x}') */",
      /^orders: the source changed \(clicks: topic/u,
    ],
    [
      "a password in a hint",
      "SELECT a FROM raw /*+ OPTIONS('password' = '{x}') */",
      /^orders: restart from a savepoint/u,
    ],
    ["a comment", "SELECT a FROM raw -- {x}", /^orders: restart from a savepoint/u],
  ])("A secret parameter that changes is a part of what it stands in: %s", (_, query, expected) => {
    const given = (x: string) => ({ definitions: [RAW, view(query)], secrets: { x } });
    expect(planned(given("1"), given("1"))).toBe("orders: no change, version 1");
    expect(planned(given("1"), given("2"))).toMatch(expected);
  });

  const other = (name: string, topic: string) => table(name, { ...KAFKA, topic });

  test.each<[string, readonly string[], readonly string[]]>([
    ["a view of others", [table("clicks", KAFKA)], [table("clicks", KAFKA), "CREATE VIEW v AS SELECT 1 AS a"]],
    [
      "ALTER VIEW of others",
      [table("clicks", KAFKA), "CREATE VIEW v AS SELECT 1 AS a"],
      [table("clicks", KAFKA), "CREATE VIEW v AS SELECT 1 AS a", "ALTER VIEW v RENAME TO w"],
    ],
    [
      "DROP VIEW of others",
      [table("clicks", KAFKA), "CREATE TEMPORARY VIEW v AS SELECT 1 AS a"],
      [table("clicks", KAFKA), "CREATE TEMPORARY VIEW v AS SELECT 1 AS a", "DROP TEMPORARY VIEW v"],
    ],
    [
      "a view of the name of a column",
      [table("clicks", KAFKA)],
      [table("clicks", KAFKA), "CREATE VIEW a AS SELECT 1 AS b"],
    ],
    ["the same table in another database", ["USE x", table("clicks", KAFKA)], ["USE y", table("clicks", KAFKA)]],
    ["a column more", [table("clicks", KAFKA)], [table("clicks", KAFKA, "b INT, a INT")]],
    ["a watermark", [table("clicks", KAFKA)], [table("clicks", KAFKA, "a INT, WATERMARK FOR a AS a")]],
  ])("%s leaves it the query that it is.", (_, before, after) => {
    expect(planned({ definitions: before }, { definitions: after })).toMatch(/^orders: restart from a savepoint/u);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    [
      "another database",
      ["CREATE DATABASE x", "CREATE DATABASE y", other("x.clicks", "a"), other("y.clicks", "b"), "USE x"],
      ["CREATE DATABASE x", "CREATE DATABASE y", other("x.clicks", "a"), other("y.clicks", "b"), "USE y"],
    ],
    [
      "the order of USE",
      [other("x.clicks", "a"), other("y.clicks", "b"), "USE y", "USE x"],
      [other("x.clicks", "a"), other("y.clicks", "b"), "USE x", "USE y"],
    ],
    [
      "databases exchanged",
      [other("x.clicks", "a"), other("y.clicks", "b"), "USE x"],
      [other("y.clicks", "a"), other("x.clicks", "b"), "USE x"],
    ],
  ])("With %s it reads another source, whatever the statements look like.", (_, before, after) => {
    expect(planned({ definitions: before }, { definitions: after })).toMatch(/^orders: the source changed \(clicks: /u);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["the spaces of a view", [RAW, view("SELECT a FROM raw")], [RAW, view("select  a\nFROM raw")]],
    ["a comment in a view", [RAW, view("SELECT a FROM raw")], [RAW, view("SELECT a -- b\nFROM raw")]],
  ])("%s is no change.", (_, before, after) => {
    expect(planned({ definitions: before }, { definitions: after })).toBe("orders: no change, version 1");
  });
});
