/** Which operators of a changed query take over whose state: ids for its plan, and a verdict for each state. */

import type { CompiledPlan } from "./compiled-plan.js";
import { type Part, type StateFacts, tracedStates } from "./traced.js";

/** How much of the state of before a changed query is to go on with. */
export type Keeping = "offsets" | "keep";

/** Why a state cannot be taken over, or what is different about it. */
export type Difference =
  | { readonly of: "form"; readonly name: string; readonly old: string; readonly now: string }
  | { readonly of: "meaning"; readonly old: string; readonly now: string }
  | { readonly of: "selection"; readonly removed: readonly string[]; readonly added: readonly string[] };

export type Verdict =
  /** It goes on as it was. */
  | { readonly is: "kept" }
  /** Its own meaning is the same; from now on other rows reach it. */
  | { readonly is: "kept, fed otherwise"; readonly why: Difference }
  /** There was none before, or it is not to be taken over. */
  | { readonly is: "starts empty"; readonly why?: Difference | undefined }
  /** No operator of the changed query goes on with it. */
  | { readonly is: "dropped" }
  | { readonly is: "incompatible"; readonly why: Difference };

export interface OperatorVerdict {
  readonly role: StateFacts["role"];
  /** In SQL's words, as `group by country`. */
  readonly title: string;
  /** Id in the plan of before, by which its size is found; undefined where there was none. */
  readonly oldId?: number | undefined;
  readonly verdict: Verdict;
}

export interface Alignment {
  /** For each operator of the new plan: the id under which it starts. */
  readonly ids: ReadonlyMap<number, number>;
  readonly verdicts: readonly OperatorVerdict[];
  /** With `keep`: all states of before go on. With `offsets` always. */
  readonly isPossible: boolean;
}

export interface AlignmentRule {
  readonly keeping: Keeping;
  /** The manifest accepts that a state goes on though its columns mean something else. */
  readonly acceptMixedMeaning?: boolean;
}

/** Both plans are of one job, the old one with the ids under which it ran. */
export function align(old: CompiledPlan, now: CompiledPlan, rule: AlignmentRule): Alignment {
  const [before, after] = [tracedStates(old), tracedStates(now)];
  const pairs = matched(before, after);
  const judged = after.map((state) => ({ state, ...judge(state, pairs.get(state), rule, after) }));
  const dropped = before
    .filter((state) => ![...pairs.values()].includes(state))
    .map((state) => ({ role: state.role, title: state.title, oldId: state.id, verdict: { is: "dropped" } as const }));
  const taken = new Map(
    judged.flatMap(({ state, takes }) => (takes === undefined ? [] : [[state.id, takes] as const])),
  );
  const verdicts = [...judged.map(({ verdict }) => verdict), ...dropped];
  return {
    ids: idsFor(old, now, taken),
    verdicts,
    isPossible: rule.keeping === "offsets" || verdicts.every(isTakenOver),
  };
}

function isTakenOver({ role, verdict }: OperatorVerdict): boolean {
  if (verdict.is === "kept" || verdict.is === "kept, fed otherwise") return true;
  // Another source or sink is one that the manifest asks for; an operator that begins empty would give other rows.
  return role !== "stateful" && verdict.is !== "incompatible";
}

/** Fresh ids lie above all that the job has had, so that none of them finds a state by chance. */
function idsFor(old: CompiledPlan, now: CompiledPlan, taken: ReadonlyMap<number, number>): Map<number, number> {
  let next = Math.max(...old.nodes.map(({ id }) => id)) + 1;
  return new Map(now.nodes.map(({ id }) => [id, taken.get(id) ?? next++]));
}

/** Ids in the order of the plan, for a version that starts clean: Flink's own come from a counter of its process. */
export function firstIds(plan: CompiledPlan): Map<number, number> {
  return new Map(plan.nodes.map(({ id }, i) => [id, i + 1]));
}

/** New → old: those that are the most alike first, each once, and only of one kind. */
function matched(before: readonly StateFacts[], after: readonly StateFacts[]): Map<StateFacts, StateFacts> {
  const candidates = after.flatMap((now, i) =>
    before
      .map((old, j) => ({ now, old, likeness: likenessOf(old, now), apart: Math.abs(i - j) }))
      .filter(({ likeness }) => likeness > 0),
  );
  candidates.sort((a, b) => b.likeness - a.likeness || a.apart - b.apart);
  const pairs = new Map<StateFacts, StateFacts>();
  const gone = new Set<StateFacts>();
  for (const { now, old } of candidates) {
    if (pairs.has(now) || gone.has(old)) continue;
    pairs.set(now, old);
    gone.add(old);
  }
  return pairs;
}

/** 0 where they cannot be the same operator; sources and sinks are told by their table. */
function likenessOf(old: StateFacts, now: StateFacts): number {
  if (old.role !== now.role) return 0;
  if (now.role !== "stateful") return isSame(old.form.get("table"), now.form.get("table")) ? 2 + same(old, now) : 0;
  if (!isSame(old.form.get("operator"), now.form.get("operator"))) return 0;
  return 1 + same(old, now);
}

function same(old: StateFacts, now: StateFacts): number {
  const form = formDifference(old, now) === undefined ? 4 : 0;
  const meaning = areSame(old.meaning, now.meaning) ? 8 : 0;
  return form + meaning + (areSame(old.selection, now.selection) ? 2 : 0);
}

interface Judged {
  readonly verdict: OperatorVerdict;
  /** The id of before, where it goes on with that state. */
  readonly takes?: number | undefined;
}

function judge(
  now: StateFacts,
  old: StateFacts | undefined,
  { keeping, acceptMixedMeaning = false }: AlignmentRule,
  all: readonly StateFacts[],
): Judged {
  const { role, title } = now;
  const as = (verdict: Verdict): Judged => {
    const isKept = verdict.is === "kept" || verdict.is === "kept, fed otherwise";
    return { verdict: { role, title, oldId: old?.id, verdict }, ...(isKept ? { takes: old?.id } : {}) };
  };
  if (!old) return as({ is: "starts empty" });
  const form = formDifference(old, now);
  if (role === "source") return as({ is: "kept" });
  if (role === "sink") return as(sinkVerdict(form, keeping, all));
  const verdict = operatorVerdict(old, now, form, acceptMixedMeaning);
  if (keeping === "keep") return as(verdict);
  return as({ is: "starts empty", ...("why" in verdict ? { why: verdict.why } : {}) });
}

/**
 * What a sink has written and not yet committed goes on with it. One that remembers the rows of each key (upsert
 * materialize) would take back what it remembers, though the sums before it begin anew.
 */
function sinkVerdict(form: Difference | undefined, keeping: Keeping, all: readonly StateFacts[]): Verdict {
  if (form) return keeping === "keep" ? { is: "incompatible", why: form } : { is: "starts empty", why: form };
  const remembers = all.some(({ role, form }) => role === "sink" && form.has("upsert key"));
  const beginsAnew = keeping === "offsets" && all.some(({ role }) => role === "stateful");
  return remembers && beginsAnew ? { is: "starts empty" } : { is: "kept" };
}

function operatorVerdict(
  old: StateFacts,
  now: StateFacts,
  form: Difference | undefined,
  acceptMixedMeaning: boolean,
): Verdict {
  if (form) return { is: "incompatible", why: form };
  if (!areSame(old.meaning, now.meaning)) {
    const why = { of: "meaning", old: listed(old.meaning), now: listed(now.meaning) } as const;
    return acceptMixedMeaning ? { is: "kept, fed otherwise", why } : { is: "incompatible", why };
  }
  const why = selectionDifference(old, now);
  if (!why) return { is: "kept" };
  // A row that was let in and is taken back would be kept out by the new filter, and stay counted for ever.
  return now.takesBack || old.takesBack ? { is: "incompatible", why } : { is: "kept, fed otherwise", why };
}

/** The first part of the form that differs: parts stand in the order in which a person would look for it. */
function formDifference(old: StateFacts, now: StateFacts): Difference | undefined {
  for (const name of new Set([...old.form.keys(), ...now.form.keys()])) {
    const [was, is] = [old.form.get(name), now.form.get(name)];
    if (!isSame(was, is)) return { of: "form", name, old: was?.words ?? "none", now: is?.words ?? "none" };
  }
  return undefined;
}

function selectionDifference(old: StateFacts, now: StateFacts): Difference | undefined {
  const missing = (from: readonly Part[], of: readonly Part[]) =>
    from.filter(({ key }) => !of.some((other) => other.key === key)).map(({ words }) => words);
  const [removed, added] = [missing(old.selection, now.selection), missing(now.selection, old.selection)];
  return removed.length + added.length > 0 ? { of: "selection", removed, added } : undefined;
}

function isSame(a: Part | undefined, b: Part | undefined): boolean {
  return a?.key === b?.key;
}

function areSame(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every(({ key }, i) => key === b[i]?.key);
}

function listed(parts: readonly Part[]): string {
  return parts.map(({ words }) => words).join(", ");
}
