/** Whatever a server answers, an adapter gives a value or throws an error that is known, in time and without reading on and on. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ResourceManagers, YarnSilent } from "../../../provider/cluster/yarn/yarn-rest.js";
import { UserError } from "../../../provider/decide/words/errors.js";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import { type SqlGateway, StatementRefused } from "../../../provider/flink/rest/gateway.js";
import { HttpRefusal, NoAnswer } from "../../../provider/flink/rest/http.js";
import { parseRecord } from "../../../provider/remember/job-record.js";
import { newStore, type Store } from "../../../provider/remember/store.js";
import { S3Backend } from "../../../provider/store/s3.js";
import { gatewayAt, resourceManagersAt, restAt } from "../../support/clients.js";
import {
  GATEWAY,
  GATEWAY_ERRORS,
  JOB,
  JOB_MANAGER,
  RECORD,
  S3_XML,
  TRIGGER,
  YARN,
  YARN_REFUSAL,
} from "../../support/servers/recorded-answers.js";
import {
  type Answer,
  type Answering,
  endless,
  stalled,
  startTwisted,
  type Twisted,
  twistedJson,
  twistedText,
} from "../../support/servers/twisted-answers.js";

/** ANSWERS_SEED repeats a run: the seed is in the message of a failure. */
const SEED = process.env.ANSWERS_SEED === undefined ? {} : { seed: Number(process.env.ANSWERS_SEED) };
const RUNS = 80;

const REQUEST_MS = 400;
/** Some calls ask twice, and the machine may be busy. */
const LIMIT_MS = 10_000;

const MOST_SENT = 90_000_000;

let server: Twisted;
const before = { ...process.env };
beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  server = await startTwisted();
});
afterAll(() => {
  process.env = before;
  server?.stop();
});

const KNOWN = [NoAnswer, HttpRefusal, StatementRefused, UserError, YarnSilent];

/** Throws what is none of the errors that a caller knows, and where the call takes too long. */
async function outcomeOf(call: () => Promise<unknown>, limitMs = LIMIT_MS): Promise<unknown> {
  const since = performance.now();
  const outcome = await Promise.resolve()
    .then(call)
    .catch((error: unknown) => {
      if (KNOWN.some((kind) => error instanceof kind)) return error;
      throw error;
    });
  expect(performance.now() - since).toBeLessThan(limitMs);
  return outcome;
}

async function holds<T>(
  answers: fc.Arbitrary<T>,
  call: (answer: T) => Promise<unknown>,
  numRuns = RUNS,
): Promise<void> {
  const property = fc.asyncProperty(answers, async (answer) => void (await outcomeOf(() => call(answer))));
  await fc.assert(property, { numRuns, ...SEED, verbose: 0 });
}

/** All that is recorded, but for one request. */
const jobManager = (path: string, answer: Answer): Answering => {
  return (request) => {
    const asked = request.replace(/^\w+ /u, "");
    return asked === path ? answer : { status: 200, body: JSON.stringify(JOB_MANAGER[asked] ?? {}) };
  };
};

const TASK = "cbc357ccb763df2852fee8c4fc7d55f2";

describe("JobManager", () => {
  const rest = (path: string, answer: Answer) => restAt(server.at(jobManager(path, answer)), REQUEST_MS);
  test.concurrent.each<[string, string, (rest: FlinkRest) => Promise<unknown>]>([
    ["overview", "/overview", (flink) => flink.overview()],
    ["config", "/config", (flink) => flink.refreshInterval()],
    ["TaskManagers", "/taskmanagers", (flink) => flink.taskManagers()],
    ["cluster id", "/jobmanager/config", (flink) => flink.clusterId()],
    ["jobs", "/jobs/overview", (flink) => flink.summaryOf(JOB)],
    ["slots", `/jobs/${JOB}`, (flink) => flink.slotsOf(JOB)],
    ["sources", `/jobs/${JOB}`, (flink) => flink.sources(JOB)],
    ["checkpoints", `/jobs/${JOB}/checkpoints`, (flink) => flink.checkpoints(JOB)],
    ["interval", `/jobs/${JOB}/checkpoints/config`, (flink) => flink.checkpointInterval(JOB)],
    ["checkpoint", `/jobs/${JOB}/checkpoints/${TRIGGER}`, (flink) => flink.checkpointStatus(JOB, TRIGGER)],
    ["savepoint", `/jobs/${JOB}/savepoints/${TRIGGER}`, (flink) => flink.savepointStatus(JOB, TRIGGER)],
    ["exceptions", `/jobs/${JOB}/exceptions`, (flink) => flink.rootException(JOB)],
    ["metrics", `/jobs/${JOB}/vertices/${TASK}/subtasks/metrics`, (flink) => flink.hasRows(JOB, TASK)],
  ])("%s", async (_, path, ask) => {
    await holds(twistedJson(JOB_MANAGER[path]), (answer) => ask(rest(path, answer)), 40);
  });
});

describe("SQL Gateway", () => {
  const gateway = (changed: string, answer: Answer) =>
    gatewayAt(
      server.at((request) =>
        request === changed ? answer : { status: 200, body: JSON.stringify(GATEWAY[request] ?? {}) },
      ),
      REQUEST_MS,
    );
  const session = "8e6b1a52-3d7e-4d7f-9f0c-0d6c1d1f1a11";
  const execute = (flink: SqlGateway) => flink.execute(session, "SELECT 1", {}, 300);

  test.concurrent.each<[string, (gateway: SqlGateway) => Promise<unknown>]>([
    ["GET /v2/info", (flink) => flink.info()],
    ["POST /v2/sessions", (flink) => flink.openSession("s", {})],
    [`GET /v2/sessions/${session}`, (flink) => flink.options()],
    [`GET /v2/sessions/${session}`, (flink) => flink.hasSession(session)],
    [`DELETE /v2/sessions/${session}`, (flink) => flink.closeSession(session)],
    [`POST /v2/sessions/${session}/statements`, execute],
    [`GET /v2/sessions/${session}/operations/operation-1/result/0`, execute],
  ])("%s", async (request, ask) => {
    await holds(twistedJson(GATEWAY[request]), (answer) => ask(gateway(request, answer)), 40);
  });

  test.concurrent("errors of a statement", async () => {
    for (const request of ["statements", "operations/operation-1/result/0"].map((end) => `${session}/${end}`)) {
      const whole = `${request.endsWith("statements") ? "POST" : "GET"} /v2/sessions/${request}`;
      await holds(twistedJson(GATEWAY_ERRORS, [500]), (answer) => execute(gateway(whole, answer)), 40);
    }
  });
});

describe("ResourceManager", () => {
  const yarn = (answer: Answer) =>
    resourceManagersAt([server.at(() => answer)], { timeoutMs: REQUEST_MS, caFile: undefined });
  test.concurrent.each<[string, unknown, (yarn: ResourceManagers) => Promise<unknown>]>([
    ["applications", YARN.list, (asked) => asked.tagged("a")],
    ["an application", YARN.application, (asked) => asked.application("application_1_0001")],
    ["a refusal", YARN_REFUSAL, (asked) => asked.kill("application_1_0001")],
  ])("%s", async (_, recorded, ask) => {
    await holds(twistedJson(recorded), (answer) => ask(yarn(answer)));
  });
});

describe("S3", () => {
  const store = (answering: Answering) => newStore(`s3://state/p?endpoint=${encodeURIComponent(server.at(answering))}`);
  /** The SDK tries the others again, and waits before it does. */
  const STATUSES = [200, 200, 200, 206, 304, 400, 403, 404, 412];
  test.concurrent.each<[string, string, (store: Store) => Promise<unknown>]>([
    ["a record", RECORD, (s3) => s3.read("orders")],
    ["an error at a write", S3_XML.error, (s3) => s3.write("orders", parseRecord("orders", RECORD, s3.url), "mark")],
    ["a listing", S3_XML.listing, (s3) => s3.list()],
    ["states", S3_XML.listing, (s3) => s3.states("s3://state/p/manifests")],
    ["an error at a record", S3_XML.error, (s3) => s3.read("orders")],
    ["an error at a listing", S3_XML.error, (s3) => new S3Backend(s3.url).look()],
    [
      "an error at a deletion",
      S3_XML.error,
      (s3) => s3.remove("s3://state/p/savepoints/orders/savepoint-0a0a0a-0b0b0b0b0b0b"),
    ],
    ["content", RECORD, (s3) => s3.content("s3://state/p/x")],
  ])("%s", async (_, recorded, ask) => {
    await holds(twistedText(recorded, STATUSES), (answer) => ask(store(() => answer)), 40);
  });
});

describe("A body", () => {
  const long = 50_000;
  const cases: [string, (url: string) => Promise<unknown>][] = [
    ["JobManager", (url) => restAt(url, 20_000).overview()],
    ["SQL Gateway", (url) => gatewayAt(url, 20_000).info()],
    [
      "ResourceManager",
      (url) => resourceManagersAt([url], { timeoutMs: 20_000, caFile: undefined }).flinkApplications(),
    ],
    ["S3, a record", (url) => newStore(`s3://state/p?endpoint=${encodeURIComponent(url)}`).read("orders")],
    ["S3, a listing", (url) => newStore(`s3://state/p?endpoint=${encodeURIComponent(url)}`).list()],
  ];

  test.concurrent.each(cases)("without an end is read up to 64 MB: %s", async (_, ask) => {
    const url = server.at(() => endless);
    expect(await outcomeOf(() => ask(url), long)).toHaveProperty("message", expect.stringContaining("64 MB"));
    expect(server.sentAt(url)).toBeLessThan(MOST_SENT);
  });

  const prompt: typeof cases = [
    ["JobManager", (url) => restAt(url, REQUEST_MS).overview()],
    ["SQL Gateway", (url) => gatewayAt(url, REQUEST_MS).info()],
    [
      "ResourceManager",
      (url) => resourceManagersAt([url], { timeoutMs: REQUEST_MS, caFile: undefined }).flinkApplications(),
    ],
    ...cases.filter(([name]) => name.startsWith("S3")),
  ];
  test.concurrent.each(prompt)("that stops coming is not waited for: %s", async (_, ask) => {
    expect(await outcomeOf(() => ask(server.at(() => stalled)), long)).toBeInstanceOf(Error);
  });
});
