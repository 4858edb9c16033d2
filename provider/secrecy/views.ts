/** A text as its readers see it: with escapes, entities and doubled quotes undone, and each character's place in the original. */

export interface View {
  readonly text: string;
  /** Offset in the original of each character, and behind the last one its end. */
  readonly places: Int32Array;
}

interface Coding {
  readonly escape: RegExp;
  /** The text that an escape stands for; undefined where it is none. */
  readonly decode: (found: string) => string | undefined;
}

const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  e: "\x1b",
};

function ofCode(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** JSON, Java and Python: `\n`, `\"`, `\u00e9`, `\x1b`, `\033`. */
const backslash: Coding = {
  escape: /\\(?:u+[0-9a-f]{4}|x[0-9a-f]{2}|[0-3][0-7]{2}|[\s\S])/giu,
  decode: (found) => {
    const rest = found.slice(1);
    const hex = /^(?:u+|x)([0-9a-f]+)$/iu.exec(rest)?.[1];
    if (hex !== undefined) return ofCode(Number.parseInt(hex, 16));
    if (/^[0-3][0-7]{2}$/u.test(rest)) return ofCode(Number.parseInt(rest, 8));
    return LETTERS[rest] ?? rest;
  },
};

/** SQL's `U&'\00e9'`. */
const unicodeLiteral: Coding = {
  escape: /\\(?:[0-9a-f]{4}|\\)/giu,
  decode: (found) => (found === "\\\\" ? "\\" : ofCode(Number.parseInt(found.slice(1), 16))),
};

/** Of addresses and forms; bytes that are no UTF-8 stay. */
const percent: Coding = {
  escape: /(?:%[0-9a-f]{2})+/giu,
  decode: (found) => {
    try {
      return decodeURIComponent(found);
    } catch {
      return undefined;
    }
  },
};

const form: Coding = {
  escape: /\+|(?:%[0-9a-f]{2})+/giu,
  decode: (found) => (found === "+" ? " " : percent.decode(found)),
};

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

const entity: Coding = {
  escape: /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp);/giu,
  decode: (found) => {
    const name = found.slice(1, -1).toLowerCase();
    if (name.startsWith("#x")) return ofCode(Number.parseInt(name.slice(2), 16));
    return name.startsWith("#") ? ofCode(Number(name.slice(1))) : ENTITIES[name];
  },
};

const doubled: Coding = { escape: /''|``|""/gu, decode: (found) => found.slice(1) };

const CODINGS = [backslash, unicodeLiteral, percent, form, entity, doubled];

/** How many codings may lie around each other: JSON in JSON, SQL in JSON, an entity in an address. */
const DEPTH = 2;

/** The text itself and whatever it decodes to, each as one line without control characters. */
export function viewsOf(text: string): View[] {
  const places = Int32Array.from({ length: text.length + 1 }, (_, at) => at);
  const views: View[] = [{ text, places }];
  const seen = new Set([text]);
  for (let from = 0, depth = 0; depth < DEPTH; depth++) {
    const to = views.length;
    for (const view of views.slice(from, to))
      for (const coding of CODINGS) {
        const decoded = rewritten(view, coding.escape, coding.decode);
        if (decoded && !seen.has(decoded.text)) views.push(decoded);
        if (decoded) seen.add(decoded.text);
      }
    from = to;
  }
  return views.map(loose);
}

/** As `loosely` in patterns.ts has the secrets. */
function loose(view: View): View {
  const wanted = /(?:\s|\p{Cc})+|[\\/]+/gu;
  return rewritten(view, wanted, (run) => (/[\\/]/u.test(run) ? "/" : /\s/u.test(run) ? " " : "")) ?? view;
}

/** Undefined where nothing changes. */
function rewritten(
  { text, places }: View,
  wanted: RegExp,
  replace: (found: string) => string | undefined,
): View | undefined {
  const parts: string[] = [];
  // What is undone never gets longer.
  const kept = new Int32Array(text.length + 1);
  let [at, length] = [0, 0];
  for (const { 0: found, index } of text.matchAll(wanted)) {
    const replacement = replace(found);
    if (replacement === undefined || replacement === found) continue;
    parts.push(text.slice(at, index), replacement);
    while (at < index) kept[length++] = places[at++] ?? 0;
    for (let i = 0; i < replacement.length; i++) kept[length++] = places[index] ?? 0;
    at = index + found.length;
  }
  if (parts.length === 0) return undefined;
  parts.push(text.slice(at));
  while (at <= text.length) kept[length++] = places[at++] ?? 0;
  return { text: parts.join(""), places: kept.subarray(0, length) };
}
