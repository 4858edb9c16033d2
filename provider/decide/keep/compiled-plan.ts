/** A plan as Flink's COMPILE PLAN writes it (FLIP-190): operators with ids, and what flows from which into which. */

import { z } from "zod";

/** An operator of a plan; what else it says of itself depends on its type. */
export const PlanNode = z.looseObject({
  id: z.number().int(),
  /** As `stream-exec-group-aggregate_1`: what it does, and the version of its form. */
  type: z.string(),
  description: z.string().default(""),
  outputType: z.unknown(),
});
export type PlanNode = z.infer<typeof PlanNode>;

const Edge = z.looseObject({ source: z.number().int(), target: z.number().int() });

export const CompiledPlan = z.looseObject({
  flinkVersion: z.string(),
  nodes: z.array(PlanNode).min(1),
  edges: z.array(Edge),
});
export type CompiledPlan = z.infer<typeof CompiledPlan>;

/** An operator with those that it reads, in the order of its inputs. */
export interface Operator {
  readonly node: PlanNode;
  readonly inputs: readonly Operator[];
}

/** All operators, each after those that it reads. Throws where an edge leads nowhere or in a circle. */
export function operatorsOf(plan: CompiledPlan): readonly Operator[] {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const sources = new Map<number, number[]>();
  for (const { source, target } of plan.edges) sources.set(target, [...(sources.get(target) ?? []), source]);
  const done = new Map<number, Operator>();
  const open = new Set<number>();
  const visit = (id: number): Operator => {
    const known = done.get(id);
    if (known) return known;
    const node = nodes.get(id);
    if (!node || open.has(id)) throw new Error(`the compiled plan has no operator ${id}, or reads it in a circle`);
    open.add(id);
    const operator = { node, inputs: (sources.get(id) ?? []).map(visit) };
    done.set(id, operator);
    return operator;
  };
  for (const { id } of plan.nodes) visit(id);
  return [...done.values()];
}

/** The same plan with other ids: `ids` has one for each operator. */
export function withIds(plan: CompiledPlan, ids: ReadonlyMap<number, number>): CompiledPlan {
  const now = (id: number): number => {
    const found = ids.get(id);
    if (found === undefined) throw new Error(`operator ${id} of the compiled plan has got no id`);
    return found;
  };
  return {
    ...plan,
    nodes: plan.nodes.map((node) => ({ ...node, id: now(node.id) })),
    edges: plan.edges.map((edge) => ({ ...edge, source: now(edge.source), target: now(edge.target) })),
  };
}

/** Names and types of the columns that an operator gives; a type is Flink's own text of it. */
export function outputColumns({ outputType }: PlanNode): readonly { readonly name: string; readonly type: string }[] {
  if (typeof outputType === "string") return rowColumns(outputType);
  const { fields } = Row.parse(outputType);
  return fields.map(({ name, fieldType }) => ({ name, type: canonical(fieldType) }));
}

const Row = z.object({ fields: z.array(z.object({ name: z.string(), fieldType: z.unknown() })) });

/** ROW<`a` INT, `b` ROW<`c` STRING>>: columns are parted by commas outside of brackets and quotes. */
function rowColumns(text: string): { name: string; type: string }[] {
  const inner = /^ROW<(.*)>(?: NOT NULL)?$/su.exec(text)?.[1];
  if (inner === undefined) return [{ name: "", type: text }];
  const columns: { name: string; type: string }[] = [];
  for (const part of topLevelParts(inner)) {
    const [, name = "", type = part] = /^`((?:[^`]|``)*)`\s+(.*)$/su.exec(part) ?? [];
    columns.push({ name: name.replaceAll("``", "`"), type: type.replace(/ '(?:[^']|'')*'$/u, "") });
  }
  return columns;
}

function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 0, ""];
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "`" || char === "'") quote = char;
    else if (char === "<" || char === "(") depth++;
    else if (char === ">" || char === ")") depth--;
    else if (char === "," && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" ? parts : [...parts, last];
}

/** A value as text, the same one however its keys are ordered. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, of]) => of !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, of]) => `${JSON.stringify(key)}:${canonical(of)}`).join(",")}}`;
}
