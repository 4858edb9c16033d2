/** Takes from a text what would make a terminal do more than show it. */

/** What begins with an escape character: colours and cursors, titles and links, all else. One that does not end goes to its line's end. */
const SEQUENCES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]",
    "(?:\\u001b[\\]P^_X]|[\\u009d\\u0090\\u009e\\u009f\\u0098])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c)?",
    "\\u001b[ -/]*[0-~]?",
  ].join("|"),
  "gu",
);

/** Control characters but for line ends and tabs, and those that turn the direction of writing round. */
const OTHERS = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

export function withoutSequences(text: string): string {
  return text.replaceAll(SEQUENCES, "");
}

/** The text without escape sequences, control characters (line ends and tabs stay) and overrides of its direction. */
export function printable(text: string): string {
  return withoutSequences(text.replaceAll("\r\n", "\n")).replaceAll(OTHERS, "");
}
