/** What differs between two lists of definitions, as a person calls it: `table orders changed (topic a → b)`. */

import { valueWords } from "../job/option-words.js";
import { parseDefinitions } from "../sql/definitions.js";
import { setOrReset } from "../sql/session-options.js";
import { sameSql } from "../sql/sql-text.js";
import { type TableFacts, tablesOf } from "./table-facts.js";

/** Options of a table that differ, in force before and after. */
export interface OptionChange {
  readonly option: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** `topic a → b` */
export function optionWords({ option, before, after }: OptionChange): string {
  return `${option} ${valueWords(option, before)} → ${valueWords(option, after)}`;
}

export interface TableChange {
  readonly table: string;
  readonly words: readonly string[];
}

/** Of each table that is in both lists and means something else, what that is. */
function tableChanges(before: readonly string[], after: readonly string[]): TableChange[] {
  const [old, now] = [tablesOf(before), tablesOf(after)];
  return [...now].flatMap(([table, facts]) => {
    const was = old.get(table);
    if (!was) return [];
    const words = [...optionChanges(was, facts).map(optionWords), ...shapeWords(was, facts)];
    return words.length > 0 ? [{ table, words }] : [];
  });
}

/** Options that differ between two meanings of a table. */
export function optionChanges(old: TableFacts, now: TableFacts): OptionChange[] {
  const names = [...new Set([...old.options.keys(), ...now.options.keys()])].sort();
  return names
    .map((option) => ({ option, before: old.options.get(option), after: now.options.get(option) }))
    .filter(({ before, after }) => before !== after);
}

function shapeWords(old: TableFacts, now: TableFacts): string[] {
  const gone = [...old.columns.keys()].filter((name) => !now.columns.has(name));
  const come = [...now.columns.keys()].filter((name) => !old.columns.has(name));
  const other = [...now.columns].filter(([name, text]) => old.columns.has(name) && old.columns.get(name) !== text);
  const common = (columns: ReadonlyMap<string, string>) =>
    [...columns.keys()].filter((name) => old.columns.has(name) && now.columns.has(name));
  const isMoved = common(old.columns).join() !== common(now.columns).join();
  return [
    ...gone.map((name) => `column ${name} removed`),
    ...come.map((name) => `column ${name} added`),
    ...other.map(([name]) => `column ${name} changed`),
    ...(isMoved ? ["columns in another order"] : []),
    ...(old.watermark === now.watermark ? [] : ["watermark changed"]),
    ...(old.keys === now.keys ? [] : ["primary key changed"]),
  ];
}

export interface DefinitionChange {
  /** `table orders`, `view v`: what it is about. */
  readonly subject: string;
  /** `table orders changed (topic a → b)` */
  readonly words: string;
}

/** What changed between two lists of definitions. */
export function definitionChanges(before: readonly string[], after: readonly string[]): DefinitionChange[] {
  // Of each unchanged job a preview asks this.
  if (before.join(";") === after.join(";")) return [];
  const tables = new Map(tableChanges(before, after).map(({ table, words }) => [table, words]));
  const inForce = (option: string) => [before, after].map((statements) => sessionOptions(statements).get(option));
  const told = new Set<string>();
  const differences = compareDefinitions(before, after).flatMap(
    ({ label, subject, kind, option }): DefinitionChange[] => {
      if (option !== undefined) {
        const [was, is] = inForce(option);
        if (was === is || told.has(option)) return [];
        told.add(option);
        return [{ subject: option, words: optionWords({ option, before: was, after: is }) }];
      }
      const table = /^(?:table|ALTER TABLE) (.*?)(?: \(\d+\))?$/u.exec(label)?.[1] ?? "";
      const name = tables.has(label.replace(/^table /u, "")) ? label.replace(/^table /u, "") : table;
      const words = tables.get(name);
      // What an ALTER TABLE changes is told of its table.
      if (!words || (kind !== "changed" && label.startsWith("table "))) return [{ subject, words: `${label} ${kind}` }];
      if (told.has(name)) return [];
      told.add(name);
      return [changedTable(name, words)];
    },
  );
  // A table that is LIKE another one changes with that.
  const others = [...tables].filter(([name]) => !told.has(name));
  return [...differences, ...others.map(([name, words]) => changedTable(name, words))];
}

/** Options of the session once all statements have run, as SET and RESET leave them. */
function sessionOptions(statements: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const change of statements.map(setOrReset)) {
    if (change && "set" in change) options.set(change.set, change.value);
    else if (change) options.delete(change.reset);
  }
  return options;
}

function changedTable(name: string, words: readonly string[]): DefinitionChange {
  return { subject: `table ${name}`, words: `table ${name} changed (${words.join(", ")})` };
}

export interface DefinitionDifference {
  readonly label: string;
  /** The label without the number that tells it from others. */
  readonly subject: string;
  readonly kind: "changed" | "added" | "removed";
  /** Of a SET or RESET: the option that it is about. */
  readonly option?: string | undefined;
}

/** What differs between two lists of definitions; formatting and order do not. */
export function compareDefinitions(before: readonly string[], after: readonly string[]): DefinitionDifference[] {
  const [old, now] = [byLabel(before), byLabel(after)];
  const changed = [...now].filter(([label, { sql }]) => old.has(label) && !sameSql(old.get(label)?.sql ?? "", sql));
  const added = [...now].filter(([label]) => !old.has(label));
  const removed = [...old].filter(([label]) => !now.has(label));
  return [
    ...changed.map(([label, of]) => ({ label, ...aboutOf(of), kind: "changed" as const })),
    ...added.map(([label, of]) => ({ label, ...aboutOf(of), kind: "added" as const })),
    ...removed.map(([label, of]) => ({ label, ...aboutOf(of), kind: "removed" as const })),
  ];
}

function aboutOf({ subject, sql }: { readonly subject: string; readonly sql: string }) {
  const change = setOrReset(sql);
  return { subject, option: change && ("set" in change ? change.set : change.reset) };
}

/** Two statements of one label (`SET 'a'`, `SET 'b'`) are told apart by their number. */
function byLabel(statements: readonly string[]): Map<string, { readonly subject: string; readonly sql: string }> {
  const found = new Map<string, { subject: string; sql: string }>();
  for (const definition of statements.flatMap((sql) => parseDefinitions("", sql))) {
    let label = definition.label;
    for (let n = 2; found.has(label); n++) label = `${definition.label} (${n})`;
    found.set(label, { subject: definition.label, sql: definition.sql });
  }
  return found;
}
