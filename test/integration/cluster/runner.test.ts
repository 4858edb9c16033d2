/** The runner with a real PyFlink on a real cluster, for each version of Flink that the set-up pins. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import type { SqlGateway } from "../../../provider/flink/rest/gateway.js";
import { awaitRunning } from "../../../provider/flink/wait/lifecycle.js";
import { stopWithSavepoint } from "../../../provider/flink/wait/stop.js";
import { gatewayAt, restAt } from "../../support/clients.js";
import { Flink } from "../../support/clusters/flink.js";
import { pyFlinkOf, Runner, runOnce } from "../../support/clusters/runner.js";
import {
  COUNTING,
  codeJob,
  definitionsOf,
  FIRST_LINE,
  fixedOf,
  insertOf,
  type JobOptions,
  MASK,
  type Place,
  randomId,
  sqlJob,
  writeFunctions,
} from "../../support/clusters/runner-jobs.js";
import { MISTAKES, PASS_ON } from "../../support/clusters/runner-mistakes.js";
import { sharedCluster } from "../../support/clusters/shared.js";
import { committedRows, gapsAndRepeats, type Row } from "../../support/stories/sink.js";
import { until } from "../../support/until.js";

/** Python's and Java's first steps take long on a busy machine. */
const LIMIT_MS = 300_000;

/** The one in use; `ALL_FLINKS=1` tries every pinned one, which brings another gigabyte. */
const FLINKS = process.env.ALL_FLINKS ? ["2.3.0", "1.20.3"] : ["2.3.0"];

describe.each(FLINKS)("with Flink %s", (version) => {
  const pyFlink = pyFlinkOf(version);
  let folder: string;
  let place: Place;
  let flink: Flink;
  let rest: FlinkRest;
  let gateway: SqlGateway;
  let runner: Runner;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runner-cluster-"));
    const { restUrl, gatewayUrl } = await sharedCluster(version);
    place = { pyFlink, restUrl, folder };
    gateway = gatewayAt(gatewayUrl, 20_000);
    flink = new Flink(restUrl);
    rest = restAt(restUrl, 20_000);
    runner = await Runner.start(pyFlink);
  }, LIMIT_MS);
  afterAll(async () => {
    await runner?.end();
    await rm(folder, { recursive: true, force: true });
  }, LIMIT_MS);

  const watched = (name: string, jobId: string) => ({
    name,
    jobId,
    limits: { savepointSeconds: 60, startSeconds: 120 },
    progress: () => undefined,
  });

  /** The table's rows of one job, once there are some. */
  const rowsOf = (table: string, job: string, atLeast = 1): Promise<Row[]> =>
    until(`${atLeast} rows of ${job}`, 120, async () => {
      const rows = (await committedRows(join(folder, table))).filter((row) => row.job === job);
      return rows.length >= atLeast ? rows : undefined;
    });

  test("a SQL job is planned up to its tasks, and nothing is started.", { timeout: LIMIT_MS }, async () => {
    const answer = await runner.ask(sqlJob(place, "SELECT n FROM numbers", { do: "validate", job: "planned" }));
    expect(answer.error).toBeUndefined();
    expect(answer.plan).toMatch(/"parallelism"\s*:\s*1/u);
    expect((await flink.jobs()).map(({ name }) => name)).not.toContain("planned");
  });

  test.each([
    ["SQL", (options: JobOptions) => sqlJob(place, "SELECT n FROM numbers", options)],
    ["code", (options: JobOptions) => codeJob(place, COUNTING, options)],
  ])("an option that a table file sets holds for %s, and is set back.", { timeout: LIMIT_MS }, async (_, ask) => {
    const widths = async (...definitions: readonly object[]) => {
      const properties = { "parallelism.default": "2" };
      const { plan = "", error } = await runner.ask(ask({ do: "validate", job: "set", definitions, properties }));
      expect(error).toBeUndefined();
      return new Set([...plan.matchAll(/"parallelism"\s*:\s*(\d+)/gu)].map(([, width]) => width));
    };
    const three = { set: "parallelism.default", value: "3" };
    expect(await widths(three)).toContain("3");
    expect(await widths(three, { reset: "parallelism.default" })).not.toContain("3");
  });

  test("a mistake in SQL is told with its part and its place.", { timeout: LIMIT_MS }, async () => {
    const query = await runner.ask(sqlJob(place, "SELECT\n  nope FROM numbers", { do: "validate", job: "wrong" }));
    expect(query.error).toMatchObject({ part: "query", line: 3, column: 3 });
    const options = { do: "validate", job: "wrong", definitions: ["CREATE TABLE\n  x ("] };
    const definition = await runner.ask(sqlJob(place, "SELECT n FROM numbers", options));
    expect(definition.error).toMatchObject({ part: "definition", index: 3, line: 2 });
  });

  test.each(Object.entries(MISTAKES))("%s in code is told with the manifest's line.", async (_, [text, error]) => {
    const answer = await runner.ask(codeJob(place, text, { do: "validate", job: "wrong" }));
    expect({ ok: answer.ok, error: answer.error }).toMatchObject({ ok: false, error });
    if (answer.error?.line) expect(answer.error.file).toBe("jobs/clicks.yaml");
    expect((await flink.jobs()).map(({ name }) => name)).not.toContain("wrong");
  });

  test("a SQL job runs under the id and name that it was given.", { timeout: LIMIT_MS }, async () => {
    const jobId = randomId();
    const answer = await runner.ask(sqlJob(place, "SELECT n FROM numbers", { do: "submit", job: "plain", jobId }));
    expect(answer).toMatchObject({ ok: true, jobId });
    await awaitRunning(rest, watched("plain", jobId));
    expect((await flink.one("plain")).jid).toBe(jobId);
    const [row] = await rowsOf("counts", "plain");
    expect(Object.keys(row ?? {})).toEqual(["n", "seen", "job"]);
    await flink.cancel(jobId);
  });

  test("code with keyed state goes on where a savepoint left it.", { timeout: LIMIT_MS }, async () => {
    const jobId = randomId();
    expect(await runner.ask(codeJob(place, COUNTING, { do: "submit", job: "clicks", jobId }))).toMatchObject({ jobId });
    expect(runner.printed).toContain("hello from the code\n");
    await awaitRunning(rest, watched("clicks", jobId));
    await rowsOf("counts", "clicks", 20);

    const prepared = await runner.ask(codeJob(place, COUNTING, { do: "prepare", job: "clicks" }));
    expect(prepared).toMatchObject({ ok: true, plan: expect.stringContaining("parallelism") });
    const savepoint = await savepointOf(jobId);
    const before = (await rowsOf("counts", "clicks")).length;

    const next = randomId();
    const started = await runner.ask({ do: "start", job: "clicks", fixed: fixedOf(place, "clicks", next, savepoint) });
    expect(started).toMatchObject({ ok: true, jobId: next });
    await awaitRunning(rest, watched("clicks", next));
    expect(await flink.restoredFrom(next)).toBe(savepoint);
    await rowsOf("counts", "clicks", before + 20);
    await savepointOf(next);
    const rows = await rowsOf("counts", "clicks");
    expect(gapsAndRepeats(rows, "n", rows.length)).toEqual({ missing: 0, repeated: 0 });
  });

  const savepointOf = async (jobId: string): Promise<string> => {
    const stop = { triggerId: randomId(), targetDirectory: `file://${folder}/savepoints` };
    const { path } = await stopWithSavepoint(rest, { ...watched("clicks", jobId), ...stop });
    return path;
  };

  test("functions of one name in two jobs are told apart.", { timeout: LIMIT_MS }, async () => {
    for (const who of ["one", "two"]) {
      const properties = { "python.files": await writeFunctions(folder, who) };
      const options = { do: "submit", job: `mask-${who}`, table: "names", definitions: [MASK], properties };
      const answer = await runner.ask(sqlJob(place, "SELECT mask(name) AS name FROM numbers", options));
      expect(answer.error).toBeUndefined();
    }
    for (const who of ["one", "two"]) {
      const [row] = await rowsOf("names", `mask-${who}`);
      expect(row?.name).toBe(`${who} user`);
      await flink.cancel((await flink.one(`mask-${who}`)).jid);
    }
    const without = { do: "validate", job: "mask", table: "names", definitions: [MASK] };
    const answer = await runner.ask(sqlJob(place, "SELECT mask(name) AS name FROM numbers", without));
    expect(answer.error).toMatchObject({ part: "query", message: "ModuleNotFoundError: No module named 'functions'" });
  });

  test("the SQL Gateway runs such functions with three options of its session.", { timeout: LIMIT_MS }, async () => {
    const python = {
      "python.client.executable": pyFlink.python,
      "python.executable": pyFlink.python,
      "python.files": await writeFunctions(folder, "one"),
    };
    const session = await gateway.openSession("python", { ...fixedOf(place, "mask-gateway"), ...python });
    const view = "CREATE TEMPORARY VIEW `__query` AS SELECT mask(name) AS name FROM numbers";
    const statements = [...definitionsOf(folder), MASK, view, insertOf("names", "mask-gateway")];
    for (const sql of statements) await gateway.execute(session, sql, {}, LIMIT_MS);
    const [row] = await rowsOf("names", "mask-gateway");
    expect(row?.name).toBe("one user");
    await flink.cancel((await flink.one("mask-gateway")).jid);
    await gateway.closeSession(session);
  });

  test("properties of one job are not those of the next, and fixed ones win over code.", {
    timeout: LIMIT_MS,
  }, async () => {
    const text = `from pyflink.table.expressions import col
seen = stream_env.get_parallelism(), table_env.get_config().get("table.exec.state.ttl", "none")
stream_env.set_parallelism(1)
table_env.get_config().set("pipeline.name", "another name")
raise ValueError(seen)`;
    const properties = { "parallelism.default": "3", "table.exec.state.ttl": "7 s" };
    const first = await runner.ask(codeJob(place, text, { do: "validate", job: "one", properties }));
    const second = await runner.ask(codeJob(place, text, { do: "validate", job: "two" }));
    expect([first.error?.message, second.error?.message]).toEqual([
      "ValueError: (3, '7 s')",
      "ValueError: (1, 'none')",
    ]);

    const renaming = `from pyflink.table.expressions import col\ntable_env.get_config().set("pipeline.name", "x")\n${PASS_ON}`;
    const jobId = randomId();
    await runner.ask(codeJob(place, renaming, { do: "submit", job: "renamed", jobId }));
    expect((await flink.jobs()).find(({ jid }) => jid === jobId)?.name).toBe("renamed");
    await flink.cancel(jobId);
  });

  test("what was not prepared is not started.", async () => {
    await runner.ask(codeJob(place, COUNTING, { do: "prepare", job: "given up" }));
    expect(await runner.ask({ do: "discard", job: "given up" })).toMatchObject({ ok: true });
    const started = await runner.ask({ do: "start", job: "given up", fixed: fixedOf(place, "given up") });
    expect(started).toMatchObject({ ok: false, error: { part: "start" } });
  });

  test("a cluster that does not answer is told as the start's mistake.", { timeout: LIMIT_MS }, async () => {
    const request = sqlJob(place, "SELECT n FROM numbers", { do: "submit", job: "lost" });
    const fixed = { ...fixedOf(place, "lost"), "rest.port": "1", "rest.retry.max-attempts": "0" };
    expect(await runner.ask({ ...request, fixed })).toMatchObject({ ok: false, error: { part: "start" } });
  });

  test("a process leaves no file, whether it ends by itself or is ended.", { timeout: LIMIT_MS }, async () => {
    const request = codeJob(place, "import tempfile\ntempfile.mkdtemp()\n1 / 0", { do: "validate", job: "wrong" });
    const jobs = [{ do: "nope", job: "x" }, request];
    const once = await runOnce(pyFlink, jobs);
    expect(once.answers.map(({ error }) => error?.part)).toEqual(["description", "code"]);
    expect({ code: once.code, left: once.left, printed: once.printed }).toEqual({ code: 1, left: [], printed: "" });

    const other = await Runner.start(pyFlink);
    expect((await other.ask(request)).error?.line).toBe(FIRST_LINE + 2);
    expect(await other.end("SIGTERM")).toMatchObject({ code: 143, left: [], stderr: "" });
  });

  test("started by `flink run -py` it answers the same.", { timeout: LIMIT_MS }, async () => {
    const { hostname, port } = new URL(place.restUrl);
    const python = ["-pyclientexec", pyFlink.python, "-pyexec", pyFlink.python];
    const flinkRun = ["run", "--detached", "-m", `${hostname}:${port}`, ...python];
    const job = codeJob(place, COUNTING, { do: "submit", job: "by-flink-run" });
    const once = await runOnce(pyFlink, [job], flinkRun);
    expect(once.answers, once.printed).toMatchObject([{ ok: true, job: "by-flink-run" }]);
    const { jid } = await flink.one("by-flink-run");
    await awaitRunning(rest, watched("by-flink-run", jid));
    await flink.cancel(jid);
  });
});
