/** Servers that are reached below a path and with headers of the connection's own, played by a local server. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lookAhead, lookedAhead } from "../../../provider/ask/look-ahead.js";
import { Connection } from "../../../provider/flink/rest/connection.js";
import { connectionsOf, elsewhere, onThisMachine } from "../../../provider/flink/rest/connections.js";
import { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import { SqlGateway } from "../../../provider/flink/rest/gateway.js";
import { listJobs } from "../../../provider/flink/rest/listing.js";
import { prepareAtGateway } from "../../../provider/prove/gateway-submission.js";
import { checkSlots } from "../../../provider/prove/slots.js";
import { targetProperties } from "../../../provider/prove/submission-parts.js";
import { newStore } from "../../../provider/remember/store.js";
import { connectionTo } from "../../support/clients.js";
import { aRecord } from "../../support/decide/a-record.js";

const JOB = "0a".repeat(16);
const LIMITS = { timeoutMs: 5000 };
const TOKEN = { authorization: "Bearer a-secret" };

const TASKS = { total: 1, running: 1, finished: 0 };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/overview": { taskmanagers: 1, "slots-total": 1, "slots-available": 1, "flink-version": "2.0.0" },
  "/jobs/overview": {
    jobs: [{ jid: JOB, name: "j", state: "RUNNING", "start-time": 1, "end-time": -1, tasks: TASKS }],
  },
  [`/jobs/${JOB}/vertices/t/subtasks/metrics`]: [{ id: "Source__t.numRecordsOut", max: 1 }],
  "/v2/info": { version: "2.0.0" },
  "/v2/sessions": { sessionHandle: "s" },
  "/v2/sessions/s/statements": { operationHandle: "o" },
  "/v2/sessions/s/operations/o/result/0": { resultType: "PAYLOAD", results: { data: [{ fields: ["OK"] }] } },
};

let server: Server;
let origin: string;
let asked: IncomingMessage[];
/** Whatever a gateway was to execute. */
let statements: string[];
beforeEach(async () => {
  [asked, statements] = [[], []];
  server = createServer(async (request, answer) => {
    asked.push(request);
    if (request.url?.endsWith("/statements")) statements.push(String(Object(await json(request)).statement));
    const path = request.url?.replace(/^\/(?:flink\/jm|sql)(?=\/)/u, "").split("?")[0] ?? "";
    answer.end(JSON.stringify(ANSWERS[path] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const requests = () => asked.map(({ method, url }) => `${method} ${url}`);

describe.each(["", "/"])("Below a path that ends with '%s', each request goes", (end) => {
  test("to the JobManager, with the headers of the connection.", async () => {
    const rest = new FlinkRest(new Connection(`${origin}/flink/jm${end}`, LIMITS, { headers: TOKEN }));
    await rest.overview();
    await rest.jobsOverview();
    expect(await rest.hasRows(JOB, "t")).toBe(true);
    await rest.stop(JOB, { targetDirectory: "file:///s", triggerId: "t", drain: false });
    await rest.cancel(JOB);
    await rest.shutDownCluster();
    const metrics = `/flink/jm/jobs/${JOB}/vertices/t/subtasks/metrics`;
    expect(requests()).toEqual([
      "GET /flink/jm/overview",
      "GET /flink/jm/jobs/overview",
      `GET ${metrics}`,
      `GET ${metrics}?get=Source__t.numRecordsOut&agg=max`,
      `POST /flink/jm/jobs/${JOB}/stop`,
      `PATCH /flink/jm/jobs/${JOB}?mode=cancel`,
      "DELETE /flink/jm/cluster",
    ]);
    for (const { headers } of asked) expect(headers).toMatchObject({ ...TOKEN, accept: "application/json" });
  });

  test("to the SQL Gateway, with the headers of the connection.", async () => {
    const gateway = new SqlGateway(new Connection(`${origin}/sql${end}`, LIMITS, { headers: TOKEN }));
    await gateway.info();
    const session = await gateway.openSession("j", {});
    expect(await gateway.execute(session, "SELECT 1", {}, 1000)).toEqual([["OK"]]);
    await gateway.closeSession(session);
    expect(requests()).toEqual([
      "GET /sql/v2/info",
      "POST /sql/v2/sessions",
      "POST /sql/v2/sessions/s/statements",
      "GET /sql/v2/sessions/s/operations/o/result/0?rowFormat=JSON",
      "DELETE /sql/v2/sessions/s",
    ]);
    for (const { headers } of asked) expect(headers).toMatchObject(TOKEN);
  });
});

test("A header of the connection's is sent once, however it is written.", async () => {
  await new FlinkRest(new Connection(origin, LIMITS, { headers: { Accept: "text/html", "X-User": "me" } })).overview();
  expect(asked[0]?.headers).toMatchObject({ accept: "application/json", "x-user": "me" });
});

describe("Two connections to one address share what is remembered", () => {
  const plain = () => new Connection(origin, LIMITS);
  const asMe = () => new Connection(origin, LIMITS, { headers: { cookie: "user=me" } });
  const asYou = () => new Connection(origin, LIMITS, { headers: { cookie: "user=you" } });

  test.each<[string, (connections: readonly Connection[]) => Promise<unknown>]>([
    ["a listing", (all) => Promise.all(all.map((to) => listJobs(new FlinkRest(to), 1000)))],
    ["a question under way", (all) => Promise.all(all.map((to) => new FlinkRest(to).jobsOverview()))],
  ])("but with other headers not: %s.", async (_, ask) => {
    await ask([plain(), asMe(), asYou()]);
    expect(asked.map(({ headers }) => headers.cookie).sort()).toEqual(["user=me", "user=you", undefined]);
  });

  test("where headers and address are the same, whatever the limits are and however the address ends.", async () => {
    await listJobs(new FlinkRest(asMe()), 1000);
    await listJobs(new FlinkRest(asMe().with({ timeoutMs: 1, patience: "patient" })), 1000);
    const withSlash = new Connection(`${origin}/`, LIMITS, { headers: { Cookie: "user=me" } });
    await listJobs(new FlinkRest(withSlash), 1000);
    expect(requests()).toEqual(["GET /jobs/overview"]);
  });

  test("but with other headers not: what was looked at ahead.", () => {
    const store = newStore("file:///nowhere");
    lookAhead([], store, new FlinkRest(asMe()));
    expect(lookedAhead(store, new FlinkRest(asMe()))).toBeDefined();
    expect(lookedAhead(store, new FlinkRest(asYou()))).toBeUndefined();
  });

  test("but with other headers not: what Flink planned a moment ago.", async () => {
    const { current } = aRecord();
    const rest = { runner: { python: "", flinkHome: "" }, limitMs: 1000, slots: "fixed", options: {} } as const;
    const explained = async (to: Connection) => {
      const target = { ...rest, gateway: new SqlGateway(to), jobManager: plain(), codePlace: () => undefined };
      const before = statements.length;
      const { close } = await prepareAtGateway(current, {}, target, "as-checked");
      await close();
      return statements.slice(before).filter((statement) => statement.startsWith("EXPLAIN")).length;
    };
    expect([await explained(asMe()), await explained(asMe()), await explained(asYou())]).toEqual([1, 0, 1]);
  });

  test("but with other headers not: the slots that the jobs of an update will take.", async () => {
    const observed = {
      cluster: "reachable",
      record: undefined,
      job: undefined,
      namesakes: [],
      states: [],
      now: 0,
    } as const;
    const take = (job: string, to: Connection) => {
      const world = { store: newStore("file:///nowhere"), rest: new FlinkRest(to), activity: "none" } as const;
      const waiting = { startSeconds: 0, progress: () => undefined };
      return checkSlots(job, 1, { observed, stored: undefined }, world, waiting);
    };
    await take("a", asMe());
    await take("b", asYou());
    await expect(take("c", asMe())).rejects.toThrow("1 is reserved for other jobs");
  });

  test("but not another path, nor other authorities.", () => {
    const others = [plain(), connectionTo(`${origin}/flink`), new Connection(origin, LIMITS, { caFile: "ca.pem" })];
    expect(new Set(others.map(({ key }) => key)).size).toBe(3);
  });
});

describe("A secret of a connection", () => {
  test("stands in nothing that could be printed.", () => {
    const connection = new Connection("http://a:1", LIMITS, { headers: TOKEN });
    expect(inspect(connection, { depth: null, showHidden: true })).not.toContain("a-secret");
    expect(JSON.stringify(connection)).not.toContain("a-secret");
  });

  test.each([
    ["http://a:1/other", TOKEN],
    ["http://a:2", {}],
    ["https://a:1", {}],
    ["http://b:1", {}],
    ["", {}],
  ])("goes to its own server only: derived for '%s'.", async (address, headers) => {
    const known = new Connection("http://a:1/flink", { timeoutMs: 7, patience: "patient" }, { headers: TOKEN });
    const derived = elsewhere(known, address);
    expect(derived).toMatchObject({ address, timeoutMs: 7, patience: "patient" });
    expect(await derived.means()).toEqual({ headers, dispatcher: undefined });
  });
});

test("Shorter limits are another connection's, and the one of before keeps its own.", () => {
  const [long, short] = [connectionTo("http://a:1", 5000), connectionTo("http://a:1", 5000).with({ timeoutMs: 1 })];
  expect([long.timeoutMs, short.timeoutMs, short.patience]).toEqual([5000, 1, "prompt"]);
  expect(short.key).toBe(long.key);
});

test("Inputs become connections with their addresses as they are, and without a gateway there is none.", () => {
  const { jobManager, gateway } = connectionsOf({ restUrl: "http://a:8081/", gatewayUrl: "http://b:8083" }, 30);
  expect(jobManager).toMatchObject({ address: "http://a:8081/", timeoutMs: 30_000, patience: "prompt" });
  expect(gateway?.address).toBe("http://b:8083");
  expect(connectionsOf({ restUrl: "http://a:8081", gatewayUrl: "" }, 30).gateway).toBeUndefined();
  expect(onThisMachine(8081, LIMITS).address).toBe("http://127.0.0.1:8081");
});

test.each([
  ["http://a:8081", "a", "8081"],
  ["http://a", "a", "80"],
  ["http://a:8081/", "a", "8081"],
])("A client of Flink's own is told host and port of %s.", (address, host, port) => {
  expect(targetProperties(connectionTo(address))).toMatchObject({ "rest.address": host, "rest.port": port });
});
