/** How often a JobManager is asked for all of its jobs when many want to know of them, played by a local server. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import { listJobs } from "../../../provider/flink/rest/listing.js";
import { restAt } from "../../support/clients.js";

const SLOW_MS = 60;

let server: Server;
let asked: number;
let rest: FlinkRest;
beforeEach(async () => {
  asked = 0;
  server = createServer((_request, answer) => {
    const name = `job of listing ${++asked}`;
    const summary = { jid: "a", name, state: "RUNNING", "start-time": 1, "end-time": -1 };
    const jobs = [{ ...summary, tasks: { total: 1, running: 1, finished: 0 } }];
    setTimeout(() => answer.end(JSON.stringify({ jobs })), SLOW_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  rest = restAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 5000);
});
afterEach(() => server.close());

const nameIn = (jobs: readonly { name: string }[]) => jobs[0]?.name;

test("Those who ask while a listing is under way share the next one, and get none that is older than their question.", async () => {
  const first = rest.jobsOverview();
  const later = await Promise.all([1, 2, 3, 4].map(() => rest.jobsOverview()));
  expect(nameIn(await first)).toBe("job of listing 1");
  expect(later.map(nameIn)).toEqual(Array(4).fill("job of listing 2"));
  expect(nameIn(await rest.jobsOverview())).toBe("job of listing 3");
});

test("A listing that takes long serves for as many times as long.", async () => {
  await listJobs(rest, 1);
  await sleep(SLOW_MS);
  expect(nameIn(await listJobs(rest, 1))).toBe("job of listing 1");
  await expect.poll(async () => nameIn(await listJobs(rest, 1))).toBe("job of listing 2");
});

test("Who must not see what was before gets no older listing.", async () => {
  await listJobs(rest, 1);
  expect(nameIn(await listJobs(rest, 1, Date.now() + 1))).toBe("job of listing 2");
});
