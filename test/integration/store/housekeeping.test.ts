/** Old states in a real S3 server: what is found, deleted, left, and what happens where something cannot be looked at. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deleteStates, outlivedStates } from "../../../provider/act/housekeeping.js";
import { ClusterUnreachable } from "../../../provider/ask/cluster-reach.js";
import type { World } from "../../../provider/ask/sighting.js";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { UserError } from "../../../provider/decide/words/errors.js";
import { newStore, type Store } from "../../../provider/remember/store.js";
import { restAt } from "../../support/clients.js";
import { FaultPlan, startProxy } from "../../support/servers/fault-proxy.js";
import { type Moto, startMoto } from "../../support/servers/moto.js";

const DAY = 86_400_000;
/** S3 gives no way to make an object old: the present is moved instead. */
const NOW = Date.now() + 100 * DAY;
const SOMEBODY = "b".repeat(32);
const OLD = "savepoint-aaaaaa-000000000001";
const LAST = "savepoint-aaaaaa-000000000002";
const EARLIER = "1".repeat(32);
const RUNNING = "2".repeat(32);

let moto: Moto;
let client: S3Client;
let bucket: string;
let flink: Server;
/** What the JobManager says; a stand-in for one, since only the jobs of a listing matter here. */
let alive: string[] = [];
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  moto = await startMoto();
  client = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
  flink = createServer((request, response) => {
    const tasks = { total: 1, running: 1, finished: 0 };
    const jobs = alive.map((jid) => ({ jid, name: "x", state: "RUNNING", "start-time": 0, "end-time": -1, tasks }));
    const checkpoints = { counts: { completed: 0, restored: 1 }, latest: { restored: null }, history: [] };
    response.end(JSON.stringify(request.url === "/jobs/overview" ? { jobs } : checkpoints));
  });
  await new Promise<void>((resolve) => flink.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  process.env = before;
  client?.destroy();
  flink?.close();
  await moto?.stop();
});
beforeEach(async () => {
  alive = [];
  bucket = `state-${Math.random().toString(36).slice(2)}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
});

const put = (Key: string, Body = "x") => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
async function keys(): Promise<string[]> {
  const found: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    found.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
    if (!page.NextContinuationToken) return found;
    token = page.NextContinuationToken;
  }
}

function record(parts: Partial<JobRecord> = {}): JobRecord {
  const manifest = { name: "orders", description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} };
  const directories = {
    checkpoints: `s3://${bucket}/p/checkpoints/orders`,
    savepoints: `s3://${bucket}/p/savepoints/orders`,
  };
  return {
    status: "running",
    current: {
      manifest,
      meta: { queryId: "q", version: 2, createdAt: "2026-01-01 00:00:00" },
      definitions: [],
      metadataColumns: { timestamp: "ts", query: true },
      secrets: undefined,
      directories,
      jobId: RUNNING,
      startedFrom: null,
    },
    savepoint: undefined,
    resourceId: "orders-1",
    intent: undefined,
    past: [{ version: 1, queryId: "q", savepoint: undefined, endedAt: new Date(NOW - 60 * DAY).toISOString() }],
    written: undefined,
    ...parts,
  };
}

/** Version 1 has two savepoints and the checkpoints of one start, of 1,100 files; version 2 runs. */
async function fill(): Promise<World> {
  const store = storeAt(moto.endpoint);
  await store.write("orders", record(), undefined);
  const version = "p/checkpoints/orders/1";
  const shared = Array.from({ length: 1100 }, (_, n) => `${version}/${EARLIER}/shared/${n}`);
  for (let n = 0; n < shared.length; n += 100) await Promise.all(shared.slice(n, n + 100).map((key) => put(key)));
  await put(`${version}/${EARLIER}/chk-9/_metadata`);
  await put(`${version}/${EARLIER}_$folder$`, "");
  await put(`${version}_$folder$`, "");
  await put(`p/savepoints/orders/1/${OLD}/_metadata`);
  await put(`p/savepoints/orders/1/${OLD}/part`);
  await new Promise((resolve) => setTimeout(resolve, 1100 - (Date.now() % 1000)));
  await put(`p/savepoints/orders/1/${LAST}/_metadata`);
  await put(`p/checkpoints/orders/2/${RUNNING}/chk-3/_metadata`);
  return worldOf(store);
}

const storeAt = (endpoint: string) => newStore(`s3://${bucket}/p?endpoint=${encodeURIComponent(endpoint)}`);
const worldOf = (store: Store, port = (flink.address() as AddressInfo).port): World => ({
  store,
  rest: restAt(`http://127.0.0.1:${port}`, 5000),
  activity: "none",
});
const rule = { versions: 1, days: 30 };
const look = (world: World) => outlivedStates({ world, rule, managed: ["orders"], now: NOW });
const LEFT = () => [
  `p/checkpoints/orders/1_$folder$`,
  `p/checkpoints/orders/2/${RUNNING}/chk-3/_metadata`,
  "p/manifests/orders.yaml",
  `p/savepoints/orders/1/${LAST}/_metadata`,
];

test("All that is old goes, page by page and with the markers of EMR; what is needed stays; then there is nothing to do.", async () => {
  const world = await fill();
  const found = await look(world);
  expect(found.map(({ path, bytes }) => [path, bytes])).toEqual([
    [`s3://${bucket}/p/checkpoints/orders/1/${EARLIER}`, 1101],
    [`s3://${bucket}/p/savepoints/orders/1/${OLD}`, 2],
  ]);
  await deleteStates(world.store, found, () => undefined);
  expect(await keys()).toEqual(LEFT());
  expect(await look(world)).toEqual([]);
});

test("A deletion that was cut off leaves no state that looks complete, and the next one ends it.", async () => {
  const world = await fill();
  const found = await look(world);
  const plan = new FaultPlan();
  const proxy = await startProxy(moto.endpoint, plan);
  // Listing, then `_metadata`, then the first thousand: that request never arrives, nor do its repetitions.
  plan.arm(4, "lost", () => proxy.stop());
  await expect(deleteStates(storeAt(proxy.url), found, () => undefined)).rejects.toBeInstanceOf(UserError);
  const left = await keys();
  expect(left).not.toContain(`p/checkpoints/orders/1/${EARLIER}/chk-9/_metadata`);
  expect(left).toContain(`p/checkpoints/orders/1/${EARLIER}/shared/0`);
  await deleteStates(world.store, await look(world), () => undefined);
  expect(await keys()).toEqual(LEFT());
});

test("What a state that stays mentions is not deleted, nor where a job on the cluster writes.", async () => {
  const world = await fill();
  await put(`p/checkpoints/orders/2/${RUNNING}/chk-3/_metadata`, `s3://x/p/checkpoints/orders/1/${EARLIER}/shared/7`);
  expect((await look(world)).map(({ name }) => name)).toEqual([OLD]);
  await put(`p/checkpoints/orders/2/${RUNNING}/chk-3/_metadata`);
  alive = [EARLIER, SOMEBODY];
  expect((await look(world)).map(({ name }) => name)).toEqual([OLD]);
});

test("Where a record, the cluster or the store cannot be looked at, there is no answer.", async () => {
  const world = await fill();
  await expect(look(worldOf(storeAt(moto.endpoint), 9))).rejects.toBeInstanceOf(ClusterUnreachable);
  await expect(look(worldOf(storeAt("http://127.0.0.1:9")))).rejects.toMatchObject({ code: "store-unreachable" });
  await put("p/manifests/somebody.yaml", "not: a record");
  await expect(look(world)).rejects.toMatchObject({ code: "record-invalid" });
});

test("Objects that S3 does not delete are an error, though it answers 200.", async () => {
  await fill();
  const refusing = createServer((request, response) => {
    response.writeHead(200, { "content-type": "application/xml" });
    const key = `p/savepoints/orders/1/${OLD}/_metadata`;
    const listed = `<ListBucketResult><Contents><Key>${key}</Key><Size>1</Size></Contents></ListBucketResult>`;
    const refused = `<DeleteResult><Error><Key>${key}</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`;
    response.end(request.method === "GET" ? listed : refused);
  });
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  const store = storeAt(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
  await expect(store.remove(`s3://${bucket}/p/savepoints/orders/1/${OLD}`)).rejects.toMatchObject({
    code: "store-unreachable",
    parts: { cause: expect.stringContaining("AccessDenied"), fix: expect.stringContaining("s3:DeleteObject") },
  });
  refusing.close();
});
