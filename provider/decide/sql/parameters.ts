/** Values put in place of `{key}` in SQL: escaped for where the braces stand, so that no value ends what it is put into. */

import { type Token, tokenize } from "./sql-text.js";

type Parameters = Readonly<Record<string, string>>;

const BRACES = /\{([A-Za-z_][\w.-]*)\}/gu;

/**
 * Puts values in place of `{key}` for the keys that are known; every other brace stays as it is. In a literal or an
 * identifier a value is what is between the quotes, whatever is in it; outside of them it is SQL; in a comment nothing is put in,
 * since a line end in the value would end the comment.
 */
export function fillParameters(text: string, parameters: Parameters): string {
  const found = [...text.matchAll(BRACES)].filter(({ 1: key = "" }) => Object.hasOwn(parameters, key));
  if (found.length === 0) return text;
  const tokens = tokenize(text);
  const parts: string[] = [];
  let [at, next] = [0, 0];
  for (const { 0: braces, 1: key = "", index } of found) {
    // A hint was filled as a whole.
    if (index < at) continue;
    while ((tokens[next]?.end ?? Number.POSITIVE_INFINITY) <= index) next++;
    const token = tokens[next];
    if (!token || token.start > index) continue;
    const [from, to, filled] =
      token.kind === "hint"
        ? [token.start, token.end, filledHint(token.text, parameters)]
        : [index, index + braces.length, escapedFor(token, parameters[key] ?? "")];
    parts.push(text.slice(at, from), filled);
    at = to;
  }
  return [...parts, text.slice(at)].join("");
}

/** Between its signs a hint is SQL, with literals of its own. */
function filledHint(hint: string, parameters: Parameters): string {
  return `/*+${fillParameters(hint.slice("/*+".length), parameters)}`;
}

function escapedFor({ kind, text }: Token, value: string): string {
  if (kind === "string") {
    const quoted = value.replaceAll("'", "''");
    return /^u&/iu.test(text) ? quoted.replaceAll("\\", "\\\\") : quoted;
  }
  if (kind !== "quoted") return value;
  const quote = text.startsWith("`") ? "`" : '"';
  return value.replaceAll(quote, quote + quote);
}
