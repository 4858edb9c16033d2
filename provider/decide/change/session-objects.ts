/** What a session has once a list of definitions has run: its tables and views under their whole names, and what a query reads of them. */

import type { Manifest } from "../job/manifest.js";
import { identifierOf, normalizeSql, splitStatements, type Token, tokenize } from "../sql/sql-text.js";
import { alteredTable, createdTable, nameAt, newNameOf, type TableFacts } from "./table-facts.js";

/** Where names of one part are looked up. */
interface Names {
  readonly catalog: string;
  readonly database: string;
}

export type SessionObject =
  | { readonly kind: "table"; readonly name: string; readonly facts: TableFacts }
  /** A view looks its names up where it was made. */
  | { readonly kind: "view"; readonly name: string; readonly query: readonly Token[]; readonly names: Names };

/** Whole name → object; temporary ones stand before others. */
export interface SessionObjects {
  readonly byKey: ReadonlyMap<string, SessionObject>;
  readonly names: Names;
}

const FIRST: Names = { catalog: "default_catalog", database: "default_database" };

export function sessionObjects(definitions: readonly string[]): SessionObjects {
  const [lasting, temporary] = [new Map<string, SessionObject>(), new Map<string, SessionObject>()];
  let names = FIRST;
  for (const { tokens } of definitions.flatMap((sql) => splitStatements(sql))) {
    const words = tokens.slice(0, 6).map(({ text }) => text.toUpperCase());
    if (words[0] === "USE") names = namesAfter(tokens, names);
    const at = words.findIndex((word) => word === "TABLE" || word === "VIEW");
    if (at < 0 || !["CREATE", "DROP", "ALTER"].includes(words[0] ?? "")) continue;
    const { parts, name, end } = nameAt(tokens, at + 1);
    const key = keyOf(parts, names);
    const isTemporary = words.slice(0, at).includes("TEMPORARY");
    const objects = isTemporary || (words[0] === "ALTER" && temporary.has(key)) ? temporary : lasting;
    const was = objects.get(key);
    if (words[0] === "DROP") objects.delete(key);
    else if (words[0] === "CREATE" && words[at] === "VIEW")
      objects.set(key, { kind: "view", name, query: queryIn(tokens, end), names });
    else if (words[0] === "CREATE") {
      const baseOf = (base: readonly string[]) => {
        const found = temporary.get(keyOf(base, names)) ?? lasting.get(keyOf(base, names));
        return found?.kind === "table" ? found.facts : undefined;
      };
      objects.set(key, { kind: "table", name, facts: createdTable(tokens, end, baseOf) });
    } else if (was) {
      const next = newNameOf(tokens, end);
      if (next) objects.delete(key);
      if (next)
        objects.set(keyOf(next.length === 1 ? [...parts.slice(0, -1), ...next] : next, names), {
          ...was,
          name: next.at(-1) ?? "",
        });
      else if (was.kind === "table") objects.set(key, { ...was, facts: alteredTable(was.facts, tokens.slice(end)) });
      else objects.set(key, { ...was, query: queryIn(tokens, end), names });
    }
  }
  return { byKey: new Map([...lasting, ...temporary]), names };
}

/** Behind AS; columns that a view is given belong to it. */
function queryIn(tokens: readonly Token[], end: number): readonly Token[] {
  return tokens.slice(end);
}

function namesAfter(tokens: readonly Token[], names: Names): Names {
  const second = tokens[1]?.text.toUpperCase();
  if (second === "MODULES") return names;
  if (second === "CATALOG") return { catalog: nameAt(tokens, 2).name, database: "" };
  const { parts } = nameAt(tokens, 1);
  return { catalog: parts.length > 1 ? (parts[0] ?? "") : names.catalog, database: parts.at(-1) ?? "" };
}

/** One text for each name, whatever part of it was left out. */
export function keyOf(parts: readonly string[], { catalog, database }: Names): string {
  const whole = parts.length === 1 ? [catalog, database, ...parts] : parts.length === 2 ? [catalog, ...parts] : parts;
  return JSON.stringify(whole);
}

/** A view's text as it is compared: without formatting. */
export function viewText({ query }: { readonly query: readonly Token[] }): string {
  return normalizeSql(query.map(({ text }) => text).join(" "));
}

export interface Reads {
  /** Keys of the tables that have a place in the state of the job: one that is only looked up has none. */
  readonly tables: ReadonlySet<string>;
  readonly views: ReadonlySet<string>;
}

/** What a query reads, by itself and through views. Of code any text that holds a name counts. */
export function readsOf({ byKey, names }: SessionObjects, { sql, code }: Pick<Manifest, "sql" | "code">): Reads {
  const [tables, views] = [new Set<string>(), new Set<string>()];
  const open: { readonly tokens: readonly Token[]; readonly names: Names }[] = [{ tokens: tokenize(sql ?? ""), names }];
  const note = (key: string, object: SessionObject) => {
    if (object.kind === "table") tables.add(key);
    else if (!views.has(key)) {
      views.add(key);
      open.push({ tokens: object.query, names: object.names });
    }
  };
  for (const [key, object] of byKey) if (code?.includes(object.name)) note(key, object);
  for (let next = open.pop(); next; next = open.pop())
    for (const { parts, isLookedUp } of namesRead(next.tokens))
      for (let length = 1; length <= Math.min(3, parts.length); length++) {
        const key = keyOf(parts.slice(0, length), next.names);
        const object = byKey.get(key);
        if (object && !(isLookedUp && object.kind === "table")) note(key, object);
      }
  return { tables, views };
}

/** Words that end the part of a query in which tables stand, and those that begin it. */
const NOT_TABLES = new Set(["SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "ON", "USING", "SET"]);
const TABLES = new Set(["FROM", "JOIN", "TABLE", "UNION", "INTERSECT", "EXCEPT"]);

function* namesRead(tokens: readonly Token[]): Generator<{ readonly parts: string[]; readonly isLookedUp: boolean }> {
  // For each open parenthesis whether tables stand there.
  const among = [false];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) continue;
    const word = token.kind === "word" ? token.text.toUpperCase() : "";
    if (token.text === "(") among.push(among.at(-1) ?? false);
    else if (token.text === ")") among.pop();
    else if (TABLES.has(word)) among[among.length - 1] = true;
    else if (NOT_TABLES.has(word)) among[among.length - 1] = false;
    else if (among.at(-1) && (token.kind === "word" || token.kind === "quoted") && tokens[i - 1]?.text !== ".") {
      const { parts, end } = nameAt([...tokens.slice(i, i + 5)], 0);
      const behind = tokens.slice(i + end).filter(({ kind }) => kind !== "hint");
      const isLookedUp = behind[0]?.text.toUpperCase() === "FOR" && behind[1]?.text.toUpperCase() === "SYSTEM_TIME";
      if (identifierOf(token) !== "") yield { parts: [...parts], isLookedUp };
    }
  }
}
