/** A proxy on loopback in front of a real server that, at the n-th request, does what networks and machines do. */

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * - `lost`: the request never arrives and nobody answers; `onFault` is called
 * - `unanswered`: the request arrives and takes effect, its answer does not come back; `onFault` is called
 * - `error`: the request does not arrive, the answer is 500
 * - `noticed`: nothing at all; `onFault` is called
 */
export type Fault = "lost" | "unanswered" | "error" | "noticed";

/** Counts the requests of all proxies that share it; disarmed, it lets everything through. */
export class FaultPlan {
  private count = 0;
  private at = 0;
  private fault: Fault = "lost";
  private onFault: () => void = () => undefined;
  /** The request at which the fault happened, or undefined if it was not reached. */
  struck: string | undefined;

  arm(at: number, fault: Fault, onFault: () => void): void {
    Object.assign(this, { count: 0, at, fault, onFault, struck: undefined });
  }

  disarm(): void {
    this.at = 0;
  }

  /** The fault that this request meets. */
  next(what: string): Fault | undefined {
    this.count++;
    if (this.at === 0 || this.count !== this.at) return undefined;
    this.struck = what;
    return this.fault;
  }

  strike(): void {
    this.onFault();
  }
}

/** Starts a proxy for `target`; gives its address. */
export async function startProxy(target: string, plan: FaultPlan): Promise<{ url: string; stop: () => void }> {
  const server: Server = createServer((incoming, outgoing) => void pass(incoming, outgoing, new URL(target), plan));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: URL, plan: FaultPlan): Promise<void> {
  const body: Buffer[] = [];
  for await (const chunk of incoming) body.push(chunk);
  const fault = plan.next(`${incoming.method} ${incoming.url?.replaceAll(/[0-9a-f-]{32,}/gu, "…")}`);
  if (fault === "noticed") plan.strike();
  if (fault === "lost") return cut(outgoing, plan);
  if (fault === "error") return void outgoing.writeHead(500).end('{"errors":["made up by the proxy"]}');
  const { method, headers, url: path } = incoming;
  const { hostname, port } = target;
  const onward = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
    answer.on("error", () => outgoing.destroy());
    if (fault === "unanswered") {
      answer.resume();
      return cut(outgoing, plan);
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  onward.end(Buffer.concat(body));
}

function cut(outgoing: ServerResponse, plan: FaultPlan): void {
  plan.strike();
  outgoing.destroy();
}
