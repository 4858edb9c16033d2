/** The seam with Pulumi's dynamic resources: what is serialised into the state names code and holds none. */

import type { dynamic } from "@pulumi/pulumi";
import shims from "./shims.cjs";

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

/** The provider of one kind of resource; the file of that name in this folder has its hooks. */
export function providerOf(resource: keyof typeof shims): dynamic.ResourceProvider {
  return shims[resource];
}
