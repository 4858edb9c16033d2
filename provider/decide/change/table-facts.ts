/** Tables as a list of definitions leaves them: columns and options in force, after LIKE, ALTER TABLE and DROP TABLE. */

import { identifierOf, normalizeSql, splitStatements, type Token } from "../sql/sql-text.js";

export interface TableFacts {
  readonly options: ReadonlyMap<string, string>;
  /** Of each column its definition in one form for all formattings; watermark and keys beside them. */
  readonly columns: ReadonlyMap<string, string>;
  /** Names of those that are an expression. */
  readonly computed: ReadonlySet<string>;
  readonly watermark: string;
  readonly keys: string;
  /** What else stands in its statement, such as PARTITIONED BY. */
  readonly rest: string;
}

/**
 * By name: of a table in a database or catalog the last part of it. A second one of that name is `orders (2)`, and a
 * temporary one stands before one that is not.
 */
export function tablesOf(definitions: readonly string[]): ReadonlyMap<string, TableFacts> {
  const tables = new Map<string, TableFacts>();
  const shadows = new Map<string, TableFacts>();
  const all = () => new Map([...tables, ...shadows]);
  for (const { tokens } of definitions.flatMap((sql) => splitStatements(sql))) {
    const words = tokens.slice(0, 3).map(({ text }) => text.toUpperCase());
    const isTemporary = words[1] === "TEMPORARY" && words[2] === "TABLE";
    if (words[0] === "CREATE" && (isTemporary || words[1] === "TABLE")) {
      const { name, end } = nameAt(tokens, isTemporary ? 3 : 2);
      const facts = createdTable(tokens, end, (base) => all().get(base.at(-1) ?? ""));
      const target = isTemporary ? shadows : tables;
      target.set(freeName(target, name), facts);
    } else if (words[0] === "DROP" && isTemporary) shadows.delete(nameAt(tokens, 3).name);
    else if (words[0] === "DROP" && words[1] === "TABLE") tables.delete(nameAt(tokens, 2).name);
    else if (words[0] === "ALTER" && words[1] === "TABLE")
      alter(shadows.has(nameAt(tokens, 2).name) ? shadows : tables, tokens);
  }
  return all();
}

/** The same numbers as the labels of definitions have. */
function freeName(tables: ReadonlyMap<string, TableFacts>, name: string): string {
  let free = name;
  for (let n = 2; tables.has(free); n++) free = `${name} (${n})`;
  return free;
}

function alter(tables: Map<string, TableFacts>, tokens: readonly Token[]): void {
  const { name, end } = nameAt(tokens, 2);
  const table = tables.get(name);
  if (!table) return;
  const next = newNameOf(tokens, end);
  if (next) {
    tables.delete(name);
    tables.set(next.at(-1) ?? "", table);
  } else tables.set(name, alteredTable(table, tokens.slice(end)));
}

/** Parts of the name that `… RENAME TO` gives, where `end` is the index behind the one of before. */
export function newNameOf(tokens: readonly Token[], end: number): readonly string[] | undefined {
  const isRename = tokens[end]?.text.toUpperCase() === "RENAME" && tokens[end + 1]?.text.toUpperCase() === "TO";
  return isRename ? nameAt(tokens, end + 2).parts : undefined;
}

/** `end`: index behind the table's name. `baseOf` knows the tables that it may be LIKE. */
export function createdTable(
  tokens: readonly Token[],
  end: number,
  baseOf: (name: readonly string[]) => TableFacts | undefined,
): TableFacts {
  const groups = topLevel(tokens.slice(end));
  const options = new Map<string, string>();
  let [columns, watermark, keys] = [new Map<string, string>(), "", ""];
  const computed = new Set<string>();
  const rest: string[] = [];
  for (let i = 0; i < groups.length; i++) {
    const [group, next] = [groups[i] ?? [], groups[i + 1]];
    const word = group[0]?.text.toUpperCase();
    if (group.length > 1 && i === 0) [columns, watermark, keys] = columnsIn(itemsIn(group), computed);
    else if (word === "WITH" && next) {
      for (const [key, value] of pairsIn(next)) options.set(key, value);
      i++;
    } else if (word === "LIKE") {
      const base = likeBase(groups.slice(i + 1));
      const inherited = baseOf(base.name);
      if (inherited && base.takesOptions)
        for (const [key, value] of inherited.options) if (!options.has(key)) options.set(key, value);
      if (inherited) columns = new Map([...inherited.columns, ...columns]);
      for (const name of inherited?.computed ?? []) computed.add(name);
      watermark ||= inherited?.watermark ?? "";
      keys ||= inherited?.keys ?? "";
      rest.push(textOf(groups.slice(i).flat()));
      break;
    } else rest.push(textOf(group));
  }
  return { options, columns, computed, watermark, keys, rest: rest.join(" ") };
}

/** `change`: what follows the table's name in ALTER TABLE. */
export function alteredTable(table: TableFacts, change: readonly Token[]): TableFacts {
  const verb = change[0]?.text.toUpperCase();
  const groups = topLevel(change.slice(1));
  const given = groups[0] ?? [];
  const options = new Map(table.options);
  if (verb === "SET") for (const [key, value] of pairsIn(given)) options.set(key, value);
  else if (verb === "RESET") for (const token of given) if (token.kind === "string") options.delete(stringValue(token));
  if (verb === "SET" || verb === "RESET") return { ...table, options };
  const rest = `${table.rest} ${textOf(change)}`;
  const items = given.length > 1 ? itemsIn(given) : [change.slice(1)];
  const [columns, computed] = [new Map(table.columns), new Set(table.computed)];
  if (verb === "ADD" || verb === "MODIFY") {
    const fresh = new Set<string>();
    for (const [name, text] of columnsIn(items, fresh)[0]) {
      columns.set(name, text);
      if (fresh.has(name)) computed.add(name);
      else computed.delete(name);
    }
  } else if (verb === "DROP") for (const [first] of items) if (first) columns.delete(identifierOf(first));
  return { ...table, columns, computed, rest };
}

export interface NameAt {
  /** The last part. */
  readonly name: string;
  readonly parts: readonly string[];
  /** The index behind it. */
  readonly end: number;
}

/** A name of one to three parts, behind IF (NOT) EXISTS. */
export function nameAt(tokens: readonly Token[], from: number): NameAt {
  let at = from;
  while (["IF", "NOT", "EXISTS"].includes(tokens[at]?.text.toUpperCase() ?? "")) at++;
  const parts = [tokens[at]];
  while (tokens[at + 1]?.text === ".") {
    at += 2;
    parts.push(tokens[at]);
  }
  const names = parts.map((part) => (part ? identifierOf(part) : ""));
  return { name: names.at(-1) ?? "", parts: names, end: at + 1 };
}

/** Single tokens, and as one group what stands in parentheses (with them). */
function topLevel(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0) groups.push([token]);
    else groups.at(-1)?.push(token);
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
  }
  return groups;
}

/** The parts of a group between its commas. */
function itemsIn(group: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of group.slice(1, -1)) {
    if (token.text === "(" || token.text === "<") depth++;
    else if (token.text === ")" || token.text === ">") depth--;
    if (depth === 0 && token.text === ",") items.push([]);
    else items.at(-1)?.push(token);
  }
  return items.filter((item) => item.length > 0);
}

function pairsIn(group: readonly Token[]): (readonly [string, string])[] {
  return itemsIn(group).flatMap(([key, equals, ...value]) =>
    key && equals?.text === "=" ? [[stringValue(key), value.map(stringValue).join("")] as const] : [],
  );
}

/** What a literal means; without its introducer, which none of Flink's own options need. */
function stringValue({ text }: Token): string {
  return text.replace(/^[^']*'|'$/gu, "").replaceAll("''", "'");
}

/** Columns, watermark and keys of a list; `computed` gets the names of the columns that are an expression. */
function columnsIn(items: readonly (readonly Token[])[], computed: Set<string>): [Map<string, string>, string, string] {
  const columns = new Map<string, string>();
  let [watermark, keys] = ["", ""];
  for (const item of items) {
    const word = item[0]?.kind === "word" ? item[0].text.toUpperCase() : "";
    if (word === "WATERMARK") watermark = textOf(item);
    else if (word === "PRIMARY" || word === "UNIQUE" || word === "CONSTRAINT") keys += textOf(item);
    else if (item[0]) {
      columns.set(identifierOf(item[0]), textOf(item));
      if (item[1]?.text.toUpperCase() === "AS") computed.add(identifierOf(item[0]));
    }
  }
  return [columns, watermark, keys];
}

function likeBase(groups: readonly (readonly Token[])[]): {
  readonly name: readonly string[];
  readonly takesOptions: boolean;
} {
  const { parts: name, end } = nameAt(
    groups.map(([first]) => first as Token),
    0,
  );
  const words = (groups[end] ?? []).map(({ text }) => text.toUpperCase()).join(" ");
  return { name, takesOptions: !/EXCLUDING (?:OPTIONS|ALL)/u.test(words) || /INCLUDING OPTIONS/u.test(words) };
}

function textOf(tokens: readonly Token[]): string {
  return normalizeSql(tokens.map(({ text }) => text).join(" "));
}
