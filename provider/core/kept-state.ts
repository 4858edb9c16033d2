/** A start that keeps its state though what the state is about changed: what is refused then, and what is worth a word. */

import { type Desired, haveSecretsChanged } from "./changes.js";
import { optionEffect } from "./connectors.js";
import { chooseFrom, type Draft, type DraftPlan, type Refusal, refuse } from "./decision.js";
import { type OptionChange, optionWords, tableChanges } from "./definition-changes.js";
import { parallelismFault } from "./max-parallelism.js";
import type { Observed } from "./observed.js";
import type { Deployment, JobRecord } from "./record.js";
import { identifierOf, splitStatements, type Token, tokenize } from "./sql-text.js";
import { nameAt, tablesOf } from "./table-facts.js";

/** The plan, unless it would go on from a state that knows something else. A state that a person chose goes through. */
export function withKeptState(plan: Draft, desired: Desired, { chosen }: Observed, record: JobRecord): DraftPlan {
  const { start } = plan;
  const keeps = start !== undefined && start.from !== "clean" && plan.action !== "replace" && !chosen;
  if (!keeps || !record.current.definitions) return plan;
  const refusal = parallelismFault(record.current, desired) ?? sourceFault(record.current, desired);
  if (refusal) return refusal;
  const remarks = remarksOf(record.current, desired);
  const remark = [...(plan.remark ? [plan.remark] : []), ...remarks].join("; ");
  return remark ? { ...plan, remark } : plan;
}

interface ChangedOption {
  readonly table: string;
  readonly change: OptionChange;
  readonly effect: "identity" | "server" | "overridden";
}

/** Changed options of the tables that a job reads, or that it writes to. */
function changedOptions(current: Deployment, desired: Desired, role: "source" | "sink"): ChangedOption[] {
  const before = current.definitions ?? [];
  const tables = tablesOf(before);
  const isOf = roleOf(role, desired);
  return tableChanges(before, desired.definitions)
    .filter(({ table }) => isOf(table))
    .flatMap(({ table, options }) =>
      options.flatMap((change): ChangedOption[] => {
        const effect = optionEffect(tables.get(table)?.options.get("connector"), change);
        return effect === "plain" ? [] : [{ table, change, effect }];
      }),
    );
}

/** A table that is only looked up has no state: it is asked for each row. */
function roleOf(role: "source" | "sink", { manifest, definitions }: Desired): (table: string) => boolean {
  const target = nameAt(tokenize(manifest["target-table"]), 0).name;
  if (role === "sink") return (table) => table === target;
  const views = definitions.flatMap((sql) => splitStatements(sql)).filter(({ tokens }) => isView(tokens));
  const read = [tokenize(manifest.sql ?? ""), ...views.map(({ tokens }) => tokens)];
  const code = manifest.code ?? "";
  return (table) => {
    const name = table.replace(/ \(\d+\)$/u, "");
    return code.includes(name) || read.some((tokens) => isRead(name, tokens));
  };
}

function isView(tokens: readonly Token[]): boolean {
  const words = tokens.slice(0, 3).map(({ text }) => text.toUpperCase());
  return words[0] === "CREATE" && words.includes("VIEW");
}

function isRead(name: string, tokens: readonly Token[]): boolean {
  return tokens.some((token, i) => {
    const isName = (token.kind === "word" || token.kind === "quoted") && identifierOf(token) === name;
    return isName && !isLookedUp(tokens, i + 1);
  });
}

/** `FOR SYSTEM_TIME AS OF` behind a table's name, where a join asks for single rows. */
function isLookedUp(tokens: readonly Token[], from: number): boolean {
  const words = tokens.slice(from, from + 3).filter(({ kind }) => kind !== "hint");
  return words[0]?.text.toUpperCase() === "FOR" && words[1]?.text.toUpperCase() === "SYSTEM_TIME";
}

/** Options of sources by which they are told apart and that hold a secret parameter, of which one has changed. */
function secretIdentities(
  current: Deployment,
  desired: Desired,
): { readonly table: string; readonly option: string }[] {
  const isSource = roleOf("source", desired);
  const isSecret = (value: string) => Object.keys(desired.secrets).some((key) => value.includes(`{${key}}`));
  const found = [...tablesOf(desired.definitions)].flatMap(([table, { options }]) => {
    const effectOf = (option: string, value: string) =>
      optionEffect(options.get("connector"), { option, before: value, after: value });
    const holds = ([option, value]: readonly [string, string]) =>
      isSecret(value) && effectOf(option, value) === "identity";
    return [...options].filter(holds).map(([option]) => ({ table, option }));
  });
  const read = found.filter(({ table }) => isSource(table));
  return read.length > 0 && haveSecretsChanged(current, desired) ? read : [];
}

function sourceFault(current: Deployment, desired: Desired): Refusal | undefined {
  const { name } = desired.manifest;
  const changed = changedOptions(current, desired, "source").filter(({ effect }) => effect === "identity");
  const other = [
    ...changed.map(({ table, change }) => ({ table, words: optionWords(change) })),
    ...secretIdentities(current, desired).map(({ table, option }) => ({
      table,
      words: `${option} holds a secret parameter, and one has changed`,
    })),
  ];
  if (other.length === 0) return undefined;
  const words = other.map((one) => `${one.table}: ${one.words}`).join(", ");
  const tables = [...new Set(other.map(({ table }) => table))].join(", ");
  return refuse(
    `${name}: the source changed (${words}): the state of version ${current.meta.version} holds positions in the old one, so its rows would keep arriving`,
    `start clean with the new one: ${chooseFrom(name, "clean")}; or restore the definition of ${tables}`,
  );
}

function remarksOf(current: Deployment, desired: Desired): string[] {
  const [sources, sinks] = [changedOptions(current, desired, "source"), changedOptions(current, desired, "sink")];
  const overridden = sources.filter(({ effect }) => effect === "overridden").map(({ change }) => change.option);
  const servers = [...sources, ...sinks].filter(({ effect }) => effect === "server");
  const moved = sinks.filter(({ effect }) => effect === "identity");
  return [
    ...(overridden.length > 0
      ? [
          `${overridden.join(", ")} ${overridden.length > 1 ? "have" : "has"} no effect: the state holds its own positions`,
        ]
      : []),
    ...(servers.length > 0
      ? [
          `servers of ${[...new Set(servers.map(({ table }) => table))].join(", ")} changed: if they are another Kafka cluster, start clean: ${chooseFrom(desired.manifest.name, "clean")}`,
        ]
      : []),
    ...(moved.length > 0
      ? [
          `rows of ${moved[0]?.table} go elsewhere from now on: ${moved.map(({ change }) => optionWords(change)).join(", ")}`,
        ]
      : []),
  ];
}
