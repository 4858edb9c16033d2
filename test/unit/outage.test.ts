/** A JobManager that is not ready, is away, or came back without its memory, played by a local server. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { NoAnswer } from "../../provider/flink/http.js";
import { FlinkRest } from "../../provider/flink/rest.js";
import { stopWithSavepoint } from "../../provider/flink/stop.js";

const JOB = "0a".repeat(16);
const OVERVIEW = {
  jid: JOB,
  name: "orders",
  "start-time": 0,
  "end-time": -1,
  tasks: { total: 1, running: 1, finished: 0 },
};

let server: Server | undefined;
afterEach(() => server?.close());

type Answer = { readonly status: number; readonly body: unknown };

async function listen(port: number, answer: (request: string) => Answer): Promise<string> {
  const listening = createServer((incoming, outgoing) => {
    const { status, body } = answer(`${incoming.method} ${incoming.url}`);
    outgoing.writeHead(status, { connection: "close" }).end(JSON.stringify(body));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const jobs = (state: string): Answer => ({ status: 200, body: { jobs: [{ ...OVERVIEW, state }] } });
const NOT_READY: Answer = {
  status: 503,
  body: { errors: ["Service temporarily unavailable due to an ongoing leader election."] },
};

describe("A question to Flink", () => {
  it("is asked again while a fail-over answers 503", async () => {
    let count = 0;
    const url = await listen(0, () => (++count < 3 ? NOT_READY : jobs("RUNNING")));
    expect(await new FlinkRest(url, 5000).statusOf(JOB)).toBe("RUNNING");
    expect(count).toBe(3);
  });

  it("ends with the refusal once its limit is over", async () => {
    const url = await listen(0, () => NOT_READY);
    await expect(new FlinkRest(url, 400).statusOf(JOB)).rejects.toThrow(/answered 503/u);
  });

  it("is asked again in an update where it is answered 500 once, and believed in a preview", async () => {
    let count = 0;
    const url = await listen(0, () => (++count % 2 === 1 ? { status: 500, body: {} } : jobs("RUNNING")));
    expect(await new FlinkRest(url, 5000, "patient").statusOf(JOB)).toBe("RUNNING");
    await expect(new FlinkRest(url, 5000).statusOf(JOB)).rejects.toThrow(/answered 500/u);
  });

  it("waits for a server that is away in an update, and says so at once in a preview", async () => {
    const url = await listen(0, () => jobs("RUNNING"));
    server?.close();
    await expect(new FlinkRest(url, 5000).statusOf(JOB)).rejects.toBeInstanceOf(NoAnswer);
    const patient = new FlinkRest(url, 5000, "patient").statusOf(JOB);
    await listen(Number(new URL(url).port), () => jobs("RUNNING"));
    expect(await patient).toBe("RUNNING");
  });
});

describe("A stop that a new JobManager does not know", () => {
  const stop = {
    name: "orders",
    jobId: JOB,
    triggerId: "0b".repeat(16),
    targetDirectory: "file:///s",
    limits: { savepointSeconds: 30, startSeconds: 30 },
    progress: () => undefined,
  };

  it("is asked for once more where the job is back", async () => {
    let stops = 0;
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) return { status: 202, body: { "request-id": ++stops } };
      if (!request.includes("/savepoints/")) return jobs(stops < 2 ? "RUNNING" : "FINISHED");
      if (stops < 2) return { status: 404, body: {} };
      return { status: 200, body: { status: { id: "COMPLETED" }, operation: { location: "file:///s/savepoint-1" } } };
    });
    expect(await stopWithSavepoint(new FlinkRest(url, 5000), stop)).toMatchObject({ path: "file:///s/savepoint-1" });
    expect(stops).toBe(2);
  });
});
