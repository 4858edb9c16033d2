/** The SQL Gateway's REST API (Flink docs: SQL Gateway, REST endpoint), version v2, which 1.20 and 2.x both serve. */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { callJson, HttpRefusal, NoAnswer } from "./http.js";
import { causes, rootCause } from "./java-trace.js";

const API = "/v2";

/** Flink refused a statement; `line` and `column` count from 1 in the statement, where Flink named a place. */
export class StatementRefused extends Error {
  constructor(
    message: string,
    readonly line: number | undefined,
    readonly column: number | undefined,
  ) {
    super(message);
    this.name = "StatementRefused";
  }
}

/** One message of the chain names the place, mostly not the innermost one. */
const PLACE = /(?:From|at) line (\d+), column (\d+)/u;

/** Turns a failed statement's Java trace into Flink's own words and the place that it names. */
export function refusalFrom(trace: string): StatementRefused {
  const place = causes(trace)
    .map((message) => PLACE.exec(message))
    .find((found) => found !== null);
  const words = rootCause(trace)
    .replace(/\nWas expecting (?:one of)?:[\s\S]*$/u, "")
    .replace(/^From line \d+, column \d+ to line \d+, column \d+: /u, "");
  return new StatementRefused(words, place ? Number(place[1]) : undefined, place ? Number(place[2]) : undefined);
}

const Rows = z.object({
  resultType: z.string(),
  results: z.object({ data: z.array(z.object({ fields: z.array(z.unknown()) })) }).optional(),
});

const Failure = z.object({ errors: z.array(z.string()) });

export class SqlGateway {
  constructor(
    readonly url: string,
    readonly timeoutMs: number,
  ) {}

  private call<T>(method: "GET" | "POST" | "DELETE", path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    return callJson(
      this.url,
      { method, path: API + path, timeoutMs: this.timeoutMs, ...(body === undefined ? {} : { body }) },
      schema,
    );
  }

  info(): Promise<{ version: string }> {
    return this.call("GET", "/info", z.object({ version: z.string() }));
  }

  /** Opens a session with these options; the result is the session's handle. */
  async openSession(sessionName: string, properties: Readonly<Record<string, string>>): Promise<string> {
    const body = { sessionName, properties };
    return (await this.call("POST", "/sessions", z.object({ sessionHandle: z.string() }), body)).sessionHandle;
  }

  /** The options that a session has which sets none. */
  async options(): Promise<ReadonlyMap<string, string>> {
    const session = await this.openSession("options", {});
    const path = `/sessions/${encodeURIComponent(session)}`;
    try {
      const { properties } = await this.call("GET", path, z.object({ properties: z.record(z.string(), z.string()) }));
      return new Map(Object.entries(properties));
    } finally {
      await this.closeSession(session);
    }
  }

  /** Whether a session is there still; also false where the gateway does not say. */
  async hasSession(session: string): Promise<boolean> {
    try {
      await this.call("GET", `/sessions/${encodeURIComponent(session)}`, z.unknown());
      return true;
    } catch (error) {
      if (error instanceof HttpRefusal || error instanceof NoAnswer) return false;
      throw error;
    }
  }

  /** Ends a session and whatever it still runs; a session that is gone already is no error. */
  async closeSession(session: string): Promise<void> {
    try {
      await this.call("DELETE", `/sessions/${encodeURIComponent(session)}`, z.unknown());
    } catch (error) {
      if (!(error instanceof HttpRefusal) || error.status >= 502) throw error;
    }
  }

  /**
   * Runs one statement to its end and gives the fields of its rows.
   * Throws StatementRefused where Flink says no, NoAnswer when `limitMs` is over.
   */
  async execute(
    session: string,
    statement: string,
    options: Readonly<Record<string, string>>,
    limitMs: number,
  ): Promise<unknown[][]> {
    const base = `/sessions/${encodeURIComponent(session)}`;
    const body = { statement, executionConfig: options };
    const Handle = z.object({ operationHandle: z.string() });
    const { operationHandle } = await this.refusable(this.call("POST", `${base}/statements`, Handle, body));
    const path = `${base}/operations/${encodeURIComponent(operationHandle)}/result/0?rowFormat=JSON`;
    const deadline = Date.now() + limitMs;
    for (let pause = 10; ; pause = Math.min(pause * 1.5, 100)) {
      const rows = await this.refusable(this.call("GET", path, Rows));
      if (rows.resultType !== "NOT_READY") return rows.results?.data.map((row) => row.fields) ?? [];
      if (Date.now() > deadline)
        throw new NoAnswer(`POST ${this.url}${API}/sessions`, `no result within ${limitMs / 1000} s`);
      await sleep(pause);
    }
  }

  private async refusable<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof HttpRefusal) || error.status !== 500) throw error;
      throw refusalFrom(serverTrace(error.body));
    }
  }
}

/** The gateway answers with `{errors: ["Internal server error.", "<Exception on server side: …>"]}`. */
function serverTrace(body: string): string {
  try {
    return Failure.parse(JSON.parse(body)).errors.at(-1) ?? body;
  } catch {
    return body;
  }
}
