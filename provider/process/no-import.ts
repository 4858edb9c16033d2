/** `pulumi import` reads a resource of which Pulumi knows nothing but an id: here that is an error which says the way. */

import {
  Server,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { errorMessage } from "../decide/index.js";

/** Of Pulumi's ReadRequest what is looked at. */
interface Request {
  getUrn(): string;
  getProperties(): { getFieldsMap(): { has(key: string): boolean } } | undefined;
}

type Read = (call: ServerUnaryCall<Request, unknown>, callback: sendUnaryData<unknown>) => void;

/** What Pulumi's server asks the state for, and what an import has none of. */
const PROVIDER = "__provider";

/** The same, but for resources that no program has made. */
export function withoutImports(read: Read): Read {
  return (call, callback) => {
    if (call.request.getProperties()?.getFieldsMap().has(PROVIDER)) return read(call, callback);
    const details = errorMessage("plan-refused", {
      what: `${call.request.getUrn()}: resources of this project cannot be imported; nothing was touched`,
      fix: "`pulumi up` finds a job by its record in the store, and a cluster by the configuration; a running job without a record is adopted with the configuration key `adopt`",
    });
    callback({ name: "Error", message: details, code: status.INVALID_ARGUMENT, details });
  };
}

// Pulumi's server fails before it comes to a hook.
const { addService } = Server.prototype;
Server.prototype.addService = function add(service: ServiceDefinition, implementation: UntypedServiceImplementation) {
  const own = implementation.read;
  if (typeof own !== "function") return addService.call(this, service, implementation);
  const read = withoutImports((...args) => (own as Read).apply(implementation, args));
  return addService.call(this, service, Object.assign(Object.create(implementation), implementation, { read }));
};
