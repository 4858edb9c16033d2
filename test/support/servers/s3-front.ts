/** A server in front of a real S3 server: counts what is asked for, and on demand answers as S3 does when something is wrong. */

import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Lets everything through, answers nothing at all, or answers with this error. */
export type Mood = "well" | "silent" | { readonly status: number; readonly code: string };

export interface S3Front {
  readonly endpoint: string;
  mood: Mood;
  /** Kind of request → how many, since the last call. */
  counted(): { [kind: string]: number };
  stop(): void;
}

export async function startS3Front(target: string): Promise<S3Front> {
  const counts = new Map<string, number>();
  const front: { mood: Mood } = { mood: "well" };
  const server = createServer((incoming, outgoing) => {
    const kind = kindOf(incoming);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (front.mood === "well") pass(incoming, outgoing, new URL(target));
    else if (front.mood !== "silent") refuse(outgoing, front.mood);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(front, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted: () => {
      const counted = Object.fromEntries([...counts].sort());
      counts.clear();
      return counted;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

function kindOf({ method = "", url = "" }: IncomingMessage): string {
  return url.includes("list-type=2") ? "LIST" : method;
}

function refuse(outgoing: ServerResponse, { status, code }: Exclude<Mood, string>): void {
  outgoing.writeHead(status, { "content-type": "application/xml" });
  outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>told by the server</Message></Error>`);
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, { hostname, port }: URL): void {
  const { method, headers, url: path } = incoming;
  const onward = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
