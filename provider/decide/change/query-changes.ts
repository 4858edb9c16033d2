/** What of a query stands elsewhere and means something else now: the views that it reads, and computed columns. */

import type { Manifest } from "../job/manifest.js";
import { tokenize } from "../sql/sql-text.js";
import { keyOf, readsOf, type SessionObjects, sessionObjects, viewText } from "./session-objects.js";
import { nameAt, type TableFacts } from "./table-facts.js";

export interface QueryChange {
  readonly kind: "view" | "table";
  readonly name: string;
}

type Queried = { readonly manifest: Pick<Manifest, "sql" | "code">; readonly definitions: readonly string[] };

/** Of one and the same query, whose text is not looked at. */
export function queryChanges(before: Queried, after: Queried): QueryChange[] {
  if (before.definitions.join(";") === after.definitions.join(";")) return [];
  const [old, now] = [sessionObjects(before.definitions), sessionObjects(after.definitions)];
  const [was, is] = [readsOf(old, before.manifest), readsOf(now, after.manifest)];
  const views = [...new Set([...was.views, ...is.views])].filter((key) => textOf(old, key) !== textOf(now, key));
  const tables = [...is.tables].filter((key) => {
    const [a, b] = [factsOf(old, key), factsOf(now, key)];
    return a !== undefined && b !== undefined && isQueriedElse(a, b);
  });
  return [
    ...views.map((key) => ({ kind: "view" as const, name: nameOf(now, key) ?? nameOf(old, key) ?? key })),
    ...tables.map((key) => ({ kind: "table" as const, name: nameOf(now, key) ?? key })),
  ];
}

/**
 * Columns that are computed in another way, and columns in another order: what the state holds of a row has them by their
 * place. One that only gets another type says so when Flink restores the state.
 */
function isQueriedElse(old: TableFacts, now: TableFacts): boolean {
  const common = (columns: ReadonlyMap<string, string>) =>
    [...columns.keys()].filter((name) => old.columns.has(name) && now.columns.has(name)).join("\n");
  const isComputedElse = [...now.columns].some(
    ([name, text]) =>
      old.columns.has(name) && old.columns.get(name) !== text && (old.computed.has(name) || now.computed.has(name)),
  );
  return isComputedElse || common(old.columns) !== common(now.columns);
}

function textOf({ byKey }: SessionObjects, key: string): string | undefined {
  const object = byKey.get(key);
  return object?.kind === "view" ? viewText(object) : undefined;
}

function factsOf({ byKey }: SessionObjects, key: string): TableFacts | undefined {
  const object = byKey.get(key);
  return object?.kind === "table" ? object.facts : undefined;
}

const nameOf = ({ byKey }: SessionObjects, key: string) => byKey.get(key)?.name;

/** A table that a job reads, or writes to, before and after. */
export interface UsedTable {
  readonly name: string;
  readonly before: TableFacts | undefined;
  readonly after: TableFacts;
}

/**
 * The tables that a query reads now; `before` is undefined where it did not read that one. The same definition in another
 * database is the same table.
 */
export function sourcesOf(before: Queried, after: Queried): UsedTable[] {
  const [old, now] = [sessionObjects(before.definitions), sessionObjects(after.definitions)];
  const [was, is] = [readsOf(old, before.manifest).tables, readsOf(now, after.manifest).tables];
  const gone = [...was].filter((key) => !is.has(key)).flatMap((key) => factsOf(old, key) ?? []);
  return [...is].flatMap((key) => {
    const facts = factsOf(now, key);
    if (!facts) return [];
    const same = was.has(key) ? factsOf(old, key) : gone.find((one) => sameFacts(one, facts));
    return [{ name: nameOf(now, key) ?? key, before: same, after: facts }];
  });
}

function sameFacts(a: TableFacts, b: TableFacts): boolean {
  const text = ({ options, columns, watermark, keys, rest }: TableFacts) =>
    JSON.stringify([[...options].sort(), [...columns], watermark, keys, rest]);
  return text(a) === text(b);
}

/** The table that it writes to, where the definitions make it, before and now. */
export function sinkOf(target: string, before: readonly string[], after: readonly string[]): UsedTable | undefined {
  const { parts } = nameAt(tokenize(target), 0);
  const [old, now] = [sessionObjects(before), sessionObjects(after)];
  const key = keyOf(parts, now.names);
  const facts = factsOf(now, key);
  return facts && { name: nameOf(now, key) ?? key, before: factsOf(old, keyOf(parts, old.names)), after: facts };
}

/** Views and computed columns of a query that hold one of these secret parameters, which then is a part of it. */
export function secretsInQuery({ manifest, definitions }: Queried, secrets: readonly string[]): QueryChange[] {
  if (secrets.length === 0) return [];
  const objects = sessionObjects(definitions);
  const { tables, views } = readsOf(objects, manifest);
  const holds = (text: string) => secrets.some((key) => text.includes(`{${key}}`));
  return [...views, ...tables].flatMap((key): QueryChange[] => {
    const object = objects.byKey.get(key);
    if (!object) return [];
    const isHeld =
      object.kind === "view"
        ? object.query.some(({ kind, text }) => kind === "string" && holds(text))
        : [...object.facts.computed].some((column) => holds(object.facts.columns.get(column) ?? ""));
    return isHeld ? [{ kind: object.kind, name: object.name }] : [];
  });
}

/** `'key' = 'value'` in the hints of the views that a query reads. */
export function hintedOptions({
  manifest,
  definitions,
}: Queried): { readonly view: string; readonly option: string; readonly value: string }[] {
  const objects = sessionObjects(definitions);
  return [...readsOf(objects, manifest).views].flatMap((key) => {
    const object = objects.byKey.get(key);
    if (object?.kind !== "view") return [];
    const hints = object.query.filter(({ kind }) => kind === "hint").map(({ text }) => text);
    return hints.flatMap((text) =>
      [...text.matchAll(/'([^']*)'\s*=\s*'([^']*)'/gu)].map(([, option = "", value = ""]) => ({
        view: object.name,
        option,
        value,
      })),
    );
  });
}
