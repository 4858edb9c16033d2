/** A statement whose result cannot be asked for, beside one that failed: the first may still start a job. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { StatementRefused } from "../../../provider/flink/rest/gateway.js";
import { NoAnswer } from "../../../provider/flink/rest/http.js";
import { gatewayAt } from "../../support/clients.js";

interface Answer {
  readonly status: number;
  readonly body: object;
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A gateway that says on purpose what a busy one, or a proxy before it, may say. */
async function gateway(answer: (request: string) => Answer, limitMs = 5000): Promise<unknown[][]> {
  const listening = createServer((request, response) => {
    const { status, body } = answer(`${request.method} ${request.url}`);
    response.writeHead(status).end(JSON.stringify(body));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return gatewayAt(url, 1000).execute("s", "INSERT INTO t SELECT 1", {}, limitMs);
}

const accepted: Answer = { status: 200, body: { operationHandle: "o" } };
const madeUp: Answer = { status: 500, body: { errors: ["made up"] } };
const failed: Answer = {
  status: 500,
  body: { errors: ["Internal server error.", "<Exception on server side:\njava.lang.Exception: no such column\n"] },
};
const rows: Answer = {
  status: 200,
  body: { resultType: "PAYLOAD", results: { data: [{ fields: ["job"] }] } },
};

test.each(["RUNNING", "FINISHED"])(
  "A result that is refused is asked for again while the statement is %s.",
  async (status) => {
    const results = [madeUp, failed, { status: 504, body: {} }, rows];
    const answer = (request: string) => {
      if (request.startsWith("POST")) return accepted;
      return request.endsWith("/status") ? { status: 200, body: { status } } : (results.shift() ?? rows);
    };
    expect(await gateway(answer)).toEqual([["job"]]);
    expect(results).toEqual([]);
  },
);

test.each([
  ["ERROR", { status: 200, body: { status: "ERROR" } }],
  ["not known any more", { status: 404, body: {} }],
])("A statement that is %s is refused with Flink's words.", async (_what, status) => {
  const answer = (request: string) => {
    if (request.startsWith("POST")) return accepted;
    return request.endsWith("/status") ? status : failed;
  };
  const refusal = gateway(answer);
  await expect(refusal).rejects.toBeInstanceOf(StatementRefused);
  await expect(refusal).rejects.toThrow("no such column");
});

test("Where a statement has come to its end and its result cannot be told, Flink's words say why, long before the limit.", async () => {
  const answer = (request: string) => {
    if (request.startsWith("POST")) return accepted;
    return request.endsWith("/status") ? { status: 200, body: { status: "FINISHED" } } : failed;
  };
  const since = Date.now();
  await expect(gateway(answer, 60_000)).rejects.toThrow("no such column");
  expect(Date.now() - since).toBeLessThan(15_000);
}, 30_000);

test("A statement that runs may still start its job, whatever is said of its result.", async () => {
  const answer = (request: string) => {
    if (request.startsWith("POST")) return accepted;
    return request.endsWith("/status") ? { status: 200, body: { status: "RUNNING" } } : failed;
  };
  await expect(gateway(answer, 7000)).rejects.toBeInstanceOf(NoAnswer);
}, 30_000);

test("A result that never comes ends with the limit.", async () => {
  const answer = (request: string) => {
    if (request.startsWith("POST")) return accepted;
    return request.endsWith("/status") ? { status: 200, body: { status: "RUNNING" } } : madeUp;
  };
  await expect(gateway(answer, 200)).rejects.toBeInstanceOf(NoAnswer);
});

test.each([500, 503])("A statement that is answered %i by a proxy may have been taken.", async (status) => {
  await expect(gateway(() => ({ ...madeUp, status }))).rejects.toBeInstanceOf(NoAnswer);
});

test("A statement that the gateway itself refuses is refused.", async () => {
  await expect(gateway(() => failed)).rejects.toBeInstanceOf(StatementRefused);
});
