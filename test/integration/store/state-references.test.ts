/** What Flink really writes into `_metadata`: which other states a checkpoint of RocksDB refers to. */

import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mentionedIn } from "../../../provider/decide/store/state-directories.js";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import type { SqlGateway } from "../../../provider/flink/rest/gateway.js";
import { awaitRunning, cancelJob } from "../../../provider/flink/wait/lifecycle.js";
import { newStore } from "../../../provider/remember/store.js";
import { gatewayAt, restAt } from "../../support/clients.js";
import { sharedCluster } from "../../support/clusters/shared.js";
import { until } from "../../support/until.js";

const TIMEOUT_MS = 100_000;

let folder: string;
let rest: FlinkRest;
let gateway: SqlGateway;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "references-"));
  const { restUrl, gatewayUrl } = await sharedCluster();
  rest = restAt(restUrl, TIMEOUT_MS);
  gateway = gatewayAt(gatewayUrl, TIMEOUT_MS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const randomId = () => randomBytes(16).toString("hex");
const limits = { savepointSeconds: 60, startSeconds: 60 };
const watched = (jobId: string) => ({ name: "counts", jobId, limits, progress: () => undefined });

/** Counts by key, with so much state that Flink keeps it in files; gives the job's id. */
async function start(recovery: { [option: string]: string } = {}): Promise<string> {
  const jobId = randomId();
  const { hostname, port } = new URL(rest.connection.address);
  const session = await gateway.openSession("test", {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port,
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.dir": `file://${folder}/checkpoints`,
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    "state.backend.type": "rocksdb",
    "execution.checkpointing.incremental": "true",
  });
  const run = (sql: string, options = {}) => gateway.execute(session, sql, options, TIMEOUT_MS);
  await run(
    "CREATE TABLE words (k INT, v STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '3000', 'fields.k.min' = '1', 'fields.k.max' = '20000')",
  );
  await run("CREATE TABLE nowhere (k INT, n BIGINT, v STRING) WITH ('connector' = 'blackhole')");
  const options = { "pipeline.name": "counts", "$internal.pipeline.job-id": jobId, ...recovery };
  await run("INSERT INTO nowhere SELECT k, COUNT(*), MAX(v) FROM words GROUP BY k", options);
  await gateway.closeSession(session);
  await awaitRunning(rest, watched(jobId));
  return jobId;
}

const completed = (jobId: string, count: number) =>
  until(`checkpoint ${count} of ${jobId}`, 60, async () => {
    const checkpoints = await rest.checkpoints(jobId);
    return checkpoints && checkpoints.counts.completed >= count ? true : undefined;
  });

const checkpointsOf = async (jobId: string) =>
  (await readdir(`${folder}/checkpoints/${jobId}`)).filter((name) => name.startsWith("chk-"));

/** Ends a job and gives its newest checkpoint, which stays. */
async function cancel(jobId: string): Promise<string> {
  await cancelJob(rest, watched(jobId));
  const numbers = (await checkpointsOf(jobId)).map((name) => Number(name.slice(4)));
  return `file://${folder}/checkpoints/${jobId}/chk-${Math.max(...numbers)}`;
}

/** The starts among `jobs` that a state mentions. */
async function mentions(state: string, ...jobs: string[]): Promise<string[]> {
  const metadata = await newStore(`file://${folder}`).content(`${state}/_metadata`);
  if (!metadata) throw new Error(`${state} has no _metadata`);
  const found = mentionedIn(metadata);
  return jobs.filter((jobId) => found.has(jobId));
}

test("A checkpoint mentions its own start, and one that it took files over from (CLAIM); not one that it only read (NO_CLAIM).", async () => {
  const first = await start();
  await completed(first, 3);
  const state = await cancel(first);
  expect(await mentions(state, first)).toEqual([first]);

  const reader = await start({
    "execution.state-recovery.path": state,
    "execution.state-recovery.claim-mode": "NO_CLAIM",
  });
  await completed(reader, 3);
  expect(await mentions(await cancel(reader), first, reader)).toEqual([reader]);

  const owner = await start({ "execution.state-recovery.path": state, "execution.state-recovery.claim-mode": "CLAIM" });
  await completed(owner, 1);
  const [early = ""] = await checkpointsOf(owner);
  expect(await mentions(`file://${folder}/checkpoints/${owner}/${early}`, first, owner)).toEqual([first, owner]);
  await cancel(owner);
});
