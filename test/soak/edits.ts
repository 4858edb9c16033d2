/** What a person does to the fleet between two updates, at random. */

import type { Chance } from "./chance.js";
import type { Mistake, Wanted } from "./fleet.js";

export type Edit = "property" | "query" | "remove" | "add" | "suspend" | "resume" | Mistake;

const EFFECTS: Readonly<{ [E in Edit]: (wanted: Wanted) => Partial<Wanted> }> = {
  property: ({ property }) => ({ property: property + 1 }),
  query: ({ edition }) => ({ edition: edition + 1 }),
  remove: () => ({ isThere: false }),
  add: () => ({ isThere: true }),
  suspend: () => ({ isSuspended: true }),
  resume: () => ({ isSuspended: false }),
  "unknown-column": ({ edition }) => ({ edition: edition + 1, mistake: "unknown-column" }),
  "first-row": ({ edition }) => ({ edition: edition + 1, mistake: "first-row" }),
};

export const edited = (wanted: Wanted, edit: Edit): Wanted => ({ ...wanted, ...EFFECTS[edit](wanted) });

/** Those that make sense of a job as it is; the likely ones more than once. */
function editsOf({ isThere, isSuspended }: Wanted): Edit[] {
  if (!isThere) return ["add", "add", "add"];
  if (isSuspended) return ["resume", "resume", "query", "property", "remove"];
  return ["property", "property", "property", "query", "query", "remove", "suspend"];
}

export interface Edits {
  readonly fleet: readonly Wanted[];
  readonly done: readonly { readonly name: string; readonly edit: Edit }[];
  /** As the fleet is once the mistakes are taken back; undefined where none was made. */
  readonly mended: readonly Wanted[] | undefined;
}

/** None to three jobs are edited; now and then one of them with a mistake. */
export function editAtRandom(fleet: readonly Wanted[], chance: Chance): Edits {
  const done = new Map<string, Edit>();
  for (let i = chance.below(4); i > 0; i--) {
    const wanted = chance.pick(fleet);
    done.set(wanted.name, chance.pick(editsOf(wanted)));
  }
  const good = fleet.map((wanted) => apply(wanted, done.get(wanted.name)));
  const running = good.filter(({ name, isThere, isSuspended }) => isThere && !isSuspended && !done.has(name));
  const mistaken = chance.happens(0.2) && running.length > 0 ? chance.pick(running) : undefined;
  if (mistaken) done.set(mistaken.name, chance.pick(["unknown-column", "first-row"] as const));
  return {
    fleet: mistaken ? fleet.map((wanted) => apply(wanted, done.get(wanted.name))) : good,
    done: [...done].map(([name, edit]) => ({ name, edit })),
    mended: mistaken && good,
  };
}

const apply = (wanted: Wanted, edit: Edit | undefined) => (edit ? edited(wanted, edit) : wanted);
