/** An error with nothing secret in its message, its stack, its causes and what else it carries. */

import { safe } from "./safe.js";

/** The same error, so that its class and its code stay; texts within it are made safe in place. */
export function safeError<T>(error: T, seen = new Set<unknown>()): T {
  if (typeof error === "string") return safe(error) as T & string;
  if (typeof error !== "object" || error === null || seen.has(error)) return error;
  seen.add(error);
  for (const name of Object.getOwnPropertyNames(error)) {
    const property = Object.getOwnPropertyDescriptor(error, name);
    if (!property?.configurable && !property?.writable) continue;
    // A stack is made when it is asked for.
    const value: unknown = Reflect.get(error, name);
    const made = isOurs(value) ? safeError(value, seen) : value;
    if (made !== value) Object.defineProperty(error, name, { ...flagsOf(property), value: made });
  }
  return error;
}

/** Sockets, requests and the like are no part of what is told. */
function isOurs(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "string";
  const prototype: unknown = Object.getPrototypeOf(value);
  return value instanceof Error || Array.isArray(value) || prototype === Object.prototype;
}

function flagsOf({ enumerable, configurable }: PropertyDescriptor): PropertyDescriptor {
  return { enumerable: enumerable ?? false, configurable: configurable ?? true, writable: true };
}
