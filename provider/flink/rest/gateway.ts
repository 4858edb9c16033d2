/** The SQL Gateway's REST API (Flink docs: SQL Gateway, REST endpoint), version v2, which 1.20 and 2.x both serve. */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ON_SERVER_SIDE } from "../words/flink-words.js";
import { causes } from "../words/java-trace.js";
import { placeIn, tellingCause } from "../words/telling-cause.js";
import type { Connection } from "./connection.js";
import { callJson, HttpRefusal, NoAnswer } from "./http.js";

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

/** Turns a failed statement's Java trace into Flink's own words and the place that it names. */
export function refusalFrom(trace: string): StatementRefused {
  const chain = causes(trace);
  const place = placeIn(chain);
  return new StatementRefused(tellingCause(chain), place?.line, place?.column);
}

const Rows = z.object({
  resultType: z.string(),
  results: z.object({ data: z.array(z.object({ fields: z.array(z.unknown()) })) }).optional(),
});

const Failure = z.object({ errors: z.array(z.string()) });

export class SqlGateway {
  constructor(readonly connection: Connection) {}

  private call<T>(method: "GET" | "POST" | "DELETE", path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    return callJson(this.connection, { method, path: API + path, body }, schema);
  }

  /** Of a statement, in messages. */
  private get where(): string {
    return `POST ${this.connection.urlOf(`${API}/sessions`)}`;
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
    const { operationHandle } = await this.accepted(this.call("POST", `${base}/statements`, Handle, body));
    const operation = `${base}/operations/${encodeURIComponent(operationHandle)}`;
    const deadline = Date.now() + limitMs;
    const since: Failing = { at: undefined };
    for (let pause = 10; ; pause = Math.min(pause * 1.5, 100)) {
      const rows = await this.result(operation, since);
      if (rows) return rows.results?.data.map((row) => row.fields) ?? [];
      if (Date.now() > deadline) throw new NoAnswer(this.where, `no result within ${limitMs / 1000} s`);
      await sleep(pause);
    }
  }

  /** What was not said by the gateway itself leaves open whether it took the statement. */
  private async accepted<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof HttpRefusal) || error.status < 500) throw error;
      if (!ON_SERVER_SIDE.test(error.body)) throw new NoAnswer(this.where, error);
      throw refusalFrom(serverTrace(error.body));
    }
  }

  /** Undefined while there is none, or none could be had. Throws StatementRefused where the statement failed. */
  private async result(operation: string, since: Failing): Promise<z.infer<typeof Rows> | undefined> {
    try {
      const rows = await this.call("GET", `${operation}/result/0?rowFormat=JSON`, Rows);
      return rows.resultType === "NOT_READY" ? undefined : rows;
    } catch (error) {
      if (!(error instanceof HttpRefusal) || error.status < 500) throw error;
      since.at ??= Date.now();
      const state = await this.stateOf(operation, error);
      // Of a statement that has come to its end nothing can come later, but its result.
      const isMeant = state === "FINISHED" && ON_SERVER_SIDE.test(error.body) && Date.now() - since.at > STUMBLES_MS;
      if (state !== undefined && !isMeant) return undefined;
      throw refusalFrom(serverTrace(error.body));
    }
  }

  /** Undefined where it was the statement that failed, and not the question: else it may start a job still. */
  private async stateOf(operation: string, { body }: HttpRefusal): Promise<string | undefined> {
    try {
      const { status } = await this.call("GET", `${operation}/status`, z.object({ status: z.string() }));
      return GOES_ON.includes(status) ? status : undefined;
    } catch (error) {
      if (!(error instanceof HttpRefusal || error instanceof NoAnswer)) throw error;
      return ON_SERVER_SIDE.test(body) ? undefined : "not known";
    }
  }
}

/** Since when a result could not be had, though nothing says that its statement failed. */
interface Failing {
  at: number | undefined;
}

/** So long a gateway may fail to give a result and give it then; with an option that it cannot read it never does. */
const STUMBLES_MS = 5000;

/** Of an operation's states those in which it has not failed, nor was ended. */
const GOES_ON = ["INITIALIZED", "PENDING", "RUNNING", "FINISHED"];

/** The gateway answers with `{errors: ["Internal server error.", "<Exception on server side: …>"]}`. */
function serverTrace(body: string): string {
  try {
    return Failure.parse(JSON.parse(body)).errors.at(-1) ?? body;
  } catch {
    return body;
  }
}
