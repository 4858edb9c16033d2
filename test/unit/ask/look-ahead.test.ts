import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LookAhead } from "../../../provider/ask/look-ahead.js";
import { mayHaveFailed } from "../../../provider/decide/cluster/health.js";
import type { ObservedJob } from "../../../provider/decide/plan/observed.js";
import { newStore } from "../../../provider/remember/store.js";
import { restAt } from "../../support/clients.js";

const CHECKPOINTS = { counts: { completed: 1, restored: 0 }, latest: {}, history: [] };
const job = (jid: string, name: string, state = "RUNNING") => ({
  ...{ jid, name, state, "start-time": 1, "end-time": -1, "last-modification": 1 },
  tasks: { total: 1, running: 1, finished: 0 },
});

let folder: string;
let server: Server;
let asked: string[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "look-ahead-"));
  asked = [];
  server = createServer(({ url = "" }, answer) => {
    asked.push(url);
    const jobs = [job("a1", "a"), job("b1", "b", "RESTARTING"), job("x1", "another stack's")];
    answer.end(JSON.stringify(url === "/jobs/overview" ? { jobs } : CHECKPOINTS));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const never = () => Promise.reject(new Error("asked again"));
const begin = () => {
  const { port } = server.address() as AddressInfo;
  const rest = restAt(`http://127.0.0.1:${port}`, 5000);
  return { rest, ahead: new LookAhead(["a", "b"], newStore(pathToFileURL(folder).href), rest) };
};

test("Of the jobs of the stack that run, the checkpoints are asked for once; each answer is given once.", async () => {
  const { rest, ahead } = begin();
  expect(await ahead.record("a", never)).toBeUndefined();
  await expect.poll(() => asked).toEqual(["/jobs/overview", "/jobs/a1/checkpoints"]);
  expect(await ahead.checkpoints("a1", never)).toMatchObject({ counts: { completed: 1 } });
  await ahead.checkpoints("a1", () => rest.checkpoints("a1"));
  expect(asked).toHaveLength(3);
  await expect(ahead.record("a", never)).rejects.toThrow("asked again");
});

test("What was not asked for beforehand is asked for then.", async () => {
  const { ahead } = begin();
  await expect(ahead.record("c", never)).rejects.toThrow("asked again");
  await expect(ahead.checkpoints("b1", never)).rejects.toThrow("asked again");
});

test("A cluster that gives no answer is no error before a job is looked at.", async () => {
  const { ahead } = begin();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(ahead.checkpoints("a1", never)).rejects.toThrow("asked again");
});

test("Eight records are read at a time; one that cannot be read is told to whoever takes it, the others are read.", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `job-${i}`);
  const reading: (() => void)[] = [];
  const begun: string[] = [];
  const read = async (name: string) => {
    begun.push(name);
    await new Promise<void>((resolve) => reading.push(resolve));
    if (begun.indexOf(name) % 2 === 0) throw new Error(`${name} is damaged`);
    return undefined;
  };
  const { rest } = begin();
  const ahead = new LookAhead(names, { ...newStore(pathToFileURL(folder).href), read }, rest);
  await expect.poll(() => begun).toEqual(names.slice(0, 8));
  reading.shift()?.();
  await expect.poll(() => begun).toEqual(names.slice(0, 9));
  while (begun.length < names.length || reading.length > 0) {
    reading.shift()?.();
    await new Promise(setImmediate);
  }
  await expect(ahead.record("job-18", never)).rejects.toThrow("job-18 is damaged");
  expect(await ahead.record("job-19", never)).toBeUndefined();
});

const NOW = 100_000_000;
const MINUTE = 60_000;
const seen = (more: Partial<ObservedJob>): ObservedJob => ({
  ...{ jobId: "a1", name: "a", status: "RUNNING", startedAt: NOW - 60 * MINUTE, endedAt: -1 },
  ...{ changedAt: NOW - 60 * MINUTE + 900, tasks: { running: 2, total: 2 } },
  ...more,
});

test.each([
  ["its tasks run since its start an hour ago", {}, false],
  ["it just started, and its tasks with it", { startedAt: NOW - 2000, changedAt: NOW - 1000 }, false],
  ["a task was started anew a minute ago", { changedAt: NOW - MINUTE }, true],
  ["a task was started anew 50 minutes ago", { changedAt: NOW - 50 * MINUTE, startedAt: NOW - 90 * MINUTE }, false],
  ["not all of its tasks run", { tasks: { running: 1, total: 2 } }, true],
  ["it is restarting", { status: "RESTARTING" }, true],
] as const)("Whether a job may have failed lately is seen in the listing of all jobs: %s.", (_, more, expected) => {
  expect(mayHaveFailed(seen(more), NOW)).toBe(expected);
});
