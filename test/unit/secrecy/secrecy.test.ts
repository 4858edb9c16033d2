/** No text tells a secret, however it is quoted in it, and none makes a terminal do more than show it. */

import { expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { mask } from "../../../provider/secrecy/mask.js";
import { patternsOf } from "../../../provider/secrecy/patterns.js";
import { printable } from "../../../provider/secrecy/printable.js";
import { masked, remember, safe } from "../../../provider/secrecy/safe.js";
import { safeError } from "../../../provider/secrecy/safe-error.js";

const hide = (text: string, ...secrets: string[]) => mask(text, secrets.flatMap(patternsOf));

const SECRET = "pa'ss\"w\\ö rd\n\tsecond <line> &\u001b[31mred";
const json = (value: unknown) => JSON.stringify(value);
const ascii = (text: string) =>
  json(text)
    .slice(1, -1)
    .replaceAll(/[^ -~]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const entities = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

test.each([
  ["as it is", SECRET],
  ["in a SQL literal", SECRET.replaceAll("'", "''")],
  ["in JSON", json(SECRET)],
  ["in JSON in JSON", json(json(SECRET))],
  ["in a SQL literal in JSON", json(SECRET.replaceAll("'", "''"))],
  ["in Java's escapes", ascii(SECRET)],
  [
    "in Java's escapes, capital letters",
    ascii(SECRET).replaceAll(/u00[0-9a-f]{2}/gu, (c) => `u${c.slice(1).toUpperCase()}`),
  ],
  [
    "in a Python text",
    SECRET.replaceAll("\\", "\\\\")
      .replaceAll("'", "\\'")
      .replaceAll("\n", "\\n")
      .replaceAll("\t", "\\t")
      .replaceAll("\u001b", "\\x1b"),
  ],
  ["in an address", encodeURIComponent(SECRET)],
  ["in an address, small letters", encodeURIComponent(SECRET).replaceAll(/%../gu, (c) => c.toLowerCase())],
  ["in a form", encodeURIComponent(SECRET).replaceAll("%20", "+")],
  ["in an address in JSON in an address", encodeURIComponent(json(encodeURIComponent("x y z '%' secret")))],
  ["in XML", entities(SECRET)],
  ["in a SQL unicode literal", SECRET.replaceAll("\\", "\\\\").replaceAll("ö", "\\00f6")],
  ["in a path of Flink's", SECRET.replaceAll("\\", "/")],
  ["on one line", SECRET.replaceAll(/\s+/gu, " ")],
  ["indented", SECRET.replaceAll("\n", "\n      ")],
  ["without its control characters", SECRET.replaceAll("\u001b", "")],
  ["without its colours", SECRET.replaceAll("\u001b[31m", "")],
  ["in base64", Buffer.from(SECRET).toString("base64")],
  ["in base64 behind a name", Buffer.from(`me:${SECRET}`).toString("base64")],
])("A secret is masked %s.", (_, quoted) => {
  const told = hide(`before ${quoted} after`, SECRET, "x y z '%' secret");
  expect(told).toMatch(/^before \S*\*{6}\S* after$/u);
  for (const part of [
    "pa'ss",
    "pa''ss",
    "ss",
    "rd",
    "second",
    "secret",
    Buffer.from(SECRET).toString("base64").slice(9, 30),
  ])
    expect(told).not.toContain(part);
});

test.each([
  ["Each line of a secret is one, too.", "cause: second line", "first line\nsecond line\nab", "cause: ******"],
  ["Its shortest lines are not.", "an ab is here", "first line\nab", "an ab is here"],
  ["A single letter is none.", "a version 5 of a", "a", "a version 5 of a"],
  ["A short secret is masked where it stands alone.", "'k7' k7x k7", "k7", "'******' k7x ******"],
  ["Occurrences that overlap are one.", "x abcabcab y", "abcab", "x ****** y"],
  ["A secret within another leaves no rest of that.", "my-secret-key", "secret", "my-******-key"],
  ["A text that has none stays as it is.", "a \\n 'b' %20", "nothing of that", "a \\n 'b' %20"],
])("%s", (_, text, secret, told) => {
  expect(hide(text, secret)).toBe(told);
});

test("Of secrets within each other all is masked.", () => {
  expect(hide("the my-secret-key", "secret", "my-secret-key")).toBe("the ******");
});

test("The time grows with the text and with the secret, and not with their product.", () => {
  // Of the processor, since others may be at work on the machine; the product would take minutes.
  const since = process.cpuUsage();
  hide("a".repeat(400_000), "a".repeat(100_000));
  hide(`${"a\\'".repeat(60_000)}b`, `${"a".repeat(60_000)}c`);
  expect(process.cpuUsage(since).user / 1e6).toBeLessThan(10);
});

test.each([
  ["colours", "\u001b[1;31mred\u001b[0m", "red"],
  ["a window title", "\u001b]0;title\u0007text", "text"],
  ["a link", "\u001b]8;;http://x\u001b\\text", "text"],
  ["a single-character sequence", "\u001bcx", "x"],
  ["C1 codes", "a\u009b31mb\u0085c", "abc"],
  ["bells, deletions and carriage returns", "a\u0007b\u007fc\rd\u0000", "abcd"],
  ["overrides of the direction", "a\u202eb\u2066c\u2069", "abc"],
  ["nothing of lines and tabs", "a\n\tb\r\nc", "a\n\tb\nc"],
  ["nothing of other writing", "žluťoučký 日本 🙂 عربي", "žluťoučký 日本 🙂 عربي"],
])("What goes to a terminal has %s taken away.", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("What is remembered stays known, and the environment's secrets are known by themselves.", () => {
  process.env.YARN_REST_HEADERS = 'Authorization: Bearer header-token-1\nCookie: hadoop.auth="cookie-value-2"; x=1';
  process.env.AWS_SESSION_TOKEN = "session-token-3";
  remember(["remembered-4", undefined, ""]);
  remember(["remembered-5"]);
  expect(safe("header-token-1 cookie-value-2 session-token-3 remembered-4 remembered-5 rest")).toBe(
    "****** ****** ****** ****** ****** rest",
  );
  expect(masked("\u001bremembered-4")).toBe("\u001b******");
  delete process.env.YARN_REST_HEADERS;
  delete process.env.AWS_SESSION_TOKEN;
});

test("An error is the same one, with nothing secret in its message, stack, parts and causes.", () => {
  remember(["error-secret"]);
  const cause = new Error("inner error-secret");
  const error = new UserError("start-failed", { what: "what error-secret", cause: "c", fix: "f error-secret" });
  error.cause = new AggregateError([cause], "all error-secret");
  expect(safeError(error)).toBe(error);
  const told = [error.message, error.stack, JSON.stringify(error.parts), cause.message, cause.stack, error.cause].map(
    String,
  );
  expect(told.join("\n")).not.toContain("error-secret");
  expect(error.parts.what).toBe("what ******");
  expect(error).toBeInstanceOf(UserError);
});
