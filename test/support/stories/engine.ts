/** An engine that only listens: what hooks tell of their resources arrives here, as it would on the lines of a preview. */

import { type MethodDefinition, Server, ServerCredentials, type sendUnaryData } from "@grpc/grpc-js";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";

export interface Told {
  readonly urn: string;
  readonly words: string;
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly isProgress: boolean;
}

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

const log: MethodDefinition<LogRequest, object> = {
  path: "/pulumirpc.Engine/Log",
  requestStream: false,
  responseStream: false,
  requestSerialize: (request) => Buffer.from(request.serializeBinary()),
  requestDeserialize: (bytes) => LogRequest.deserializeBinary(new Uint8Array(bytes)),
  responseSerialize: () => Buffer.alloc(0),
  responseDeserialize: () => ({}),
};

/** Where the engine is stands in the first argument of the process; after `close` there is none. */
export async function listenAsEngine(): Promise<{ readonly told: Told[]; close(): void }> {
  const told: Told[] = [];
  const server = new Server();
  const take = ({ request }: { readonly request: LogRequest }, answer: sendUnaryData<object>) => {
    const severity = SEVERITIES[request.getSeverity()] ?? "debug";
    told.push({ urn: request.getUrn(), words: request.getMessage(), severity, isProgress: request.getEphemeral() });
    answer(null, {});
  };
  server.addService({ log }, { log: take });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const before = process.argv[2];
  process.argv[2] = `127.0.0.1:${port}`;
  const close = () => {
    server.forceShutdown();
    process.argv.splice(2, 1, ...(before === undefined ? [] : [before]));
  };
  return { told, close };
}
