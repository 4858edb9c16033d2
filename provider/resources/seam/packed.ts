/** Inputs that are one text of JSON each, and as Pulumi shows them objects all the same. */

import { z } from "zod";

/** Of every single value in an input the SDK makes promises, and engine and state have copies: see docs/adr/0016. */
export function packed(value: unknown): string {
  return JSON.stringify(value);
}

/** A value as it is, or as an older version's state has it: unpacked. Text that is no JSON stays what it is. */
export function unpackedValue(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function unpacked<T extends z.ZodType>(schema: T) {
  return z.preprocess(unpackedValue, schema);
}
