/** The one line that matters in a Java stack trace. */

const FRAME = /^\s*(?:at\s|\.\.\. \d+ more|End of exception)/u;

/** Message of the innermost cause, with the class name where it has no text of its own; never the stack. */
export function rootCause(trace: string): string {
  return causes(trace).at(-1) ?? "";
}

/** Flink's own layers, which say that something failed and not what. */
const LAYER = /^org[.]apache[.]flink[.](?:runtime|streaming[.]runtime|util)[.]/u;

/** Longer ones quote what the job read. */
const LONGEST = 120;

/**
 * Why a job failed: its root cause, after the words of the exception around that where they say of what:
 * `Failed to get metadata for topics [orders]: This server does not host this topic-partition.`
 */
export function failureReason(trace: string): string {
  const root = rootCause(trace);
  const around = heads(trace)
    .slice(0, -1)
    .findLast((head) => !says(head, root));
  const words = around === undefined || LAYER.test(around) ? "" : withoutClass(around).trim();
  const isShort = words.length <= LONGEST && !words.includes("\n") && /\s/u.test(words);
  return isShort ? `${words.replace(/[.:]$/u, "")}: ${root}` : root;
}

/** Nothing more than its cause: that one's text, or only a class. */
function says(head: string, root: string): boolean {
  const words = withoutClass(head);
  return words.includes(root) || /^[\w.$]+$/u.test(words);
}

function withoutClass(message: string): string {
  const found = /^(?:[\w$]+\.)+([\w$]+)(?::\s*([\s\S]*))?$/u.exec(message.trim());
  if (!found) return message;
  const [, name = message, text = ""] = found;
  // A class that is not there is named by nothing else.
  if (/^(?:ClassNotFoundException|NoClassDefFoundError)$/u.test(name)) return `${name}: ${text}`;
  return text === "" ? name : withoutClass(text);
}

/** Every message in the chain of causes, outermost first. */
export function causes(trace: string): string[] {
  return heads(trace).map((head) => withoutClass(head).trim());
}

/** The same, each with its class. */
function heads(trace: string): string[] {
  return trace
    .replaceAll("\r", "")
    .split(/^Caused by: /mu)
    .map(head);
}

/** The lines before the stack. */
function head(part: string): string {
  const lines = part.split("\n");
  const end = lines.findIndex((line, i) => i > 0 && FRAME.test(line));
  const message = lines.slice(0, end < 0 ? undefined : end).join("\n");
  return message.replace(/^<Exception on server side:\s*/u, "");
}
