/** One request over a connection, within its time limit; no retry. Whatever speaks HTTP to Flink or YARN sends it here. */

import { request } from "undici";
import type { z } from "zod";
import { MOST_BYTES, reasonOf } from "../../decide/index.js";
import { beginning } from "../../secrecy/index.js";
import { NOT_READY } from "../words/flink-words.js";
import type { Connection } from "./connection.js";

/** The server answered, and the answer is no: status and its own text. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
    where: string,
  ) {
    super(`${where} answered ${status}: ${beginning(body, 500)}`);
    this.name = "HttpRefusal";
  }
}

/** No answer came: connection refused, reset, or the time limit. What the server did with the request is not known. */
export class NoAnswer extends Error {
  constructor(where: string, reason: unknown) {
    super(`${where}: ${reasonOf(reason)}`, { cause: reason });
    this.name = "NoAnswer";
  }
}

/** The server, or a proxy before it, says that it is not ready: what was asked may be asked again. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof HttpRefusal)) return false;
  return [502, 503, 504].includes(error.status) || (error.status === 500 && NOT_READY.test(error.body));
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** What a server answered, whatever it is. */
export interface Exchanged {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends one request and checks the answer against `schema`. Throws HttpRefusal and NoAnswer. */
export async function callJson<T>(to: Connection, call: Call, schema: z.ZodType<T>): Promise<T> {
  const where = `${call.method} ${to.urlOf(call.path.split("?")[0] ?? "")}`;
  const { status, text } = await exchange(to, call).catch((error: unknown) => {
    throw new NoAnswer(where, error);
  });
  if (status < 200 || status >= 300) throw new HttpRefusal(status, text, where);
  const parsed = schema.safeParse(text === "" ? {} : parseJson(text, where));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.length ? `at ${issue.path.join(".")}: ` : "";
  throw new NoAnswer(where, `the answer is not Flink's (${place}${issue?.message ?? "not valid"})`);
}

/** Throws whatever kept an answer from coming, as it was thrown. Redirects are not followed. */
export async function exchange(to: Connection, { method, path, body }: Call): Promise<Exchanged> {
  const { timeoutMs } = to;
  const { headers, dispatcher } = await to.means();
  const response = await request(to.urlOf(path), {
    method,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
    ...(dispatcher ? { dispatcher } : {}),
    headers: {
      ...headers,
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.statusCode, headers: response.headers, text: await textOf(response.body) };
}

/** Throws where a body is longer than that; it is not kept in memory then. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES)
      throw new Error(`the answer has more than ${MOST_BYTES / 1_000_000} MB; the rest was not read`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer(where, `the answer is not JSON: ${beginning(text, 80)}`);
  }
}
