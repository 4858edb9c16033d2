/** Follows the columns of a compiled plan from its sources to its sinks: what each operator's state is, means, and is fed with. */

import { z } from "zod";
import {
  type CompiledPlan,
  canonical,
  type Operator,
  operatorsOf,
  outputColumns,
  type PlanNode,
} from "./compiled-plan.js";
import { digestKey, functionName, type Meaning, meaningOf } from "./expressions.js";
import { kindOf, kindWords, type Role, roleOf } from "./operator-kinds.js";

/** One thing that can be compared: alike where `key` is. */
export type Part = Meaning;

/** What is known of an operator that keeps state. */
export interface StateFacts {
  readonly id: number;
  readonly role: Exclude<Role, "stateless">;
  /** As `group by country`. */
  readonly title: string;
  /** What its bytes look like, by what it is called: another one cannot be read. */
  readonly form: ReadonlyMap<string, Part>;
  /** What its columns stand for, apart from which rows they were taken from. */
  readonly meaning: readonly Part[];
  /** Which rows reach it. */
  readonly selection: readonly Part[];
  /** Rows that reached it may be taken back later, and must then be let through as before. */
  readonly takesBack: boolean;
}

interface Flow {
  readonly columns: readonly Meaning[];
  readonly selection: readonly Part[];
}

/** The operators with state, each after those that feed it. */
export function tracedStates(plan: CompiledPlan): readonly StateFacts[] {
  const flows = new Map<Operator, Flow>();
  const states: StateFacts[] = [];
  for (const operator of operatorsOf(plan)) {
    const inputs = operator.inputs.map((input) => flows.get(input) as Flow);
    const role = roleOf(operator.node);
    if (role !== "stateless") states.push(factsOf(operator, role, inputs));
    flows.set(operator, flowOf(operator, inputs));
  }
  return states;
}

const Config = z.looseObject({
  projection: z.array(z.unknown()).optional(),
  condition: z.unknown().optional(),
  watermarkExpr: z.unknown().optional(),
  grouping: z.array(z.number()).optional(),
  aggCalls: z.array(z.looseObject({ argList: z.array(z.number()), filterArg: z.number().default(-1) })).optional(),
  needRetraction: z.boolean().optional(),
  scanTableSource: z.looseObject({ table: z.unknown(), abilities: z.array(z.unknown()).optional() }).optional(),
  dynamicTableSink: z.looseObject({ table: z.unknown() }).optional(),
  inputChangelogMode: z.array(z.string()).optional(),
  requireUpsertMaterialize: z.boolean().optional(),
  state: z.array(z.looseObject({ name: z.string(), ttl: z.string() })).optional(),
});
type Config = z.infer<typeof Config>;

function flowOf({ node }: Operator, inputs: readonly Flow[]): Flow {
  const config = Config.parse(node);
  const [first = { columns: [], selection: [] }] = inputs;
  const selection = selectionOf(inputs);
  switch (kindOf(node)) {
    case "table-source-scan":
      return sourceFlow(node, config);
    case "calc":
    case "python-calc":
      return {
        columns: (config.projection ?? []).map((rex) => meaningOf(rex, first.columns)),
        selection: config.condition ? [...selection, meaningOf(config.condition, first.columns)] : selection,
      };
    case "watermark-assigner": {
      const { key, words } = meaningOf(config.watermarkExpr, first.columns);
      return {
        columns: first.columns,
        selection: [...selection, { key: `watermark ${key}`, words: `watermark ${words}` }],
      };
    }
    case "exchange":
    case "drop-update-before":
    case "mini-batch-assigner":
    case "changelog-normalize":
      return { columns: first.columns, selection };
    case "union":
      return { columns: first.columns.map((_, i) => unionOf(inputs.map(({ columns }) => columns[i]))), selection };
    case "group-aggregate":
      return { columns: aggregateColumns(config, first.columns), selection };
    default:
      return { columns: opaqueColumns(node, inputs), selection };
  }
}

/** Conditions of several inputs are told apart by the input that they are of. */
function selectionOf(inputs: readonly Flow[]): readonly Part[] {
  if (inputs.length === 1) return inputs[0]?.selection ?? [];
  return inputs.flatMap(({ selection }, i) => selection.map(({ key, words }) => ({ key: `${i}: ${key}`, words })));
}

const QUIET_ABILITIES = new Set(["ProjectPushDown", "ReadingMetadata"]);

function sourceFlow(node: PlanNode, { scanTableSource }: Config): Flow {
  const table = identifierOf(scanTableSource?.table);
  const columns = outputColumns(node).map(({ name }) => ({ key: digestKey(`${table.key}.${name}`), words: name }));
  const told = (scanTableSource?.abilities ?? []).filter((of) => !QUIET_ABILITIES.has(String(Object(of).type)));
  return { columns, selection: told.map((of) => ({ key: digestKey(canonical(of)), words: String(Object(of).type) })) };
}

/** `catalog`.`database`.`table`, called by its last part. */
function identifierOf(table: unknown): Part {
  const identifier = Object(table).identifier;
  const key = typeof identifier === "string" ? identifier : canonical(table);
  return { key, words: /`((?:[^`]|``)*)`$/u.exec(key)?.[1] ?? key };
}

function unionOf(branches: readonly (Meaning | undefined)[]): Meaning {
  const keys = branches.map((branch) => branch?.key ?? "");
  return { key: digestKey(`union(${keys.join("|")})`), words: branches[0]?.words ?? "" };
}

function aggregateColumns(config: Config, input: readonly Meaning[]): Meaning[] {
  const keys = (config.grouping ?? []).map((i) => input[i] ?? { key: "?", words: "?" });
  const per = keys.map(({ key }) => key).join(",");
  const aggregates = (config.aggCalls ?? []).map((call) => {
    const { key, words } = aggregateOf(call, input);
    return { key: digestKey(`${key} per ${per}`), words };
  });
  return [...keys, ...aggregates];
}

type AggregateCall = NonNullable<Config["aggCalls"]>[number];

function aggregateOf(call: AggregateCall, input: readonly Meaning[]): Meaning {
  const given = call.argList.map((i) => input[i] ?? { key: "?", words: "?" });
  const filter = call.filterArg >= 0 ? input[call.filterArg] : undefined;
  const { argList: _, filterArg: _filter, name: _name, ...rest } = call;
  const name = functionName(call);
  const inner = given.length > 0 ? given.map(({ words }) => words).join(", ") : "*";
  return {
    key: digestKey(canonical([rest, given.map(({ key }) => key), filter?.key ?? ""])),
    words: `${name}(${call.distinct ? "DISTINCT " : ""}${inner})${filter ? ` FILTER (WHERE ${filter.words})` : ""}`,
  };
}

/** Columns of an operator that is not looked into: which of its columns, of what. */
function opaqueColumns(node: PlanNode, inputs: readonly Flow[]): Meaning[] {
  const of = digestKey(
    canonical([node.type, configOf(node), inputs.map(({ columns }) => columns.map(({ key }) => key))]),
  );
  return outputColumns(node).map(({ name }, i) => ({ key: `${of}[${i}]`, words: name }));
}

/** All that an operator says of itself but names, which mean nothing, and what says how rows go from one to the next. */
function configOf(node: PlanNode): unknown {
  const { id: _id, description: _description, inputProperties: _properties, outputType: _type, ...config } = node;
  const { state: _state, generateUpdateBefore: _before, namedWindowProperties: _named, ...rest } = config;
  return withoutNames(rest);
}

function withoutNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNames);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "name");
  return Object.fromEntries(entries.map(([key, of]) => [key, withoutNames(of)]));
}

function factsOf({ node, inputs: read }: Operator, role: StateFacts["role"], inputs: readonly Flow[]): StateFacts {
  const config = Config.parse(node);
  const [first = { columns: [] }] = inputs;
  const common = { id: node.id, role, selection: selectionOf(inputs), takesBack: config.needRetraction === true };
  if (role === "source") {
    const table = identifierOf(config.scanTableSource?.table);
    return { ...common, title: `source ${table.words}`, form: new Map([["table", table]]), meaning: [] };
  }
  if (role === "sink") return { ...common, ...sinkFacts(node, config, read) };
  if (kindOf(node) === "group-aggregate") return { ...common, ...aggregateFacts(node, config, first.columns, read) };
  const form = new Map([
    ["operator", part(node.type, kindWords(node))],
    ["settings", part(digestKey(canonical(configOf(node))), node.description)],
    ["columns", typesOf(read)],
    ["state", statesOf(config)],
  ]);
  const takesBack = config.needRetraction !== false;
  return { ...common, title: kindWords(node), form, meaning: inputs.flatMap(({ columns }) => columns), takesBack };
}

type Facts = Pick<StateFacts, "title" | "form" | "meaning">;

function sinkFacts(node: PlanNode, config: Config, read: readonly Operator[]): Facts {
  const table = identifierOf(config.dynamicTableSink?.table);
  const form = new Map([["table", table]]);
  if (config.requireUpsertMaterialize) {
    form.set("columns", typesOf(read));
    form.set("state", statesOf(config));
    form.set("upsert key", part(canonical(node.inputUpsertKey), canonical(node.inputUpsertKey)));
  }
  return { title: `sink ${table.words}`, form, meaning: [] };
}

function aggregateFacts(node: PlanNode, config: Config, input: readonly Meaning[], read: readonly Operator[]): Facts {
  const types = read[0] ? outputColumns(read[0].node).map(({ type }) => type) : [];
  const keys = (config.grouping ?? []).map((i) => ({ meaning: input[i], type: types[i] ?? "?" }));
  const calls = (config.aggCalls ?? []).map((call) => ({ call, meaning: aggregateOf(call, input) }));
  const forms = calls.map(({ call }) => {
    const { argList, filterArg, name: _name, ...rest } = call;
    return [rest, argList.map((i) => types[i] ?? "?"), filterArg >= 0];
  });
  const words = keys.map(({ meaning }) => meaning?.words ?? "?").join(", ");
  const aggregates = calls.map(({ meaning }) => meaning.words).join(", ");
  return {
    title: words === "" ? "aggregate of all rows" : `group by ${words}`,
    form: new Map([
      ["operator", part(node.type, kindWords(node))],
      ["key", part(canonical(keys.map(({ type }) => type)), words)],
      ["aggregates", part(digestKey(canonical([forms, node.aggCallNeedRetractions ?? []])), aggregates)],
      ["rows taken back", part(String(config.needRetraction ?? false), config.needRetraction ? "yes" : "no")],
      ["settings", part(canonical(node.configuration ?? {}), canonical(node.configuration ?? {}))],
      ["state", statesOf(config)],
    ]),
    meaning: [...keys.map(({ meaning }) => meaning ?? part("?", "?")), ...calls.map(({ meaning }) => meaning)],
  };
}

function part(key: string, words: string): Part {
  return { key, words };
}

/** Types of the rows that are read, without their names: Flink keeps rows by position. */
function typesOf(read: readonly Operator[]): Part {
  const rows = read.map(({ node }) => outputColumns(node).map(({ type }) => type));
  return part(digestKey(canonical(rows)), rows.map((row) => row.join(", ")).join(" | "));
}

/** A state that expires is written in another form than one that does not; after how long is not part of it. */
function statesOf({ state = [] }: Config): Part {
  const of = state.map(({ name, ttl }) => `${name}${/^0\b/u.test(ttl) ? "" : " that expires"}`);
  return part(of.join(", "), of.join(", "));
}
