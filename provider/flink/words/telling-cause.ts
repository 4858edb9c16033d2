/** Why Flink refuses a statement, out of the messages of a Java exception's chain: the deepest is often not the telling one. */

const SPAN = /^From line \d+, column \d+ to line \d+, column \d+: /u;
const PLACE = /(?:From|at) line (\d+), column (\d+)/u;
const EXPECTED = /\nWas expecting (?:one of)?:[\s\S]*$/u;
/** Of a table that a connector could not make; the options that follow may hold secrets. */
const TABLE = /^Unable to create a (?:sink for writing|source for reading) table '([^']+)'/u;
/** Of an option of the session or of a table. */
const OPTION = /^(Could not parse value '[\s\S]*' for key '[^']+')/u;
const FUNCTION_CALL = /^Invalid function call:\s*([\s\S]+)$/u;
const FUNCTION = /^Cannot instantiate user-defined function '([^']+)'/u;
const NO_PYTHON = /Python callback server start failed/u;

const PYFLINK =
  "Python functions need a Python with PyFlink: run `npm run setup -- --pyflink`, or set the configuration key `pyClientExecutable` to one";

/** Line and column that one of the messages names, mostly not the innermost one. */
export function placeIn(causes: readonly string[]): { readonly line: number; readonly column: number } | undefined {
  const found = causes.map((message) => PLACE.exec(message)).find((one) => one !== null);
  return found ? { line: Number(found[1]), column: Number(found[2]) } : undefined;
}

/** `causes`: the messages of the chain, outermost first. The place of a parser's error is told apart from its words. */
export function tellingCause(causes: readonly string[]): string {
  const words = causes.map((message) => message.replace(EXPECTED, "").replace(SPAN, ""));
  const deepest = words.at(-1) ?? "";
  // The one around it may say the same and more.
  const fuller = words.findLast((message) => message.length > deepest.length && message.startsWith(deepest)) ?? deepest;
  const found = (pattern: RegExp) => words.map((message) => pattern.exec(message)?.[1]?.trim()).find((one) => one);
  const [call, table, name, option] = [found(FUNCTION_CALL), found(TABLE), found(FUNCTION), found(OPTION)];
  const plain = inLine(fuller).replace(/ at line \d+, column \d+(?=\.|$)/u, "");
  const text = option === undefined || plain.startsWith(option) ? plain : `${option}: ${plain}`;
  if (call !== undefined)
    return `Invalid function call: ${inLine(call)}; ${text.replace(/^Invalid input arguments\. /u, "")}`;
  if (table !== undefined) return `table ${table}: ${text}`;
  if (name === undefined) return text;
  const reason = NO_PYTHON.test(text) ? PYFLINK : text;
  return `function ${name} cannot be created: ${reason}`;
}

/** A list that Flink writes one below the other, behind a colon. */
function inLine(text: string): string {
  const [head = "", ...list] = text.split(/:\s*\n\s*\n?/u);
  if (list.length === 0 || /schema/u.test(text)) return text;
  return [
    head,
    ...list.map((part) =>
      part
        .trim()
        .split(/\s*\n\s*/u)
        .filter(Boolean)
        .join(", "),
    ),
  ]
    .join(": ")
    .replaceAll(/\s*\n\s*\n\s*/gu, " ");
}
