/** The slots of an update, counted beside a JobManager that says how many are free. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sighting, World } from "../../../provider/ask/sighting.js";
import type { Observed } from "../../../provider/decide/plan/observed.js";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import { checkSlots, releaseReservation, startReserved } from "../../../provider/prove/slots.js";
import { openStore } from "../../../provider/remember/store.js";
import { restAt } from "../../support/clients.js";

let server: Server;
let rest: FlinkRest;
let world: World;
/** What the next looks are answered; the last one again and again. */
let free: number[] = [];

beforeAll(async () => {
  server = createServer((_, answer) => {
    const available = free.length > 1 ? free.shift() : free[0];
    const overview = { taskmanagers: 1, "slots-total": 4, "slots-available": available, "flink-version": "2.3.0" };
    answer.end(JSON.stringify(overview));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  rest = restAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 5000);
  world = { store: openStore("file:///nowhere"), rest, activity: "none" };
});
afterAll(() => server.close());

let said: string[] = [];
beforeEach(() => {
  said = [];
  for (const job of ["a", "b"]) releaseReservation(rest.connection, job);
});

const observed: Observed = {
  cluster: "reachable",
  record: undefined,
  job: undefined,
  namesakes: [],
  states: [],
  now: 0,
};
const sighting: Sighting = { observed, stored: undefined };
const count = (name: string, needed: number, startSeconds: number) =>
  checkSlots(name, needed, sighting, world, { startSeconds, progress: (text) => said.push(text) });

test("Slots that another job of the update will take are not free, though it has not begun.", async () => {
  free = [4];
  await count("a", 3, 60);
  await expect(count("b", 2, 60)).rejects.toThrow(
    "b: needs 2 slots; the cluster has 4, 3 are reserved for other jobs of this update: 1 is free; nothing was stopped or started",
  );
});

test("Slots that others hold, that are reserved and that are free add up.", async () => {
  free = [2];
  await count("a", 1, 60);
  await expect(count("b", 2, 60)).rejects.toThrow(
    "b: needs 2 slots; the cluster has 4, 1 is reserved for other jobs of this update, 2 are taken: 1 is free;",
  );
});

test("While another job starts its slots may count twice: that is waited out, and said.", async () => {
  free = [4];
  await count("a", 3, 60);
  startReserved(rest.connection, "a");
  // Flink has given it its slots, and it is still counted as to come; then its start is over.
  free = [1];
  setTimeout(() => releaseReservation(rest.connection, "a"), 1500);
  await count("b", 1, 60);
  expect(said).toEqual([expect.stringMatching(/^b: slots: 0 of 1 are free while a start, 1 s$/u)]);
});

test("It is not waited longer than a start may take, and the error says what is missing.", async () => {
  free = [4];
  await count("a", 4, 60);
  startReserved(rest.connection, "a");
  const since = Date.now();
  await expect(count("b", 1, 1)).rejects.toThrow(
    /b: needs 1 slot; the cluster has 4, 4 are reserved for other jobs of this update: none is free;/u,
  );
  expect(Date.now() - since).toBeLessThan(10_000);
});
