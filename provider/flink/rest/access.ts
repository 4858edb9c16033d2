/** What lets a request in at a server: headers that say who asks, and the authorities whose certificates are trusted. */

import { createHmac, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Agent, type Dispatcher } from "undici";

export interface Access {
  /** Sent with each request: a token, a cookie. They are secrets: no message repeats them. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Certificates, in a PEM file, of whoever signed the server's. */
  readonly caFile?: string | undefined;
}

/** What one request takes along. */
export interface Means {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: undici's own. */
  readonly dispatcher: Dispatcher | undefined;
}

/** Asked for anew for each request, so that it may change while a connection lasts. */
export async function meansOf({ headers = {}, caFile }: Access): Promise<Means> {
  return { headers: lowered(headers), dispatcher: caFile ? await trusting(caFile) : undefined };
}

/** Of no use to whoever reads it, so that no secret can be guessed from it. */
const SALT = randomBytes(16);

/** The same for the same address and access, in this process. */
export function accessKey(address: string, { headers = {}, caFile = "" }: Access): string {
  const told = JSON.stringify([address, Object.entries(lowered(headers)).sort(), caFile]);
  return createHmac("sha256", SALT).update(told).digest("hex");
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** One for each file: it holds the sockets that are open. */
const agents = new Map<string, Promise<Agent>>();

/** Beside the authorities that Node knows already, and those of NODE_EXTRA_CA_CERTS. */
function trusting(caFile: string): Promise<Agent> {
  const agent = agents.get(caFile) ?? makeAgent(caFile);
  agents.set(caFile, agent);
  return agent;
}

async function makeAgent(caFile: string): Promise<Agent> {
  const { rootCertificates } = await import("node:tls");
  const own = await readFile(caFile, "utf8");
  return new Agent({ connect: { ca: [...rootCertificates, own] } });
}
