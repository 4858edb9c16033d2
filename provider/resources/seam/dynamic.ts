/** The seam with Pulumi's dynamic resources: what is serialised into the state names code and holds none. */

import type { dynamic } from "@pulumi/pulumi";
import { CustomResource, type CustomResourceOptions } from "@pulumi/pulumi/resource.js";

/** What Pulumi puts in place of a value that is not known before `up`. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The hooks that a resource file exports as `hooks`. */
export interface Hooks {
  check(olds: unknown, news: unknown): Promise<dynamic.CheckResult>;
  diff(id: string, olds: unknown, news: unknown): Promise<dynamic.DiffResult>;
  create(inputs: unknown): Promise<dynamic.CreateResult>;
  update(id: string, olds: unknown, news: unknown): Promise<dynamic.UpdateResult>;
  delete(id: string, props: unknown): Promise<void>;
  read(id: string, props: unknown): Promise<dynamic.ReadResult>;
}

/** The resources whose hooks hooks.ts has. */
export type Kind = "flink-sql-job" | "session-cluster" | "job-store";

/**
 * The only code that lies in a stack's state, as `__provider`. Delete and read go on running the text that an older state
 * holds, so this text must never need to change: it says where the hooks are, relative to the project, and nothing else.
 */
export function providerOf(kind: Kind): string {
  return `exports.handler = () => require("./provider/entry.cjs")(${JSON.stringify(kind)});\n`;
}

/**
 * A dynamic resource whose provider is given as text. Pulumi's own class makes the text of a function, for which it loads
 * the TypeScript compiler and looks at every captured value: a second in each preview.
 */
export class DynamicResource extends CustomResource {
  constructor(
    provider: string,
    name: string,
    props: Readonly<Record<string, unknown>>,
    options: CustomResourceOptions | undefined,
    module: string,
    type: string,
  ) {
    // Pulumi takes a stack trace of each promise that it makes here, for a search of its own that nobody has asked for.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      super(`pulumi-nodejs:dynamic/${module}:${type}`, name, { ...props, __provider: provider }, options);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}
