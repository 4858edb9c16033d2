/** One request to one ResourceManager: an answer, or what stands in the way of one, with the way out. */

import { z } from "zod";
import { reasonOf } from "../../decide/index.js";
import { type Call, type Connection, type Exchanged, exchange, HEADERS_VARIABLE } from "../../flink/index.js";
import { beginning } from "../../secrecy/index.js";
import { REFUSAL_CLASS, STANDBY, WANTS_TICKET } from "./yarn-words.js";

export type YarnAnswer =
  | {
      readonly kind: "answer";
      readonly address: string;
      readonly status: number;
      readonly json: unknown;
      readonly text: string;
    }
  | { readonly kind: "none"; readonly said: string; readonly fix: string };

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
export async function sendTo(to: Connection, call: Call): Promise<YarnAnswer> {
  try {
    return judge(to.address, await exchange(to, call));
  } catch (error) {
    return { kind: "none", said: reasonOf(error), fix: fixOf(error) };
  }
}

function judge(address: string, { status, headers, text }: Exchanged): YarnAnswer {
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

/** `{"RemoteException":{"message":…}}` is how YARN says no; whatever else says it is told as it came. */
const Refusal = z.object({ RemoteException: z.object({ message: z.string() }) });

export function yarnRefusalWords({ json, text }: { readonly json: unknown; readonly text: string }): string {
  const message = Refusal.safeParse(json).data?.RemoteException.message;
  return beginning(message ?? text, 300).replace(REFUSAL_CLASS, "");
}
