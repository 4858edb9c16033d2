/** A proxy on loopback in front of a real server that, at the n-th request, does what networks and machines do. */

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * - `lost`: the request never arrives and nobody answers; `onFault` is called
 * - `unanswered`: the request arrives and takes effect, its answer does not come back; `onFault` is called
 * - `delayed`: the request arrives some seconds later
 * - `error`: the request does not arrive, the answer is 500
 * - `error-after`: the request arrives and takes effect, the answer is 500
 * - `noticed`: nothing at all; `onFault` is called
 * - `held`: the request arrives once what `onFault` began is over
 */
export type Fault = "lost" | "unanswered" | "delayed" | "error" | "error-after" | "noticed" | "held";

/** The servers whose requests are counted together. */
export type Front = "flink" | "s3";

/** Long enough that whoever believes in a server that answers at once is wrong, and within every limit of a request. */
const DELAY_MS = 3000;

interface Armed {
  /** The n-th request that counts, or the first one of this kind. */
  readonly at: number | RegExp;
  readonly fault: Fault;
  readonly front: Front;
  readonly onFault: () => unknown;
}

/**
 * Counts the requests of all proxies that share it; disarmed, it lets everything through. A question that is asked again
 * and again, until something is done, counts twice: a fault at its tenth time is a fault at its second.
 */
export class FaultPlan {
  private armed: Armed | undefined;
  /** Requests to the armed front that count, since it was armed. */
  count = 0;
  private readonly asked = new Map<string, number>();
  /** The request at which the fault happened, or undefined if it was not reached. */
  struck: string | undefined;
  /** The requests that servers were given since it was armed. */
  arrived: string[] = [];

  arm(at: number | RegExp, fault: Fault, onFault: () => unknown = () => undefined, front: Front = "flink"): void {
    this.armed = { at, fault, front, onFault };
    Object.assign(this, { count: 0, struck: undefined, arrived: [] });
    this.asked.clear();
  }

  disarm(): void {
    this.armed = undefined;
  }

  /** The fault that this request meets. */
  next(what: string, front: Front): Fault | undefined {
    if (front !== this.armed?.front || this.struck !== undefined) return undefined;
    const counts = this.counts(what);
    if (counts) this.count++;
    const { at } = this.armed;
    const isIt = typeof at === "number" ? counts && this.count === at : at.test(what);
    if (!isIt) return undefined;
    this.struck = what;
    return this.armed.fault;
  }

  private counts(what: string): boolean {
    if (!/^(?:GET|HEAD) /u.test(what)) {
      this.asked.clear();
      return true;
    }
    const times = (this.asked.get(what) ?? 0) + 1;
    this.asked.set(what, times);
    return times <= 2;
  }

  strike(): unknown {
    return this.armed?.onFault();
  }
}

export interface RunningProxy {
  readonly url: string;
  stop(): void;
}

/** Starts a proxy for `target`; gives its address. */
export async function startProxy(target: string, plan: FaultPlan, front: Front = "flink"): Promise<RunningProxy> {
  const to = { target: new URL(target), plan, front };
  const server: Server = createServer((incoming, outgoing) => void pass(incoming, outgoing, to));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

interface To {
  readonly target: URL;
  readonly plan: FaultPlan;
  readonly front: Front;
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, { target, plan, front }: To): Promise<void> {
  const body: Buffer[] = [];
  for await (const chunk of incoming) body.push(chunk);
  const what = `${incoming.method} ${incoming.url?.replaceAll(/[0-9a-f-]{32,}/gu, "…")}`;
  const fault = plan.next(what, front);
  if (fault === "noticed") plan.strike();
  if (fault === "held") await plan.strike();
  if (fault === "lost") return cut(outgoing, plan);
  if (fault === "error") return refuse(outgoing, front);
  if (fault === "delayed") await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
  plan.arrived.push(what);
  const { method, headers, url: path } = incoming;
  const { hostname, port } = target;
  const onward = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
    answer.on("error", () => outgoing.destroy());
    if (fault === "unanswered" || fault === "error-after") {
      // It has taken effect when it is answered as a whole.
      answer.resume().on("end", () => (fault === "unanswered" ? cut(outgoing, plan) : refuse(outgoing, front)));
      return;
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

/** In the words of the server that it stands before. */
function refuse(outgoing: ServerResponse, front: Front): void {
  const isS3 = front === "s3";
  outgoing.writeHead(500, { "content-type": isS3 ? "application/xml" : "application/json" });
  outgoing.end(
    isS3
      ? '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>made up by the proxy</Message></Error>'
      : '{"errors":["made up by the proxy"]}',
  );
}
