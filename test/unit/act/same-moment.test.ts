/** Two stacks that start a job of one name in the same moment, and a resource whose cluster is gone or another project's. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { yieldToEarlier } from "../../../provider/act/races.js";
import { remove } from "../../../provider/act/removal.js";
import type { World } from "../../../provider/ask/sighting.js";
import type { Place } from "../../../provider/decide/cluster/place.js";
import { planRemoval } from "../../../provider/decide/plan/plan-end.js";
import type { JobSummary } from "../../../provider/flink/rest/answers.js";
import { newStore } from "../../../provider/remember/store.js";
import { restAt } from "../../support/clients.js";
import { aRecord } from "../../support/decide/a-record.js";

const tasks = { running: 1, total: 1, finished: 0 };
const job = (jid: string, at: number, state: JobSummary["state"] = "RUNNING", name = "orders"): JobSummary => ({
  jid,
  name,
  state,
  "start-time": at,
  "end-time": -1,
  tasks,
});

let server: Server;
let folder: string;
let world: World;
let jobs: JobSummary[] = [];
beforeAll(async () => {
  const none = { counts: { completed: 0, restored: 0 }, latest: {}, history: [] };
  server = createServer(({ url = "" }, answer) => {
    answer.end(JSON.stringify(url.endsWith("/checkpoints") ? none : { jobs }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  folder = await mkdtemp(join(tmpdir(), "same-moment-"));
  const rest = restAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 5000);
  world = { store: newStore(pathToFileURL(folder).href), rest, activity: "none" };
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const OWN = job("b".repeat(32), 1000);
const look = () => yieldToEarlier(OWN, { name: "orders", world });

test.each([
  ["a job that was started before", job("c".repeat(32), 999)],
  ["of two of the same millisecond the one of the lower id", job("a".repeat(32), 1000)],
])("The later one yields: %s stays.", async (_, other) => {
  jobs = [OWN, other];
  await expect(look()).rejects.toThrow(
    new RegExp(`orders: job ${other.jid} of this name was started in the same moment; job ${OWN.jid}`, "u"),
  );
});

test.each([
  ["a later one", job("c".repeat(32), 1001)],
  ["one of the same millisecond and a higher id", job("c".repeat(32), 1000)],
  ["one that has ended", job("a".repeat(32), 1, "FINISHED")],
  ["another job", job("a".repeat(32), 1, "RUNNING", "orders-2")],
])("It stays beside %s.", async (_, other) => {
  jobs = [OWN, other];
  await expect(look()).resolves.toBeUndefined();
});

const RECORD = aRecord(
  { meta: { queryId: "q", version: 2, createdAt: "2026-01-01 00:00:00" }, jobId: "a".repeat(32) },
  { resourceId: "orders-new" },
);

test("What was replaced is deleted without its cluster, which may be gone: the job is another resource's.", async () => {
  await world.store.write("orders", RECORD, undefined);
  const gone: World = { ...world, rest: restAt("http://127.0.0.1:9", 1000) };
  const limits = { startSeconds: 1, savepointSeconds: 1 };
  const removal = (resourceId: string) =>
    remove({ name: "orders", resourceId, world: gone, limits, progress: () => undefined });
  await expect(removal("orders-old")).resolves.toBeUndefined();
  expect((await world.store.read("orders"))?.record.status).toBe("running");
  await expect(removal("orders-new")).rejects.toThrow(/ECONNREFUSED/u);
});

const localIn = (folder: string): Place => ({ target: "local", restUrl: "http://127.0.0.1:1", host: "me", folder });
const REMOTE: Place = { target: "remote", restUrl: "http://cluster:8081" };

test("What a copied project is not to stop: the job of the project that it was copied from.", async () => {
  const name = "copied";
  jobs = [job("a".repeat(32), Date.now(), "RUNNING", name)];
  const cluster = localIn("/original/.local/dev");
  const { current } = RECORD;
  const named = { ...current, manifest: { ...current.manifest, name }, cluster };
  await world.store.write(name, { ...RECORD, current: named }, undefined);
  const here = localIn("/copy/.local/dev");
  const locate = async () => ({ jobManager: world.rest.connection, isDown: false });
  const copy: World = { ...world, activity: "starting", surroundings: { here, before: undefined, locate } };
  const limits = { startSeconds: 1, savepointSeconds: 1 };
  await expect(
    remove({ name, resourceId: "orders-new", world: copy, limits, progress: () => undefined }),
  ).rejects.toThrow(
    "copied: not removed: it runs on the local cluster in /original/.local/dev on me, and this stack has a local cluster of its own; it was not touched",
  );
  expect((await world.store.read(name))?.record).toMatchObject({ status: "running", intent: undefined });
});

test.each<[string, Place | undefined, Place]>([
  ["local to remote", REMOTE, localIn("/a")],
  ["remote to remote", REMOTE, { ...REMOTE, restUrl: "http://other:8081" }],
  ["remote to local", localIn("/a"), REMOTE],
  ["the same folder, as after a rename of the stack", localIn("/a"), localIn("/a")],
  ["nobody knows where to", undefined, localIn("/a")],
])("Where the cluster is another one by configuration, its job is stopped there: %s.", (_, here, place) => {
  const running = { jobId: "a".repeat(32), name: "orders", status: "RUNNING", startedAt: 0, endedAt: -1 } as const;
  const seen = { job: { ...running, tasks: { running: 1, total: 1 } }, elsewhere: { kind: "alive", place } } as const;
  const found = { cluster: "reachable", record: RECORD, namesakes: [], states: [], now: 0, ...seen } as const;
  expect(planRemoval("orders", found, RECORD, here)).toMatchObject({ action: "delete" });
});
