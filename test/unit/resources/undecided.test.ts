/** What the engine is told of a job whose plan is not known, since its record or its cluster cannot be had now. */

import { expect, test } from "vitest";
import { hooks } from "../../../provider/resources/flink-sql-job.js";
import { UNKNOWN } from "../../../provider/resources/seam/dynamic.js";
import { packed } from "../../../provider/resources/seam/packed.js";
import { listenAsEngine } from "../../support/stories/engine.js";

const before = {
  self: "urn:orders",
  sql: "SELECT id FROM orders",
  targetTable: "sink",
  name: "orders",
  description: "",
  file: "jobs/orders.yaml",
  secretParameters: {},
  store: "file:///nowhere",
  flinkProperties: {},
  definitions: [],
  cluster: { restUrl: "http://127.0.0.1:9", gatewayUrl: "", activity: "none", target: "remote", folder: "x" },
  settings: packed({
    metadataColumns: { timestamp: "ts", query: true },
    startSeconds: 1,
    savepointSeconds: 1,
    requestSeconds: 1,
  }),
};

const diff = (now: object) => hooks.diff("orders-1", before, { ...before, ...now });

test("A secret parameter that another resource is yet to make keeps nobody from a preview.", async () => {
  const engine = await listenAsEngine();
  const { failures } = await hooks.check({}, { ...before, self: "urn:unknown", secretParameters: UNKNOWN });
  engine.close();
  expect(failures).toBeUndefined();
  expect(engine.told.map(({ words }) => words)).toEqual([
    "orders: cannot be planned now (a secret parameter is not known yet); `pulumi up` will decide",
  ]);
});

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

test("A state that this release cannot read is never replaced: the deletion of what it is about could not read it either.", async () => {
  const { file: _file, ...old } = before;
  expect(await hooks.diff("orders-1", old, { ...before, sql: "SELECT 1" })).toEqual({ changes: true, replaces: [] });
});
