/** One request to one ResourceManager: an answer, or what stands in the way of one, with the way out. */

import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { z } from "zod";
import { reasonOf } from "../../decide/index.js";
import { textOf } from "../../flink/index.js";
import { beginning } from "../../secrecy/index.js";
import { REFUSAL_CLASS, STANDBY, WANTS_TICKET } from "./yarn-words.js";

export interface RestOptions {
  readonly timeoutMs: number;
  /** Certificates, in a PEM file, of whoever signed the servers'. */
  readonly caFile: string | undefined;
}

export interface YarnCall {
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly body: object | undefined;
}

export type YarnAnswer =
  | {
      readonly kind: "answer";
      readonly address: string;
      readonly status: number;
      readonly json: unknown;
      readonly text: string;
    }
  | { readonly kind: "none"; readonly said: string; readonly fix: string };

/** Environment variable with headers for each request, one a line: a cookie or a token of whoever deploys. */
export const HEADERS_VARIABLE = "YARN_REST_HEADERS";

const CERTIFICATES = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
];

const FIX = {
  silent:
    "check the configuration key `yarn.resourceManagers`, and that this machine can reach these addresses (see docs/yarn.md)",
  kerberos: `the ResourceManager requires Kerberos (SPNEGO): run \`kinit\`, and pass its cookie in ${HEADERS_VARIABLE} (see docs/yarn.md)`,
  login: `the ResourceManager requires a login: pass the header that it asks for in ${HEADERS_VARIABLE} (see docs/yarn.md)`,
  certificate: "set the configuration key `yarn.caFile` to the file with your CA's certificate",
  scheme: "check whether the ResourceManager uses http or https on this port",
  standby: "list all ResourceManagers in the configuration key `yarn.resourceManagers`, including the active one",
  other: "check that the addresses in `yarn.resourceManagers` are those of the ResourceManagers' web UI (port 8088)",
} as const;

/** Redirects are not followed: a standby's leads to a name that may mean nothing here. */
export async function sendTo(address: string, call: YarnCall, options: RestOptions): Promise<YarnAnswer> {
  try {
    const dispatcher = options.caFile ? await trusting(options.caFile) : undefined;
    const response = await request(address + call.path, {
      method: call.method,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      signal: AbortSignal.timeout(options.timeoutMs),
      ...(dispatcher ? { dispatcher } : {}),
      headers: { ...givenHeaders(), accept: "application/json", "content-type": "application/json" },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
    });
    const text = await textOf(response.body);
    return judge(address, response.statusCode, response.headers, text);
  } catch (error) {
    return { kind: "none", said: reasonOf(error), fix: fixOf(error) };
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function judge(address: string, status: number, headers: Headers, text: string): YarnAnswer {
  const none = (said: string, fix: string): YarnAnswer => ({ kind: "none", said, fix });
  if (status === 401) {
    const wanted = [headers["www-authenticate"]].flat().join(", ");
    const isKerberos = WANTS_TICKET.test(wanted);
    return none(`401, it asks for ${wanted || "a login"}`, isKerberos ? FIX.kerberos : FIX.login);
  }
  if (STANDBY.test(text)) return none("it is a standby", FIX.standby);
  if (status >= 300 && status < 400) return none(`${status}, it redirects to ${headers.location}`, FIX.standby);
  try {
    return { kind: "answer", address, status, json: JSON.parse(text), text };
  } catch {
    return none(
      `${status}, not JSON: ${beginning(text, 10_000)
        .replaceAll(/<[^>]*>|\s+/gu, " ")
        .trim()
        .slice(0, 80)}`,
      FIX.other,
    );
  }
}

function fixOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (CERTIFICATES.includes(code)) return FIX.certificate;
  if (code === "ENOENT") return FIX.certificate;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG") return FIX.scheme;
  return FIX.silent;
}

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

/** `Name: value` a line. They are secrets: no message repeats them. */
function givenHeaders(): Record<string, string> {
  const lines = (process.env[HEADERS_VARIABLE] ?? "").split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
}

/** `{"RemoteException":{"message":…}}` is how YARN says no; whatever else says it is told as it came. */
const Refusal = z.object({ RemoteException: z.object({ message: z.string() }) });

export function yarnRefusalWords({ json, text }: { readonly json: unknown; readonly text: string }): string {
  const message = Refusal.safeParse(json).data?.RemoteException.message;
  return beginning(message ?? text, 300).replace(REFUSAL_CLASS, "");
}
