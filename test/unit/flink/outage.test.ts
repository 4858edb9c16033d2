/** A JobManager that is not ready, is away, or came back without its memory, played by a local server. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { NoAnswer } from "../../../provider/flink/rest/http.js";
import { awaitFirstCheckpoint } from "../../../provider/flink/wait/first-checkpoint.js";
import { stopWithSavepoint } from "../../../provider/flink/wait/stop.js";
import { restAt } from "../../support/clients.js";

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

const jobs = (state: string, running = 1): Answer => ({
  status: 200,
  body: { jobs: [{ ...OVERVIEW, state, tasks: { total: 1, running, finished: 0 } }] },
});
const completed = (operation: object): Answer => ({ status: 200, body: { status: { id: "COMPLETED" }, operation } });
const UNKNOWN: Answer = { status: 404, body: {} };
const NOT_READY: Answer = {
  status: 503,
  body: { errors: ["Service temporarily unavailable due to an ongoing leader election."] },
};

/** What a JobManager that stands by (Flink 2.3.0) says while nobody misses the one that led. */
const NOT_DELIVERED: Answer = {
  status: 500,
  body: {
    errors: [
      "Internal server error.",
      "<Exception on server side:\norg.apache.flink.runtime.rpc.exceptions.RecipientUnreachableException: Could not send message […]",
    ],
  },
};

/** What Flink 2.3.0 says of the checkpoints of a job that was submitted a moment ago. */
const INITIALIZING: Answer = {
  status: 500,
  body: {
    errors: [
      "Internal server error.",
      "<Exception on server side:\norg.apache.flink.runtime.dispatcher.UnavailableDispatcherOperationException: Unable to get JobMasterGateway for initializing job. […]",
    ],
  },
};

describe("A question to Flink", () => {
  it.each<[string, Answer]>([
    ["503", NOT_READY],
    ["that its leader cannot be reached", NOT_DELIVERED],
    ["that the job is INITIALIZING", INITIALIZING],
  ])("is asked again while the answer is %s", async (_title, refusal) => {
    let count = 0;
    const url = await listen(0, () => (++count < 3 ? refusal : jobs("RUNNING")));
    expect(await restAt(url, 5000).statusOf(JOB)).toBe("RUNNING");
    expect(count).toBe(3);
  });

  it("ends with the refusal once its limit is over", async () => {
    const url = await listen(0, () => NOT_READY);
    await expect(restAt(url, 400).statusOf(JOB)).rejects.toThrow(/answered 503/u);
  });

  it("is asked again in an update where it is answered 500 once, and believed in a preview", async () => {
    let count = 0;
    const url = await listen(0, () => (++count % 2 === 1 ? { status: 500, body: {} } : jobs("RUNNING")));
    expect(await restAt(url, 5000, "patient").statusOf(JOB)).toBe("RUNNING");
    await expect(restAt(url, 5000).statusOf(JOB)).rejects.toThrow(/answered 500/u);
  });

  it("waits for a server that is away in an update, and says so at once in a preview", async () => {
    const url = await listen(0, () => jobs("RUNNING"));
    server?.close();
    await expect(restAt(url, 5000).statusOf(JOB)).rejects.toBeInstanceOf(NoAnswer);
    const patient = restAt(url, 5000, "patient").statusOf(JOB);
    await listen(Number(new URL(url).port), () => jobs("RUNNING"));
    expect(await patient).toBe("RUNNING");
  });
});

const stop = {
  name: "orders",
  jobId: JOB,
  triggerId: "0b".repeat(16),
  targetDirectory: "file:///s",
  limits: { savepointSeconds: 30, startSeconds: 30 },
  progress: () => undefined,
};

describe("A stop that a new JobManager does not know", () => {
  it("is asked for once more where the job is back", async () => {
    let stops = 0;
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) return { status: 202, body: { "request-id": ++stops } };
      if (!request.includes("/savepoints/")) return jobs(stops < 2 ? "RUNNING" : "FINISHED");
      return stops < 2 ? UNKNOWN : completed({ location: "file:///s/savepoint-1" });
    });
    expect(await stopWithSavepoint(restAt(url, 5000), stop)).toMatchObject({ path: "file:///s/savepoint-1" });
    expect(stops).toBe(2);
  });

  it.each<[string, Answer]>([
    ["after there was no answer", NOT_READY],
    ["after it was taken", { status: 202, body: {} }],
  ])("is not asked for again, %s, before all tasks of the job run", async (_title, first) => {
    const states: Answer[] = [jobs("INITIALIZING", 0), jobs("CREATED", 0), jobs("RUNNING", 0), jobs("RUNNING")];
    let stops = 0;
    let left = states.length;
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) {
        left = states.length;
        return ++stops === 1 ? first : { status: 202, body: {} };
      }
      if (!request.includes("/savepoints/")) return states.shift() ?? jobs("FINISHED");
      return stops < 2 ? UNKNOWN : completed({ location: "file:///s/savepoint-1" });
    });
    expect(await stopWithSavepoint(restAt(url, 5000), stop)).toMatchObject({ path: "file:///s/savepoint-1" });
    expect({ stops, left }).toEqual({ stops: 2, left: 0 });
  });
});

describe("A stop that is answered 500", () => {
  const busy: Answer = { status: 500, body: { errors: ["made up"] } };

  it("is one that goes on where Flink knows it", async () => {
    let stops = 0;
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) stops++;
      if (request.startsWith("POST")) return busy;
      return request.includes("/savepoints/") ? completed({ location: "file:///s/savepoint-1" }) : jobs("FINISHED");
    });
    expect(await stopWithSavepoint(restAt(url, 5000), stop)).toMatchObject({ path: "file:///s/savepoint-1" });
    expect(stops).toBe(1);
  });

  it("is refused where Flink does not", async () => {
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) return busy;
      return request.includes("/savepoints/") ? UNKNOWN : jobs("RUNNING");
    });
    await expect(stopWithSavepoint(restAt(url, 5000), stop)).rejects.toThrow(/\[savepoint-failed\]/u);
  });
});

describe("A stop whose savepoint was complete when the JobManager died", () => {
  const savepoint = { kind: "savepoint" as const, path: `file:///s/savepoint-${JOB.slice(0, 6)}-1`, at: 1 };

  it("ends the job that came back from the checkpoint before it", async () => {
    const asked: string[] = [];
    const url = await listen(0, (request) => {
      if (!request.startsWith("GET")) {
        asked.push(request.split("?")[0]?.split("/").at(-1) === JOB ? "cancel" : "stop");
        return { status: 202, body: {} };
      }
      if (request.includes("/savepoints/")) return UNKNOWN;
      return asked.includes("cancel") ? jobs("CANCELED", 0) : jobs("INITIALIZING", 0);
    });
    const state = await stopWithSavepoint(restAt(url, 5000), { ...stop, newestState: async () => savepoint });
    expect(state.path).toBe(savepoint.path);
    expect(asked).toEqual(["stop", "cancel"]);
  });
});

describe("A first checkpoint that a new JobManager does not know", () => {
  const limits = { savepointSeconds: 30, startSeconds: 30, checkpointSeconds: 30 };
  const job = { name: "orders", jobId: JOB, limits, progress: () => undefined };

  it("is asked for once more where the job is back", async () => {
    const states: Answer[] = [jobs("RUNNING"), jobs("INITIALIZING", 0), jobs("CREATED", 0)];
    let asked = 0;
    const url = await listen(0, (request) => {
      if (request.startsWith("POST")) return { status: 202, body: { n: ++asked } };
      if (request.endsWith("/checkpoints/config")) return { status: 200, body: { interval: 1000 } };
      if (!request.includes("/checkpoints/")) return states.shift() ?? jobs("RUNNING");
      return asked < 2 ? UNKNOWN : completed({});
    });
    await awaitFirstCheckpoint(restAt(url, 5000), job);
    expect(asked).toBe(2);
    expect(states).toEqual([]);
  });
});

describe("An answer that is none of Flink's", () => {
  it.each([
    ["another shape", { jobs: [{ jid: 7 }] }, "the answer is not Flink's (at jobs.0.jid: "],
    ["a list", [], "the answer is not Flink's"],
    ["a text", "hello", "the answer is not Flink's"],
  ])("%s is no answer, with the place that is wrong.", async (_, body, words) => {
    const url = await listen(0, () => ({ status: 200, body }));
    const failure = await restAt(url, 5000)
      .jobsOverview()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoAnswer);
    expect(String(failure)).toContain(words);
  });

  it("One without an end is not read beyond 64 MB.", async () => {
    let sent = 0;
    const endless = createServer((_, outgoing) => {
      const part = Buffer.alloc(1_000_000, "x");
      const more = () => {
        while (!outgoing.destroyed && sent < 500_000_000) {
          sent += part.length;
          if (!outgoing.write(part)) return void outgoing.once("drain", more);
        }
      };
      more();
    });
    server = endless;
    await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    await expect(restAt(url, 20_000).overview()).rejects.toThrow(/more than 64 MB; the rest was not read/u);
    expect(sent).toBeLessThan(100_000_000);
    endless.closeAllConnections();
  });
});
