/** The first row of a start, at a JobManager whose metrics come late, played by a local server. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { awaitFirstRow } from "../../../provider/flink/wait/first-row.js";
import { awaitRunning, unlessFailed } from "../../../provider/flink/wait/lifecycle.js";
import { restAt } from "../../support/clients.js";

const JOB = "0a".repeat(16);
const SOURCE = "Source__orders[1].numRecordsIn";

/** Two streams, and a bounded source that has come to its end. */
const PLAN = [{ id: "first" }, { id: "second" }, { id: "small" }, { id: "sink", inputs: [{}, {}, {}] }];

/** What the JobManager says as long as the value of its last entry; the counts are those of two sources. */
interface Moment {
  readonly state?: string;
  /** When one of its tasks changed its state last. */
  readonly modified?: number;
  readonly counts?: readonly [number, number];
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Each listing is a moment later; a failure is in the history from the moment on at which the job is seen restarting. */
async function jobManager(moments: readonly Moment[], failed = false): Promise<{ url: string; looks: () => number }> {
  let looks = 0;
  const now = () => moments[Math.min(looks, moments.length) - 1] ?? {};
  const answer = (path: string): unknown => {
    if (path === "/jobs/overview") {
      looks++;
      const { state = "RUNNING", modified = 1 } = now();
      const tasks = { total: 3, running: state === "RUNNING" ? 3 : 0, finished: 0 };
      return {
        jobs: [
          { jid: JOB, name: "orders", state, "start-time": 0, "end-time": -1, "last-modification": modified, tasks },
        ],
      };
    }
    if (path === "/config") return { "refresh-interval": 100 };
    if (path.endsWith("/exceptions")) {
      const hasFailed = failed || now().state === "RESTARTING";
      return { exceptionHistory: { entries: hasFailed ? [{ stacktrace: "a.B: no such topic", timestamp: 1 }] : [] } };
    }
    const task = /vertices\/(\w+)\//u.exec(path)?.[1];
    if (!task) return { vertices: [{ id: "small", status: "FINISHED" }], plan: { nodes: PLAN } };
    if (!path.includes("?get="))
      return [{ id: SOURCE }, { id: "sink__Committer.numRecordsIn" }, { id: "Source__orders[1].numBytesIn" }];
    expect(decodeURIComponent(path)).toMatch(/get=Source__orders\[1\][.]numRecordsIn&/u);
    return [{ id: SOURCE, max: now().counts?.[task === "first" ? 0 : 1] ?? 0 }];
  };
  const listening = createServer((request, response) => response.end(JSON.stringify(answer(request.url ?? ""))));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, looks: () => looks };
}

const jobOf = (firstRowSeconds: number) => {
  const limits = { savepointSeconds: 30, startSeconds: 30, firstRowSeconds };
  return { name: "orders", jobId: JOB, limits, progress: () => undefined };
};
const awaiting = (url: string, firstRowSeconds = 30) => awaitFirstRow(restAt(url, 5000), jobOf(firstRowSeconds));

test("Each source must have read one.", async () => {
  const { url, looks } = await jobManager([{}, { counts: [7, 0] }, { counts: [9, 0] }, { counts: [9, 1] }]);
  await awaiting(url);
  expect(looks()).toBe(4);
});

test("A quiet stream is waited for no longer than the limit, and said to be quiet.", async () => {
  const { url, looks } = await jobManager([{ counts: [7, 0] }]);
  const since = performance.now();
  const told: string[] = [];
  await awaitFirstRow(restAt(url, 5000), { ...jobOf(1), progress: (text) => told.push(text) });
  expect(told.at(-1)).toBe("orders: not every source had a row within 1 s; the stream may be quiet");
  expect(performance.now() - since).toBeGreaterThanOrEqual(1000);
  expect(looks()).toBeGreaterThan(2);
});

test("With 0 nothing is asked.", async () => {
  const { url, looks } = await jobManager([{ state: "FAILED" }]);
  await awaiting(url, 0);
  expect(looks()).toBe(0);
});

test("A job that came to its end has read what there was.", async () => {
  const { url } = await jobManager([{}, { state: "FINISHED" }]);
  await awaiting(url);
});

test("A failure meanwhile is the failure of the start.", async () => {
  const { url } = await jobManager([{}, { state: "RESTARTING" }]);
  await expect(awaiting(url)).rejects.toThrow(/orders: job 0a0a\w* is RESTARTING.*no such topic.*\[start-failed\]/su);
});

test.each([
  ["that failed, and runs again since", [{}, { modified: 2 }], true],
  ["that failed before all of it was seen to run", [{}], true],
  ["one of whose tasks has ended", [{}, { modified: 2 }], false],
])("Of a job %s the start holds only without a failure.", async (_, moments, failed) => {
  const rest = restAt((await jobManager(moments, failed)).url, 5000);
  const check = async () => unlessFailed(rest, "orders", await awaitRunning(rest, jobOf(30)));
  if (failed) await expect(check()).rejects.toThrow(/no such topic/u);
  else await check();
});
