/** Pulumi's mocks, and what a program registers with them: arguments and options of each resource, as the engine would get them. */

import { runtime } from "@pulumi/pulumi";

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
  readonly protect: boolean;
  /** Kinds of other resources. */
  readonly parent: string;
  readonly deletedWith: string;
  readonly dependencies: readonly string[];
  /** Kind of an explicit provider; empty for the default one. */
  readonly provider: string;
}

type Monitor = NonNullable<ReturnType<typeof runtime.getMonitor>>;
type Register = Monitor["registerResource"];

/** Outputs that S3 gives besides the arguments. */
const OUTPUTS = { arn: "arn:aws:s3:::orders-state", region: "eu-central-1" };

/** Kind of a resource (`Bucket`, `StateBucket` …) → what was registered; no two of a program are of one kind here. */
export type Resources = { readonly [kind: string]: Registered };

/** Runs a program against the mocks. `made` is what it returns. */
export async function register<T>(
  program: () => T,
  { isPreview = false } = {},
): Promise<{ readonly made: T; readonly resources: Resources }> {
  const resources: { [kind: string]: Registered } = {};
  await runtime.setMocks({ call: () => ({}), newResource: answer(isPreview) }, "flink-sql", "test", isPreview);
  recordRequests(resources);
  const made = program();
  await settled();
  return { made, resources };
}

const answer =
  (isPreview: boolean) =>
  ({ name, inputs }: runtime.MockResourceArgs): runtime.MockResourceResult => ({
    id: isPreview ? undefined : `${name}-id`,
    state: { ...(isPreview ? {} : OUTPUTS), ...inputs },
  });

/** Waits for all requests to the engine; Pulumi exports it and leaves it out of its types. */
async function settled(): Promise<void> {
  await (runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** The mocks are told type, name and inputs only; protection and order are in the request to the engine. */
function recordRequests(resources: { [kind: string]: Registered }): void {
  const monitor = runtime.getMonitor();
  if (!monitor) throw new Error("no mocks are set");
  const original = monitor.registerResource;
  const recording = function (this: Monitor, ...[request, ...rest]: Parameters<Register>): ReturnType<Register> {
    resources[request.getType().split(":").at(-1) ?? ""] = {
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript(),
      protect: request.getProtect() ?? false,
      parent: kindOf(request.getParent()),
      deletedWith: kindOf(request.getDeletedwith()),
      dependencies: request.getDependenciesList().map(kindOf).sort(),
      provider: request.getProvider() && kindOf(request.getProvider().replace(/::[^:]*$/u, "")),
    };
    return original.call(this, request, ...rest);
  };
  monitor.registerResource = recording as Register;
}

/** The last type of `urn:pulumi:stack::project::parent$type::name`. */
function kindOf(urn: string): string {
  return urn.split("::").at(-2)?.split(/[:$]/u).at(-1) ?? "";
}
