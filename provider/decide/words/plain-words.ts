/** What a validator finds wrong with a value, in words that say what is wanted. */

import type { z } from "zod";
import { didYouMean } from "./spelling.js";

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

const MUST_BE = "must be ";

/** For `safeParse(value, { error: plainWords })`: messages that a schema has of its own stay as they are. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `${MUST_BE}${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `${MUST_BE}${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKeyWords(key, keysOf(issue.inst))).join("; ");
    case "invalid_union":
      return eitherWords(issue.errors);
    case "too_small":
      return issue.origin === "string" || issue.origin === "array" ? "must not be empty" : undefined;
    default:
      return undefined;
  }
};

/** `there is no such key: stor; did you mean store?` */
function unknownKeyWords(key: string, known: readonly string[]): string {
  return `there is no such key: ${key}${didYouMean(key, known)}`;
}

function keysOf(schema: unknown): string[] {
  return Object.keys(Object(Object(Object(schema)._zod).def).shape ?? {});
}

/** Of all that a value may be; where it is one of them with a mistake inside, that mistake. */
function eitherWords(branches: readonly (readonly { path: PropertyKey[]; message: string }[])[]): string {
  const inside = branches.flatMap((issues) => issues.filter(({ path }) => path.length > 0));
  if (inside.length > 0)
    return inside.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`).join("; ");
  const wanted = branches.flatMap((issues) => issues.map(({ message }) => message));
  const kinds = [...new Set(wanted.map((words) => (words.startsWith(MUST_BE) ? words.slice(MUST_BE.length) : words)))];
  return `${MUST_BE}${[kinds.slice(0, -1).join(", "), ...kinds.slice(-1)].filter(Boolean).join(", or ")}`;
}

/** Of numbers that count something. */
export const wholeNumberWords = (least: 0 | 1) => `${MUST_BE}a whole number of ${least} or more`;
