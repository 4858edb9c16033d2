/** Whether the engine was told to cancel, as it is by SIGINT and SIGTERM: it tells its providers, and waits for them. */

import { Server, type ServiceDefinition, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { cancelWaiting } from "../flink/index.js";

let isCancelled = false;
const told: (() => void)[] = [];

/** Calls this once, when the engine cancels what it is at. */
export function onCancel(listener: () => void): void {
  if (isCancelled) listener();
  else told.push(listener);
}

function cancel(): void {
  if (isCancelled) return;
  isCancelled = true;
  cancelWaiting();
  for (const listener of told) listener();
}

// Pulumi's server for dynamic resources takes the call and does nothing; it has no other place to hear of it.
const { addService } = Server.prototype;
Server.prototype.addService = function add(service: ServiceDefinition, implementation: UntypedServiceImplementation) {
  const own = implementation.cancel;
  if (typeof own !== "function") return addService.call(this, service, implementation);
  const heard = (...args: [never, never]) => {
    cancel();
    return (own as (...args: [never, never]) => void).apply(implementation, args);
  };
  return addService.call(
    this,
    service,
    Object.assign(Object.create(implementation), implementation, { cancel: heard }),
  );
};

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, cancel);
