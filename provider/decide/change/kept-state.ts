/** A start that keeps its state though what the state is about changed: what is refused then, and what is worth a word. */

import { chooseFrom } from "../job/choices.js";
import type { Deployment, JobRecord } from "../job/record.js";
import { type Draft, type DraftPlan, type Refusal, refuse } from "../plan/decision.js";
import type { Observed } from "../plan/observed.js";
import { type Remark, withRemarks } from "../plan/remark.js";
import { type Desired, haveSecretsChanged } from "./changes.js";
import { isIdentityAnywhere, optionEffect } from "./connectors.js";
import { type OptionChange, optionChanges, optionWords } from "./definition-changes.js";
import { parallelismFault } from "./max-parallelism.js";
import { hintedOptions, sinkOf, sourcesOf, type UsedTable } from "./query-changes.js";

/** The plan, unless it would go on from a state that knows something else. A state that a person chose goes through. */
export function withKeptState(plan: Draft, desired: Desired, { chosen }: Observed, record: JobRecord): DraftPlan {
  const { start } = plan;
  const keeps = start !== undefined && start.from !== "clean" && plan.action !== "replace" && !chosen;
  if (!keeps || !record.current.definitions) return plan;
  const { current } = record;
  const { manifest, definitions } = current;
  const sources = sourcesOf({ manifest, definitions: definitions ?? [] }, desired);
  const refusal = parallelismFault(current, desired) ?? sourceFault(current, desired, sources);
  if (refusal) return refusal;
  return withRemarks(plan, ...remarksOf(current, desired, changedOptions(sources)));
}

interface ChangedOption {
  readonly table: string;
  readonly change: OptionChange;
  readonly effect: "identity" | "server" | "overridden";
}

/** Changed options of tables that a job reads, or writes to, before and now. */
function changedOptions(used: readonly UsedTable[]): ChangedOption[] {
  return used.flatMap(({ name, before, after }) => {
    if (!before) return [];
    return optionChanges(before, after).flatMap((change): ChangedOption[] => {
      const effect = optionEffect(before.options.get("connector"), change);
      return effect === "plain" ? [] : [{ table: name, change, effect }];
    });
  });
}

interface TableFault {
  readonly table: string;
  readonly words: string;
}

/** Options of sources by which they are told apart and that hold a secret parameter, of which one has changed. */
function secretIdentities(current: Deployment, desired: Desired, sources: readonly UsedTable[]): TableFault[] {
  const isSecret = (value: string) => Object.keys(desired.secrets).some((key) => value.includes(`{${key}}`));
  const words = (option: string) => `${option} holds a secret parameter, and one has changed`;
  const found = sources.flatMap(({ name, after: { options } }) => {
    const effectOf = (option: string, value: string) =>
      optionEffect(options.get("connector"), { option, before: value, after: value });
    const holds = ([option, value]: readonly [string, string]) =>
      isSecret(value) && effectOf(option, value) === "identity";
    return [...options].filter(holds).map(([option]) => ({ table: name, words: words(option) }));
  });
  // Of which connector the table is that a hint is about does not matter: these names mean the same with all that have them.
  const hinted = hintedOptions(desired)
    .filter(({ option, value }) => isSecret(value) && isIdentityAnywhere(option))
    .map(({ view, option }) => ({ table: view, words: words(option) }));
  const all = [...found, ...hinted];
  return all.length > 0 && haveSecretsChanged(current, desired) ? all : [];
}

function sourceFault(current: Deployment, desired: Desired, sources: readonly UsedTable[]): Refusal | undefined {
  const { name } = desired.manifest;
  const changed = changedOptions(sources).filter(({ effect }) => effect === "identity");
  // The same query did not read it before: a name of its stands for another one now.
  const others = sources.filter(({ before }) => before === undefined);
  const other = [
    ...changed.map(({ table, change }) => ({ table, words: optionWords(change) })),
    ...others.map((table) => ({ table: table.name, words: "another table of that name is read" })),
    ...secretIdentities(current, desired, sources),
  ];
  if (other.length === 0) return undefined;
  const words = other.map((one) => `${one.table}: ${one.words}`).join(", ");
  const tables = [...new Set(other.map(({ table }) => table))].join(", ");
  return refuse(
    `${name}: the source changed (${words}): the state of version ${current.meta.version} holds positions in the old one, so its rows would keep arriving`,
    `start clean with the new one: ${chooseFrom(name, "clean")}; or restore the definition of ${tables}`,
  );
}

function remarksOf({ definitions = [] }: Deployment, desired: Desired, sources: readonly ChangedOption[]): Remark[] {
  const sink = sinkOf(desired.manifest["target-table"], definitions, desired.definitions);
  const sinks = changedOptions(sink ? [sink] : []);
  const options = sources.filter(({ effect }) => effect === "overridden").map(({ change }) => change.option);
  const servers = [...sources, ...sinks].filter(({ effect }) => effect === "server");
  const tables = [...new Set(servers.map(({ table }) => table))];
  const moved = sinks.filter(({ effect }) => effect === "identity");
  const [table] = moved.map((one) => one.table);
  return [
    ...(options.length > 0 ? [{ about: "own-positions", options } as const] : []),
    ...(tables.length > 0 ? [{ about: "other-servers", tables } as const] : []),
    ...(table === undefined
      ? []
      : [{ about: "rows-elsewhere", table, changes: moved.map(({ change }) => change) } as const]),
  ];
}
