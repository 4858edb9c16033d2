/** A local server that gives recorded answers as no server should: retyped, cut, huge, nested, of other programs. */

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Either a whole answer, or whoever writes one bit by bit. */
export type Answering = (request: string) => Answer | ((response: ServerResponse) => void);

const DEPTH = 20_000;
const DEEP = "deeply nested";
const LONG = "x".repeat(100_000);

/** What takes the place of a value somewhere in an answer; undefined: nothing does. */
const odd = fc.constantFrom<unknown>(
  "constructor",
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  "0",
  [],
  {},
  [[]],
  { toString: 1, message: { toString: null } },
  DEEP,
  LONG,
  "<".repeat(100_000),
  "\nCaused by: a.B: ".repeat(5000),
  "\u0000\u0007\u001B[31mred\u001B]0;title\u0007\u009B2J\u202E",
  "../../etc/passwd?x#y",
  "constructor",
);

/** A number picks one of the places in a value, from the outermost to the innermost. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((inner, i) => (String(i) === key ? replaced(inner, rest, by) : inner));
  const entries = Object.entries(Object(value)).map(([k, inner]) => [k, k === key ? replaced(inner, rest, by) : inner]);
  return Object.fromEntries(entries);
}

function jsonOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.replaceAll(JSON.stringify(DEEP), () => "[".repeat(DEPTH) + "]".repeat(DEPTH));
}

const STATUSES = [200, 200, 200, 200, 201, 204, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503];

const PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>…</form></body></html>";

/** Bodies that have nothing to do with what was asked for. */
const strange = fc.oneof(
  fc.constantFrom(
    PAGE,
    "",
    "null",
    "0",
    '"text"',
    "[]",
    "{}",
    '{"__proto__":{"apps":1}}',
    "\uFEFF{}",
    deepJson(),
    `"${LONG}"`,
    "[".repeat(DEPTH),
    "NaN",
  ),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
);

/** Recorded JSON with up to three values replaced, or cut off, or something else; with any status. */
export function twistedJson(recorded: unknown, status = STATUSES): fc.Arbitrary<Answer> {
  const places = placesIn(recorded);
  const edits = fc.array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 1, maxLength: 3 });
  const edited = edits.map((all) => jsonOf(all.reduce((value, [path, by]) => replaced(value, path, by), recorded)));
  return answers(edited, jsonOf(recorded), status);
}

/** The same for other text: parts of it are taken away, doubled or replaced. */
export function twistedText(recorded: string, status = STATUSES): fc.Arbitrary<Answer> {
  const parts = recorded.split(/(?<=[<>\n: ])/u);
  const texts = odd.map((value) => (value === DEEP ? "[".repeat(DEPTH) : String(jsonOf(value))));
  const edits = fc.array(fc.tuple(fc.nat(parts.length - 1), texts), { minLength: 1, maxLength: 3 });
  const edited = edits.map((all) => parts.map((part, i) => all.find(([at]) => at === i)?.[1] ?? part).join(""));
  return answers(edited, recorded, status);
}

function answers(edited: fc.Arbitrary<string>, recorded: string, statuses: readonly number[]): fc.Arbitrary<Answer> {
  const cut = fc.nat(recorded.length).map((length) => recorded.slice(0, length));
  const body = fc.oneof(
    { weight: 6, arbitrary: edited },
    { weight: 1, arbitrary: cut },
    { weight: 2, arbitrary: strange },
  );
  const plain = fc.record({ status: fc.constantFrom(...statuses), body });
  const away = fc.constantFrom("/elsewhere", "http://127.0.0.1:9/", "::", "").map((location) => ({
    status: 302,
    headers: { location },
    body: PAGE,
  }));
  return fc.oneof({ weight: 15, arbitrary: plain }, { weight: 1, arbitrary: away }).map(shownShort);
}

/** What a failure shows of it; the seed brings back the rest. */
function shownShort(answer: Answer): Answer {
  const text = answer.body.toString("latin1");
  const shown = `${answer.status} ${JSON.stringify(text.slice(0, 400))}, ${text.length} bytes`;
  return Object.defineProperty(answer, fc.toStringMethod, { value: () => shown });
}

function deepJson(): string {
  return `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`;
}

export interface Twisted {
  /** An address of its own for each call; nothing that belongs to another call is ever asked there. */
  at(answering: Answering): string;
  /** Bytes that were sent at the address, as far as the other side took them. */
  sentAt(url: string): number;
  stop(): void;
}

export async function startTwisted(): Promise<Twisted> {
  const rooms = new Map<string, { readonly answering: Answering; sent: number }>();
  const server = createServer((request, response) => {
    const [, id = "", path = ""] = /^\/(\d+)(.*)$/u.exec((request.url ?? "").split("?")[0] ?? "") ?? [];
    const room = rooms.get(id);
    request.resume();
    const answer = room?.answering(
      `${request.method} ${path}${/[?&]list-type=2/u.test(request.url ?? "") ? "?list" : ""}`,
    );
    if (typeof answer === "function") {
      response.on("close", () => {
        if (room) room.sent += request.socket.bytesWritten;
      });
      return answer(response);
    }
    response.writeHead(answer?.status ?? 404, answer?.headers ?? {}).end(answer?.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at(answering) {
      const id = String(rooms.size + 1);
      rooms.set(id, { answering, sent: 0 });
      return `http://127.0.0.1:${port}/${id}`;
    },
    sentAt: (url) => rooms.get(url.split("/").at(-1) ?? "")?.sent ?? 0,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A body that goes on for as long as somebody reads it. */
export function endless(response: ServerResponse): void {
  const part = Buffer.alloc(1_000_000, "x");
  const more = () => {
    while (!response.destroyed && response.write(part));
  };
  response.on("drain", more).writeHead(200);
  more();
}

/** A body that begins, and then nothing more comes. */
export function stalled(response: ServerResponse): void {
  response.writeHead(200, { "content-length": "1000000" });
  response.write("{");
}
