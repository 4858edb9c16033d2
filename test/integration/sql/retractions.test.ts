/** Results that change: where the time of the insert would make wrong rows the plan is refused, and without it all is right. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoadedJob, loadManifests } from "../../../provider/read/manifests/load-manifests.js";
import { pyFlinkOf } from "../../support/clusters/runner.js";
import { Planning, standing } from "../../support/decide/planning.js";

const ABOUT =
  "__query_name STRING, __query_description STRING, __query_id STRING, __query_version INT, __query_create_timestamp TIMESTAMP(6)";
const TIME = "__create_timestamp TIMESTAMP_LTZ(3)";
const KEY = "PRIMARY KEY (orders) NOT ENFORCED";

/** Six customers, the k-th of them with 2k + 1 rows: at the end each count, which is the key, is that of one of them. */
const TICKS =
  "CREATE TABLE ticks (n INT, customer AS CAST(FLOOR(SQRT(n)) AS INT)) WITH ('connector'='datagen','number-of-rows'='48','fields.n.kind'='sequence','fields.n.start'='1','fields.n.end'='48');";
const sink = (name: string, columns: string, identifier = name.toUpperCase()) =>
  `CREATE TABLE ${name} (orders BIGINT, customer INT${columns}) WITH ('connector'='print','print-identifier'='${identifier}');`;

const COUNTS =
  "SELECT orders, customer + 0 AS customer FROM (SELECT customer, COUNT(*) AS orders FROM ticks GROUP BY customer)";

describe.each(["2.3.0", "1.20.3"])("on Flink %s", (version) => {
  let planning: Planning;
  let root: string;
  beforeAll(async () => {
    planning = await Planning.share(version);
    root = await mkdtemp(join(tmpdir(), "manifests-"));
  });
  afterAll(async () => {
    await planning?.end();
    await rm(root, { recursive: true, force: true });
  });

  async function job(columns: string, manifest: string, query = COUNTS, target = "counts"): Promise<LoadedJob> {
    await writeFile(join(root, "tables.sql"), `${TICKS}\n${sink("counts", columns)}`);
    const conflict = version.startsWith("2.") ? "\nflinkProperties:\n  table.exec.sink.require-on-conflict: false" : "";
    await writeFile(
      join(root, "counts.yaml"),
      `name: counts\ntarget-table: ${target}\n${manifest}\nsql: |\n  ${query}${conflict}\n`,
    );
    const options = { folder: ".", root, tables: [], parameters: {}, secretParameterNames: [] };
    const [loaded] = loadManifests(options).jobs;
    if (!loaded) throw new Error("no job");
    return loaded;
  }

  test.each([
    ["the sink materializes", `, ${TIME}, ${ABOUT}, ${KEY}`],
    ["the table has no key, so that whole rows are taken back", `, ${TIME}, ${ABOUT}`],
  ])("A plan is refused with the way out where %s.", async (_, columns) => {
    expect(await planning.refusal(await job(columns, ""))).toMatch(
      /__create_timestamp is the time of the insert[\s\S]*`metadata: query`/u,
    );
  });

  test.each([
    [
      "its columns stand in another order",
      `, seen TIMESTAMP(0), label STRING, ${KEY}`,
      "(orders, customer, label, seen)",
    ],
    ["its name says little", `, label STRING, \`seen at, (x)\` TIMESTAMP(0), ${KEY}`, ""],
  ])("Whatever the table calls the time of the insert: %s.", async (_, columns, list) => {
    const query = COUNTS.replace("customer + 0 AS customer", "customer + 0 AS customer, 'x' AS label");
    const loaded = await job(columns, "metadata: timestamp", query, `counts ${list}`.trim());
    // Flink 1.20 does not count what `*` stands for, and takes no list of columns here.
    const isTaken = list === "" || version.startsWith("2.");
    if (!isTaken) expect(await planning.refusal(loaded)).toMatch(/^Number of columns must match/u);
    else expect(await planning.refusal(loaded)).toMatch(/is the time of the insert[\s\S]*`metadata: query`/u);
  });

  test.each(["UUID()", "CAST(NOW() AS STRING)", "CAST(RAND() AS STRING)"])(
    "A column of the query's own that is %s is refused there too, unless its author accepts it.",
    async (expression) => {
      const query = COUNTS.replace("customer + 0 AS customer", `customer + 0 AS customer, ${expression} AS label`);
      const loaded = await job(`, label STRING, ${KEY}`, "metadata: none", query);
      expect(await planning.refusal(loaded)).toMatch(/; label \([A-Z]+\) would have another value then/u);
      const ignore = { "table.optimizer.non-deterministic-update.strategy": "IGNORE" };
      const flinkProperties = { ...loaded.manifest.flinkProperties, ...ignore };
      expect(await planning.refusal({ ...loaded, manifest: { ...loaded.manifest, flinkProperties } })).toBeUndefined();
      const added = `SELECT CAST(n AS BIGINT), customer, ${expression} AS label FROM ticks`;
      expect(await planning.refusal(await job(", label STRING", "metadata: none", added))).toBeUndefined();
    },
  );

  test("The same, in the same words, where Flink is told to refuse such plans itself.", async () => {
    const loaded = await job(`, ${TIME}, ${ABOUT}`, "");
    const strategy = { "table.optimizer.non-deterministic-update.strategy": "TRY_RESOLVE" };
    const flinkProperties = { ...loaded.manifest.flinkProperties, ...strategy };
    const strict = { ...loaded, manifest: { ...loaded.manifest, flinkProperties } };
    expect(await planning.refusal(strict)).toMatch(/`metadata: query`/u);
  });

  // Its PyFlink is another gigabyte, which only the tests of the runner bring for 1.20.
  test.runIf(version.startsWith("2."))("The runner says the same, and plans what is right.", async () => {
    const { python, flinkHome } = pyFlinkOf(version);
    const target = { ...planning.target({ python, flinkHome }), gateway: undefined };
    expect(await planning.refusal(await job(`, ${TIME}, ${ABOUT}, ${KEY}`, ""), target)).toMatch(/`metadata: query`/u);
    expect(await planning.refusal(await job(`, ${ABOUT}, ${KEY}`, "metadata: query"), target)).toBeUndefined();
    const unknown = await job(`, ${ABOUT}`, "metadata: query", "SELECT ARRAY_APPEND(ARRAY['b'], n) FROM ticks");
    expect(await planning.refusal(unknown, target)).toMatch(/^Invalid function call: ARRAY_APPEND/u);
  });

  test.each([
    ["rows are only added", `, ${TIME}, ${ABOUT}`, "", "SELECT CAST(n AS BIGINT), customer FROM ticks"],
    [
      "the table's key is the query's",
      `, ${TIME}, ${ABOUT}, PRIMARY KEY (customer) NOT ENFORCED`,
      "",
      "SELECT COUNT(*), customer FROM ticks GROUP BY customer",
    ],
    ["only the query is named", `, ${ABOUT}, ${KEY}`, "metadata: query", COUNTS],
    ["there are no such columns", "", "metadata: none", COUNTS],
    [
      "two of them are chosen",
      ", __query_name STRING, __query_version INT",
      "metadata: [query-version, query-name]",
      COUNTS,
    ],
  ])("It is planned where %s.", async (_, columns, manifest, query) => {
    expect(await planning.refusal(await job(columns, manifest, query))).toBeUndefined();
  });

  test("Rows stand as a plain INSERT leaves them: one for each customer.", async () => {
    const expected = ["3, 1", "5, 2", "7, 3", "9, 4", "11, 5", "13, 6"];
    const first = await job(`, ${ABOUT}, ${KEY}`, "metadata: query");
    await planning.runPlain(first, [sink("plain", `, ${KEY}`), `INSERT INTO \`plain\` ${COUNTS}`]);
    await planning.run(first);
    const standingOf = async (identifier: string, from = 0) => {
      const rows = standing((await planning.printed(identifier)).slice(from), 0);
      return rows.map((row) => row.split(", ").slice(0, 2).join(", ")).sort();
    };
    expect(await standingOf("PLAIN")).toEqual([...expected].sort());
    expect(await standingOf("COUNTS")).toEqual([...expected].sort());
    const before = (await planning.printed("COUNTS")).length;
    await planning.run(await job(`, ${KEY}`, "metadata: none"));
    expect(await standingOf("COUNTS", before)).toEqual([...expected].sort());
  });
});
