/** What a preview says of the same job in another stack. */

import { describe, expect, it } from "vitest";
import type { Desired } from "../../../../provider/decide/change/changes.js";
import { onlyThereWords, promotionWords } from "../../../../provider/decide/change/promotion.js";
import type { Deployment, JobRecord } from "../../../../provider/decide/job/record.js";

const TEMPLATES = [
  "CREATE TABLE orders (a INT) WITH ('topic' = '{prefix}orders', 'password' = '{password}')",
  "CREATE TABLE sink (a INT) WITH ('connector' = 'blackhole')",
];
const filledWith = (prefix: string) => TEMPLATES.map((sql) => sql.replace("{prefix}", prefix));

const here: Desired = {
  manifest: {
    name: "orders",
    description: "d",
    "target-table": "sink",
    sql: "SELECT a FROM orders",
    flinkProperties: {},
  },
  definitions: filledWith("prod_"),
  templates: TEMPLATES,
  metadataColumns: { timestamp: "ts", query: true },
  secrets: { password: "of prod" },
  directories: { checkpoints: "s3://prod/c", savepoints: "s3://prod/s" },
  files: {},
  adopt: undefined,
};
const there: Deployment = {
  manifest: { ...here.manifest, flinkProperties: { "parallelism.default": "1" } },
  meta: { queryId: "q", version: 3, createdAt: "" },
  definitions: filledWith("staging_"),
  templates: TEMPLATES,
  metadataColumns: { timestamp: "other", query: false },
  secrets: { salt: "s", digest: "d" },
  directories: { checkpoints: "s3://staging/c", savepoints: "s3://staging/s" },
  jobId: "j",
  startedFrom: null,
};
const record = (current: Partial<Deployment> = {}, parts: Partial<JobRecord> = {}): JobRecord => ({
  status: "running",
  current: { ...there, ...current },
  savepoint: undefined,
  resourceId: "orders-1",
  intent: undefined,
  past: [],
  written: undefined,
  ...parts,
});
const manifest = (parts: Partial<Deployment["manifest"]>) => ({ manifest: { ...there.manifest, ...parts } });
const tables = (...templates: string[]) => ({ templates, definitions: templates });
const [ORDERS = "", SINK = ""] = TEMPLATES;
const intent: JobRecord["intent"] = { action: "restart", stopping: undefined, next: undefined, session: undefined };

describe("the words", () => {
  it.each<[string, JobRecord | undefined, string]>([
    [
      "the same, with other parameters, options and directories",
      record(),
      "SQL and tables as in staging (version 3, running)",
    ],
    [
      "the same but for formatting",
      record({ ...manifest({ sql: "select  a -- all\nFROM orders;" }), ...tables(`${ORDERS} -- c`, SINK) }),
      "SQL and tables as in staging (version 3, running)",
    ],
    [
      "the same in another order of the definitions",
      record(tables(SINK, ORDERS)),
      "SQL and tables as in staging (version 3, running)",
    ],
    ["stopped there", record({}, { status: "stopped" }), "SQL and tables as in staging (version 3, stopped)"],
    ["ended there", record({}, { status: "finished" }), "SQL and tables as in staging (version 3, finished)"],
    [
      "a change there that is not at its end",
      record({}, { intent }),
      "SQL and tables as in staging (version 3, running, with an unfinished update)",
    ],
    ["no record", undefined, "staging does not have it"],
    ["a tombstone", record({}, { status: "deleted" }), "staging does not have it any more (version 3 was its last)"],
    ["another query", record(manifest({ sql: "SELECT 1" })), "SQL differs from staging, which runs version 3"],
    [
      "another query, stopped",
      record(manifest({ sql: "SELECT 1" }), { status: "stopped" }),
      "SQL differs from staging, which has stopped version 3",
    ],
    [
      "another query, ended",
      record(manifest({ sql: "SELECT 1" }), { status: "finished" }),
      "SQL differs from staging, which has finished version 3",
    ],
    [
      "another query and another table",
      record({ ...manifest({ sql: "SELECT 1" }), ...tables(ORDERS.replace("INT", "BIGINT"), SINK) }),
      "SQL differs from staging, which runs version 3; table orders differs",
    ],
    [
      "another target table",
      record(manifest({ "target-table": "other" })),
      "SQL as in staging (version 3, running); target-table differs (other there)",
    ],
    [
      "another description",
      record(manifest({ description: "old" })),
      "SQL as in staging (version 3, running); description differs",
    ],
    [
      "a table less and a view more",
      record(tables(ORDERS, "CREATE VIEW v AS SELECT 1")),
      "SQL as in staging (version 3, running); table sink is not there; view v is there only",
    ],
    [
      "a brace here where there is a value there",
      record(tables(ORDERS.replace("{prefix}", "prod_"), SINK)),
      "SQL as in staging (version 3, running); table orders differs",
    ],
    [
      "an older record without templates",
      record({ templates: undefined }),
      "SQL as in staging (version 3, running); table orders differs; " +
        "compared with parameters filled in, since its record was written by an older release",
    ],
    [
      "an older record with the same values",
      record({ templates: undefined, definitions: filledWith("prod_") }),
      "SQL and tables as in staging (version 3, running)",
    ],
    [
      "a record of flink-sql-runner, with its newlines made spaces",
      record({ templates: undefined, definitions: undefined, ...manifest({ sql: "SELECT a FROM  orders " }) }),
      "SQL as in staging (version 3, running); its record does not say which tables it has",
    ],
  ])("say %s", (_, other, words) => expect(promotionWords("staging", here, other)).toBe(words));

  it("never hold a value of a parameter", () => {
    const words = promotionWords("staging", here, record(tables(ORDERS.replace("{password}", "plain text"), SINK)));
    expect(words).not.toMatch(/plain text|of prod|prod_/u);
  });

  it.each([
    [[], undefined],
    [["a"], "staging has a job that this stack does not have: a"],
    [["a", "b"], "staging has 2 jobs that this stack does not have: a, b"],
  ])("name the jobs %j that only the other stack has", (names, words) => {
    expect(onlyThereWords("staging", names)).toBe(words);
  });
});
