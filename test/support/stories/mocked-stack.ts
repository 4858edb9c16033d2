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
  /** Input → kinds of the resources that its value comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  /** Kind of an explicit provider; empty for the default one. */
  readonly provider: string;
}

type Monitor = NonNullable<ReturnType<typeof runtime.getMonitor>>;
type Register = Monitor["registerResource"];

/** Outputs that S3 gives besides the arguments. */
const OUTPUTS = { arn: "arn:aws:s3:::orders-state", region: "eu-central-1" };

/** Kind of a resource (`Bucket`, `StateBucket` …) → what was registered; of several of one kind, the last. */
export type Resources = { readonly [kind: string]: Registered };

/** Runs a program against the mocks. `made` is what it returns; `all` has every resource in its order. */
export async function register<T>(
  program: () => T | Promise<T>,
  { isPreview = false } = {},
): Promise<{ readonly made: T; readonly resources: Resources; readonly all: readonly Registered[] }> {
  const all: Registered[] = [];
  await runtime.setMocks({ call: () => ({}), newResource: answer(isPreview) }, "flink-sql", "test", isPreview);
  recordRequests(all);
  const made = await program();
  await settled();
  return { made, resources: Object.fromEntries(all.map((one) => [kindOfType(one.type), one])), all };
}

const kindOfType = (type: string) => type.split(":").at(-1) ?? "";

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
function recordRequests(all: Registered[]): void {
  const monitor = runtime.getMonitor();
  if (!monitor) throw new Error("no mocks are set");
  const original = monitor.registerResource;
  const recording = function (this: Monitor, ...[request, ...rest]: Parameters<Register>): ReturnType<Register> {
    all.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject()?.toJavaScript(),
      protect: request.getProtect() ?? false,
      parent: kindOf(request.getParent()),
      deletedWith: kindOf(request.getDeletedwith()),
      dependencies: request.getDependenciesList().map(kindOf).sort(),
      sources: sourcesOf(request),
      provider: request.getProvider() && kindOf(request.getProvider().replace(/::[^:]*$/u, "")),
    });
    return original.call(this, request, ...rest);
  };
  monitor.registerResource = recording as Register;
}

function sourcesOf(request: Parameters<Register>[0]): Registered["sources"] {
  const found: [string, string[]][] = [];
  request.getPropertydependenciesMap().forEach((from, input) => {
    const kinds = from.getUrnsList().map(kindOf).sort();
    if (kinds.length > 0) found.push([input, kinds]);
  });
  return Object.fromEntries(found.sort());
}

/** The last type of `urn:pulumi:stack::project::parent$type::name`. */
function kindOf(urn: string): string {
  return urn.split("::").at(-2)?.split(/[:$]/u).at(-1) ?? "";
}
