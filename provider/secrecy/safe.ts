/** Knows every secret of this process, and makes each text that leaves it safe to be shown. */

import { mask } from "./mask.js";
import { type Pattern, patternsOf } from "./patterns.js";
import { printable } from "./printable.js";

/** Secret → what is searched for. */
const known = new Map<string, readonly Pattern[]>();

let patterns: ReadonlyMap<string, Pattern> = new Map();

/** Environment variables that hold a secret, and how it is found in them. */
const VARIABLES = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "HADOOP_CREDSTORE_PASSWORD",
];
const HEADERS = "YARN_REST_HEADERS";

/** From now on no text that leaves this process tells these. */
export function remember(secrets: Iterable<string | undefined>): void {
  const news = [...secrets].filter((secret) => secret !== undefined && secret !== "" && !known.has(secret));
  if (news.length === 0) return;
  for (const secret of news as string[]) known.set(secret, patternsOf(secret));
  patterns = new Map([...known.values()].flat().map((pattern) => [pattern.text, pattern]));
}

/** A header's value is one secret, and so is each of its words: `Bearer <token>`, `hadoop.auth="<cookie>"`. */
function inHeaders(text: string): string[] {
  const values = text.split("\n").map((line) => line.slice(line.indexOf(":") + 1).trim());
  const cookies = values.flatMap((value) => value.split(/[;\s]+/u)).map((part) => part.replace(/^[\w.-]+=(?=.)/u, ""));
  const words = cookies.map((word) => word.replace(/^"(.*)"$/u, "$1")).filter((word) => word.length >= 8);
  return [...values, ...words];
}

/** What the environment holds by now; it is asked each time, since a process may be given more later. */
function rememberEnvironment(): void {
  remember(VARIABLES.map((name) => process.env[name]));
  const headers = process.env[HEADERS];
  if (headers) remember(inHeaders(headers));
}

/** The text without any secret, but not yet fit for a terminal: what is compared or cut later. */
export function masked(text: string): string {
  rememberEnvironment();
  return mask(text, patterns.values());
}

/** An answer may have many megabytes, of which a person is shown the beginning. */
const LOOKED_AT = 200_000;

/** The beginning of a text, which is masked before it is cut: half a secret is one too. */
export function beginning(text: string, characters: number): string {
  return masked(text.slice(0, LOOKED_AT)).slice(0, characters);
}

/** The text without any secret, and without what would make a terminal do more than show it. */
export function safe(text: string): string {
  return printable(masked(text));
}
