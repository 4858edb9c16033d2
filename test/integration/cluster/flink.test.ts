/** The clients of Flink's REST API and of the SQL Gateway against a real cluster. */

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pendingGateway, randomMark } from "../../../provider/cluster/local/gateway-mark.js";
import { startLocalOrNothing } from "../../../provider/cluster/local/local.js";
import { readProcesses } from "../../../provider/cluster/local/processes.js";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import type { SqlGateway } from "../../../provider/flink/rest/gateway.js";
import { NoAnswer } from "../../../provider/flink/rest/http.js";
import { awaitEnd, awaitRunning } from "../../../provider/flink/wait/lifecycle.js";
import { stopWithSavepoint } from "../../../provider/flink/wait/stop.js";
import { keepSession, keepSessionsFor, takeSession } from "../../../provider/prove/kept-sessions.js";
import { gatewayAt, restAt } from "../../support/clients.js";
import { livingRoles, localSpec } from "../../support/clusters/cluster.js";
import { type Shared, sharedCluster } from "../../support/clusters/shared.js";

const TIMEOUT_MS = 20_000;
const UNKNOWN_JOB = "f".repeat(32);

let folder: string;
let rest: FlinkRest;
let gateway: SqlGateway;
let cluster: Shared;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flink-"));
  cluster = await sharedCluster();
  rest = restAt(cluster.restUrl, TIMEOUT_MS);
  gateway = gatewayAt(cluster.gatewayUrl, TIMEOUT_MS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("A cluster at whose ports another one answers does not take it for its own, and leaves it alone.", async () => {
  const other = join(folder, "other");
  const { ports } = await readProcesses(cluster.folder);
  const second = { ...(await localSpec(other, 1)), ...ports };
  expect(await pendingGateway(gateway, randomMark())).toBe("another SQL Gateway answers at its port");
  await expect(startLocalOrNothing(second, () => undefined)).rejects.toThrow(
    /exited right after its start[\s\S]*fix: run `pulumi up` again: another program took its port/u,
  );
  expect(await livingRoles(other)).toEqual([]);
  expect((await rest.taskManagers()).length).toBe(1);
});

const randomId = () => randomBytes(16).toString("hex");
const watched = (jobId: string) => ({
  name: "numbers",
  jobId,
  limits: { savepointSeconds: 60, startSeconds: 60 },
  progress: () => undefined,
});

async function inSession<T>(
  work: (run: (sql: string, options?: object) => Promise<unknown[][]>) => Promise<T>,
): Promise<T> {
  const { hostname, port } = new URL(rest.connection.address);
  const session = await gateway.openSession("test", {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port,
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.dir": `file://${folder}/checkpoints`,
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
  });
  try {
    return await work((sql, options = {}) => gateway.execute(session, sql, { ...options }, TIMEOUT_MS));
  } finally {
    await gateway.closeSession(session);
  }
}

/** Starts a count that goes on for long, or from where a state left it. */
function start(jobId: string, from?: string, source = "numbers"): Promise<unknown> {
  return inSession(async (run) => {
    const sequence = "'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '5000'";
    await run(`CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5', ${sequence})`);
    await run(
      `CREATE TABLE files (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${folder}/none', 'format' = 'json')`,
    );
    await run("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')");
    const recovery = from === undefined ? {} : { "execution.state-recovery.path": from };
    return run(`INSERT INTO nowhere SELECT n FROM ${source}`, {
      "pipeline.name": "numbers",
      "$internal.pipeline.job-id": jobId,
      ...recovery,
    });
  });
}

describe("the SQL Gateway", () => {
  test("tells its version, which is that of the cluster.", async () => {
    expect((await gateway.info()).version).toBe((await rest.overview())["flink-version"]);
  });

  test.each([
    ["an unknown column", "SELECT\n  nope FROM (VALUES (1)) AS t(a)", 2, 3, /Column 'nope' not found in any table/u],
    ["a word out of place", "SELECT 1\nFROM WHERE", 2, 6, /^SQL parse failed|Encountered "WHERE"|Incorrect syntax/u],
    ["an unknown table", "SELECT * FROM nothing", 1, 15, /Object 'nothing' not found/u],
  ])("names the place of %s.", async (_, sql, line, column, words) => {
    const refused = inSession((run) => run(`CREATE TEMPORARY VIEW v AS ${sql}`));
    const shift = line === 1 ? "CREATE TEMPORARY VIEW v AS ".length : 0;
    await expect(refused).rejects.toMatchObject({ name: "StatementRefused", line, column: column + shift });
    await expect(refused).rejects.toThrow(words);
  });

  test("forgets a closed session, and closing it twice is no error.", async () => {
    const session = await gateway.openSession("test", {});
    await gateway.closeSession(session);
    await gateway.closeSession(session);
    await expect(gateway.execute(session, "SELECT 1", {}, TIMEOUT_MS)).rejects.toThrow();
  });

  test("that is not there gives no answer, which is not a no.", async () => {
    const nobody = gatewayAt("http://127.0.0.1:9", 1000);
    await expect(nobody.info()).rejects.toBeInstanceOf(NoAnswer);
  });
});

describe("the life of a job", () => {
  test("It starts under the id that it was given, stops with a savepoint, and goes on from it.", async () => {
    const jobId = randomId();
    await start(jobId);
    await awaitRunning(rest, watched(jobId));
    expect(await rest.statusOf(jobId)).toBe("RUNNING");
    expect(await rest.slotsOf(jobId)).toBe(1);
    const targetDirectory = `file://${folder}/savepoints`;
    const triggerId = randomId();
    const savepoint = await stopWithSavepoint(rest, { ...watched(jobId), triggerId, targetDirectory });
    expect(savepoint).toMatchObject({
      kind: "savepoint",
      path: expect.stringContaining(`/savepoint-${jobId.slice(0, 6)}-`),
    });
    expect((await rest.savepointStatus(jobId, triggerId))?.status.id).toBe("COMPLETED");
    await expect.poll(() => rest.statusOf(jobId), { timeout: 5000 }).toBe("FINISHED");
    const again = randomId();
    await start(again, savepoint.path);
    await awaitRunning(rest, watched(again));
    await expect
      .poll(async () => (await rest.checkpoints(again))?.latest.restored?.external_path, { timeout: 5000 })
      .toBe(savepoint.path);
    await rest.cancel(again);
    await awaitEnd(rest, watched(again));
  });

  test("It stops with a savepoint though somebody else's savepoint and checkpoint are under way.", async () => {
    const jobId = randomId();
    await start(jobId);
    await awaitRunning(rest, watched(jobId));
    const targetDirectory = `file://${folder}/savepoints`;
    const body = JSON.stringify({ "target-directory": targetDirectory, "cancel-job": false });
    await rest.triggerCheckpoint(jobId, randomId());
    await fetch(`${rest.connection.address}/jobs/${jobId}/savepoints`, { method: "POST", body });
    const stop = { ...watched(jobId), triggerId: randomId(), targetDirectory };
    expect(await stopWithSavepoint(rest, stop)).toMatchObject({ kind: "savepoint" });
  });

  test("The same id is not started twice.", async () => {
    const jobId = randomId();
    await start(jobId);
    await awaitRunning(rest, watched(jobId));
    await expect(start(jobId)).rejects.toThrow(/already been submitted/u);
    await rest.cancel(jobId);
    await awaitEnd(rest, watched(jobId));
    expect((await rest.jobsOverview()).filter(({ jid }) => jid === jobId)).toHaveLength(1);
  });

  test("A job that cannot start is a failure with Flink's own words.", async () => {
    const jobId = randomId();
    await start(jobId, undefined, "files");
    await expect(awaitRunning(rest, watched(jobId))).rejects.toMatchObject({
      code: "start-failed",
      parts: { cause: expect.stringMatching(/none does not exist/u) },
    });
    await rest.cancel(jobId).catch(() => undefined);
    await awaitEnd(rest, watched(jobId));
  });

  test("A stop of a job that has ended fails, and says that nothing was started.", async () => {
    const jobId = randomId();
    await start(jobId);
    await awaitRunning(rest, watched(jobId));
    await rest.cancel(jobId);
    await awaitEnd(rest, watched(jobId));
    const stop = { ...watched(jobId), triggerId: randomId(), targetDirectory: `file://${folder}/savepoints` };
    await expect(stopWithSavepoint(rest, stop)).rejects.toMatchObject({ code: "savepoint-failed" });
  });
});

describe("A session that a check leaves", () => {
  const left = async (key = "as planned") => {
    const session = await gateway.openSession("kept", {});
    await keepSession("orders", key, gateway, session);
    return session;
  };

  test("is there for the start in the same update, once.", async () => {
    keepSessionsFor("update");
    const session = await left();
    expect(await takeSession("orders", "as planned")).toBe(session);
    expect(await gateway.hasSession(session)).toBe(true);
    expect(await takeSession("orders", "as planned")).toBeUndefined();
    await gateway.closeSession(session);
  });

  test("is ended after a preview, or where the start is another than the one that was checked.", async () => {
    keepSessionsFor("preview");
    expect(await gateway.hasSession(await left())).toBe(false);
    keepSessionsFor("update");
    const session = await left();
    expect(await takeSession("orders", "with another option")).toBeUndefined();
    expect(await gateway.hasSession(session)).toBe(false);
  });

  test("is not gone on with where the gateway ended it.", async () => {
    keepSessionsFor("update");
    await gateway.closeSession(await left());
    expect(await takeSession("orders", "as planned")).toBeUndefined();
  });
});

test("What Flink does not know is undefined, and a JobManager that is not there is an error.", async () => {
  expect(await rest.statusOf(UNKNOWN_JOB)).toBeUndefined();
  expect(await rest.checkpoints(UNKNOWN_JOB)).toBeUndefined();
  expect(await rest.rootException(UNKNOWN_JOB)).toBeUndefined();
  await expect(restAt("http://127.0.0.1:9", 1000).statusOf(UNKNOWN_JOB)).rejects.toBeInstanceOf(NoAnswer);
});
