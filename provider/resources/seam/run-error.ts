/** An error of the program as Pulumi prints it for a person. */

import { RunError } from "@pulumi/pulumi/errors.js";
import { UserError } from "../../decide/index.js";
import { safe, safeError } from "../../secrecy/index.js";

/** A UserError becomes one that is printed as it is, and not as a crash with a stack; anything else stays. */
export function asRunError(error: unknown): unknown {
  if (!(error instanceof UserError)) return safeError(error);
  const readable = new RunError(safe(error.message));
  // Printing a stack with Pulumi's own source maps takes Node 20 half a minute, and nobody needs it here.
  delete readable.stack;
  return readable;
}

/** Runs a part of a program; Pulumi prints a UserError as it is then, and not as a crash with a stack. */
export function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asRunError(error);
  }
}
