/** The one line that matters in a Java stack trace. */

/** Exceptions that only wrap another one; their own text says less than their cause's. */
const FRAME = /^\s*(?:at\s|\.\.\. \d+ more|End of exception)/u;

/** Message of the innermost cause, with the class name where it has no text of its own; never the stack. */
export function rootCause(trace: string): string {
  const lines = trace.replaceAll("\r", "").split("\n");
  const starts = lines.flatMap((line, i) => (/^Caused by: /u.test(line) ? [i] : []));
  const from = starts.at(-1) ?? 0;
  const end = lines.findIndex((line, i) => i > from && FRAME.test(line));
  const message = lines.slice(from, end < 0 ? undefined : end).join("\n");
  return withoutClass(message.replace(/^Caused by: /u, "").replace(/^<Exception on server side:\s*/u, "")).trim();
}

function withoutClass(message: string): string {
  const found = /^(?:[\w$]+\.)+([\w$]+)(?::\s*([\s\S]*))?$/u.exec(message.trim());
  if (!found) return message;
  const [, name = message, text = ""] = found;
  return text === "" ? name : withoutClass(text);
}

/** Every message in the chain of causes, outermost first. */
export function causes(trace: string): string[] {
  const heads = trace.split(/^Caused by: /mu).map((part) => part.split(/\n\s*at /u)[0] ?? "");
  return heads.map((head) => withoutClass(head.replace(/^<Exception on server side:\s*/u, "")).trim());
}
