/** Tables as a list of definitions leaves them: columns and options in force, after LIKE, ALTER TABLE and DROP TABLE. */

import { identifierOf, normalizeSql, splitStatements, type Token } from "./sql-text.js";

export interface TableFacts {
  readonly options: ReadonlyMap<string, string>;
  /** Of each column its definition in one form for all formattings; watermark and keys beside them. */
  readonly columns: ReadonlyMap<string, string>;
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
    if (words[0] === "CREATE" && isTemporary) create(shadows, tokens, 3, all());
    else if (words[0] === "DROP" && isTemporary) shadows.delete(nameAt(tokens, 3).name);
    else if (words[0] === "CREATE" && words[1] === "TABLE") create(tables, tokens, 2, all());
    else if (words[0] === "ALTER" && words[1] === "TABLE")
      alter(shadows.has(nameAt(tokens, 2).name) ? shadows : tables, tokens);
    else if (words[0] === "DROP" && words[1] === "TABLE") tables.delete(nameAt(tokens, 2).name);
  }
  return all();
}

function create(
  tables: Map<string, TableFacts>,
  tokens: readonly Token[],
  from: number,
  bases: ReadonlyMap<string, TableFacts>,
): void {
  const { name, end } = nameAt(tokens, from);
  const groups = topLevel(tokens.slice(end));
  const options = new Map<string, string>();
  let [columns, watermark, keys] = [new Map<string, string>(), "", ""];
  const rest: string[] = [];
  for (let i = 0; i < groups.length; i++) {
    const [group, next] = [groups[i] ?? [], groups[i + 1]];
    const word = group[0]?.text.toUpperCase();
    if (group.length > 1 && i === 0) [columns, watermark, keys] = columnsIn(group);
    else if (word === "WITH" && next) {
      for (const [key, value] of pairsIn(next)) options.set(key, value);
      i++;
    } else if (word === "LIKE") {
      const base = likeBase(groups.slice(i + 1));
      const inherited = bases.get(base.name);
      if (inherited && base.takesOptions)
        for (const [key, value] of inherited.options) if (!options.has(key)) options.set(key, value);
      if (inherited) columns = new Map([...inherited.columns, ...columns]);
      watermark ||= inherited?.watermark ?? "";
      keys ||= inherited?.keys ?? "";
      rest.push(textOf(groups.slice(i).flat()));
      break;
    } else rest.push(textOf(group));
  }
  tables.set(freeName(tables, name), { options, columns, watermark, keys, rest: rest.join(" ") });
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
  const verb = tokens[end]?.text.toUpperCase();
  if (verb === "RENAME" && tokens[end + 1]?.text.toUpperCase() === "TO") {
    tables.delete(name);
    tables.set(nameAt(tokens, end + 2).name, table);
    return;
  }
  const options = new Map(table.options);
  const given = topLevel(tokens.slice(end + 1))[0] ?? [];
  if (verb === "SET") for (const [key, value] of pairsIn(given)) options.set(key, value);
  else if (verb === "RESET") for (const token of given) if (token.kind === "string") options.delete(stringValue(token));
  const rest = verb === "SET" || verb === "RESET" ? table.rest : `${table.rest} ${textOf(tokens.slice(end))}`;
  tables.set(name, { ...table, options, rest });
}

/** The last part of a name, and the index behind it. */
export function nameAt(tokens: readonly Token[], from: number): { readonly name: string; readonly end: number } {
  let at = from;
  while (["IF", "NOT", "EXISTS"].includes(tokens[at]?.text.toUpperCase() ?? "")) at++;
  while (tokens[at + 1]?.text === ".") at += 2;
  const last = tokens[at];
  return { name: last ? identifierOf(last) : "", end: at + 1 };
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

function columnsIn(group: readonly Token[]): [Map<string, string>, string, string] {
  const columns = new Map<string, string>();
  let [watermark, keys] = ["", ""];
  for (const item of itemsIn(group)) {
    const word = item[0]?.kind === "word" ? item[0].text.toUpperCase() : "";
    if (word === "WATERMARK") watermark = textOf(item);
    else if (word === "PRIMARY" || word === "UNIQUE" || word === "CONSTRAINT") keys += textOf(item);
    else if (item[0]) columns.set(identifierOf(item[0]), textOf(item));
  }
  return [columns, watermark, keys];
}

function likeBase(groups: readonly (readonly Token[])[]): { readonly name: string; readonly takesOptions: boolean } {
  const { name, end } = nameAt(
    groups.map(([first]) => first as Token),
    0,
  );
  const words = (groups[end] ?? []).map(({ text }) => text.toUpperCase()).join(" ");
  return { name, takesOptions: !/EXCLUDING (?:OPTIONS|ALL)/u.test(words) || /INCLUDING OPTIONS/u.test(words) };
}

function textOf(tokens: readonly Token[]): string {
  return normalizeSql(tokens.map(({ text }) => text).join(" "));
}
