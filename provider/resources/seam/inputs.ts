/** What the engine hands to a hook, checked against the resource's own form. */

import type { z } from "zod";
import { plainWords, UserError } from "../../decide/index.js";

/**
 * Of a hook that acts: its inputs, or what the stack's state has of the resource. Throws config-invalid, which names each
 * part that is not as it should be.
 */
export function inputsAs<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const found = schema.safeParse(value, { error: plainWords });
  if (found.success) return found.data;
  throw new UserError("config-invalid", {
    what: "what the stack's state has of this resource is not in the form of this release; nothing was touched",
    cause: failuresOf(found.error)
      .map(({ reason }) => reason)
      .join("\n"),
    fix: "run `pulumi up`, which writes it as it should be; or go back to the release that wrote it",
  });
}

/** As the engine wants it. */
interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Of a check: the arguments, or what is wrong with them. */
export function argumentsAs<T extends z.ZodType>(
  schema: T,
  value: unknown,
): { readonly given: z.output<T> } | { readonly failures: Failure[] } {
  const found = schema.safeParse(value, { error: plainWords });
  if (found.success) return { given: found.data };
  return { failures: failuresOf(found.error) };
}

function failuresOf({ issues }: z.ZodError): Failure[] {
  return issues.map(({ path, message }) => ({
    property: String(path[0] ?? ""),
    reason: `${path.join(".")}: ${message}`,
  }));
}
