/** Single tokens of Flink SQL, each found in one walk over its characters: a text of megabytes is no harder than a short one. */

/** One token; `start` and `end` are offsets into the text it came from, in UTF-16 units. */
export interface Token {
  readonly kind: "word" | "string" | "quoted" | "number" | "symbol" | "hint";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The kind and the end of the token at an offset, by the rules of Flink's own parser (Calcite with back-ticks): a quote is
 * doubled and a backslash is an ordinary character, `//` starts a comment as `--` does, and `/*+` starts a hint, which is
 * not a comment. What has no end runs to that of the text; what is nothing else becomes a symbol.
 */
export function scanToken(sql: string, at: number): [Token["kind"] | "skip", number] {
  const skipped = scanSkipped(sql, at);
  if (skipped > at) return ["skip", skipped];
  if (sql.startsWith("/*+", at)) return ["hint", closed(sql, at + 3)];
  const quote = at + introducer(sql, at);
  if (sql[quote] === "'") return ["string", scanQuoted(sql, quote)];
  if (sql[at] === "`" || sql[at] === '"') return ["quoted", scanQuoted(sql, at)];
  const number = scanNumber(sql, at);
  if (number > at) return ["number", number];
  const word = scanWord(sql, at);
  if (word > at) return ["word", word];
  const isPair = PAIRS.has(sql.slice(at, at + 2));
  return ["symbol", at + (isPair ? 2 : String.fromCodePoint(sql.codePointAt(at) ?? 0).length)];
}

const PAIRS: ReadonlySet<string> = new Set(["<>", "<=", ">=", "!=", "||", "=>", "..", "{-", "-}"]);

/** The end of the white space or the one comment at an offset; the offset itself where there is neither. */
export function scanSkipped(sql: string, at: number): number {
  let end = at;
  while (end < sql.length && isSpace(sql, end)) end++;
  if (end > at) return end;
  if (sql.startsWith("--", at) || sql.startsWith("//", at)) {
    while (end < sql.length && sql[end] !== "\n" && sql[end] !== "\r") end++;
    return end;
  }
  return sql.startsWith("/*", at) && sql[at + 2] !== "+" ? closed(sql, at + 2) : at;
}

function closed(sql: string, from: number): number {
  const end = sql.indexOf("*/", from);
  return end < 0 ? sql.length : end + 2;
}

/** Behind the quote that ends what begins with the one at an offset. */
function scanQuoted(sql: string, at: number): number {
  const quote = sql[at] ?? "";
  for (let end = at + 1; ; end += 2) {
    end = sql.indexOf(quote, end);
    if (end < 0) return sql.length;
    if (sql[end + 1] !== quote) return end + 1;
  }
}

/** Length of what may stand before a string's quote: `n`, `x`, `u&`, the name of a character set. */
function introducer(sql: string, at: number): number {
  const [first = "", second] = [sql[at], sql[at + 1]];
  if ("nNxX".includes(first) && first !== "" && second === "'") return 1;
  if ((first === "u" || first === "U") && second === "&" && sql[at + 2] === "'") return 2;
  if (first !== "_") return 0;
  let end = at + 1;
  while (isWordCharacter(sql.charCodeAt(end))) end++;
  return end > at + 1 && sql[end] === "'" ? end - at : 0;
}

function scanNumber(sql: string, at: number): number {
  let end = digits(sql, at);
  if (end > at) end = sql[end] === "." ? digits(sql, end + 1) : end;
  else {
    const behind = sql[at] === "." ? digits(sql, at + 1) : at;
    if (behind <= at + 1) return at;
    end = behind;
  }
  if (sql[end] !== "e" && sql[end] !== "E") return end;
  const sign = sql[end + 1] === "+" || sql[end + 1] === "-" ? 1 : 0;
  const exponent = digits(sql, end + 1 + sign);
  return exponent > end + 1 + sign ? exponent : end;
}

function digits(sql: string, at: number): number {
  let end = at;
  while (sql.charCodeAt(end) >= 48 && sql.charCodeAt(end) <= 57) end++;
  return end;
}

const LETTER = /^[\p{L}_$@]$/u;
const LATER = /^[\p{L}\p{N}_$@]$/u;

function scanWord(sql: string, at: number): number {
  let end = at;
  while (end < sql.length) {
    const code = sql.codePointAt(end) ?? 0;
    const isFirst = end === at;
    const isIn =
      code < 128
        ? (isWordCharacter(code) || code === 36 || code === 64) && !(isFirst && code >= 48 && code <= 57)
        : (isFirst ? LETTER : LATER).test(String.fromCodePoint(code));
    if (!isIn) break;
    end += code > 0xffff ? 2 : 1;
  }
  return end;
}

/** A letter, a digit or an underscore of ASCII. */
function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122);
}

function isSpace(sql: string, at: number): boolean {
  const code = sql.charCodeAt(at);
  return code < 128 ? code === 32 || (code >= 9 && code <= 13) : /\s/u.test(sql[at] ?? "");
}
