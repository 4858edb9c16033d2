/** Messages on a resource's own line of `pulumi preview` and `pulumi up`, sent to the engine from inside the hooks. */

import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";
import { safe } from "../../secrecy/index.js";
import { isOnTerminal, Pace, UNWATCHED_MS } from "./terminal.js";

const clients = new Map<string, EngineClient>();

/** The engine starts the provider process with its own address as the first argument. */
function theEngine(): EngineClient | undefined {
  const address = process.argv[2];
  if (!address) return undefined;
  const engine = clients.get(address) ?? new EngineClient(address, credentials.createInsecure());
  clients.set(address, engine);
  return engine;
}

/** What was said for a resource: the engine may call a hook twice for one step. */
const told = new Map<string, Set<string>>();

const SEVERITIES = { info: LogSeverity.INFO, warning: LogSeverity.WARNING, error: LogSeverity.ERROR } as const;

/** Shows a line under the resource. It is a courtesy: where the engine does not take it, the deployment goes on. */
export function tell(urn: string, message: string, severity: "info" | "warning" | "error" = "info"): Promise<void> {
  const before = told.get(urn) ?? new Set();
  if (before.has(message)) return Promise.resolve();
  told.set(urn, before.add(message));
  return send(urn, message, SEVERITIES[severity], false);
}

/** The engine, whose output it is, started this process. */
const pace = new Pace(isOnTerminal(process.ppid) ? 0 : UNWATCHED_MS);

/** As the text of a wait ends, which comes again with another number; any other text comes once. */
const COUNTING = /, \d+ s$/u;

/** Shows a line for as long as the step lasts. */
export function tellProgress(urn: string): (message: string) => void {
  return (message) => {
    if (!COUNTING.test(message) || pace.isDue(urn, Date.now())) void send(urn, message, LogSeverity.INFO, true);
  };
}

/** What has come of a step that was waited for: without it the last text of the wait would stay beside the result. */
export async function tellEnd(urn: string, message: string): Promise<void> {
  if (pace.hasTold(urn)) await send(urn, message, LogSeverity.INFO, true);
}

function send(urn: string, message: string, severity: 1 | 2 | 3, ephemeral: boolean): Promise<void> {
  const engine = theEngine();
  if (!engine) return Promise.resolve();
  const entry = new LogRequest();
  entry.setSeverity(severity);
  entry.setUrn(urn);
  entry.setMessage(safe(message));
  entry.setEphemeral(ephemeral);
  return new Promise((resolve) => engine.log(entry, () => resolve()));
}
