/** Deliberate choices about one job, given once: where it starts from, whether it may run, and how it is stopped. */

import { z } from "zod";
import { didYouMean } from "../words/spelling.js";
import { stateName } from "./naming.js";

export const ChoiceSchema = z.strictObject({
  /** `clean`, `previous-version`, or the path of a savepoint or checkpoint. */
  from: z.string().min(1).optional(),
  /** Where no savepoint can be had: cancel, and go on from the last completed checkpoint. */
  forceFrom: z.literal("latest-checkpoint").optional(),
  /** Stopped with a savepoint, and stays so for as long as this is true. */
  suspended: z.boolean().optional(),
  /** The stop closes all windows and fires all timers: for a job that will not go on from there. */
  drain: z.boolean().optional(),
  /** State that no operator of the new plan takes is dropped. */
  allowNonRestoredState: z.boolean().optional(),
  /** Name of a cluster that is gone for good, where the job ran last; see place.ts. */
  lost: z.string().min(1).optional(),
  /** Another text carries the same choice out once more. */
  id: z.union([z.string(), z.number()]).transform(String).optional(),
});
export type Choice = z.infer<typeof ChoiceSchema>;
export type ChoiceKey = keyof Choice;

export const CHOICE_KEYS = Object.keys(ChoiceSchema.shape) as readonly ChoiceKey[];

/** Job name → choice, as the configuration has it, not checked yet. */
export type GivenChoices = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ChoiceFault {
  readonly key: ChoiceKey;
  readonly message: string;
}

const WORDS = ["clean", "previous-version"];

/** What is wrong with a choice by itself: words that do not exist, and choices that exclude each other. */
export function choiceFaults(choice: Choice): ChoiceFault[] {
  const { from, forceFrom, suspended, drain, allowNonRestoredState } = choice;
  const faults: ChoiceFault[] = [];
  const fault = (key: ChoiceKey, message: string) => faults.push({ key, message });
  if (from === "latest-checkpoint") fault("from", "write forceFrom: latest-checkpoint");
  else if (from !== undefined && !WORDS.includes(from) && !isPath(from))
    fault("from", `neither ${WORDS.join(", ")} nor the path of a savepoint or checkpoint${didYouMean(from, WORDS)}`);
  if (suspended && from !== undefined) fault("suspended", "a suspended job does not start; remove from, or suspended");
  if (drain && forceFrom) fault("drain", "a job that is cancelled cannot be drained; remove forceFrom, or drain");
  if (drain && from === "previous-version") fault("drain", "a drained state is final; remove drain, or from");
  if (allowNonRestoredState && from === "clean")
    fault("allowNonRestoredState", "a clean start takes no state; remove allowNonRestoredState, or from");
  return faults;
}

/** An address, or a path from the root; what Flink itself would take. */
function isPath(from: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/{0,3}|\/)[^/].*\/[^/]/u.test(from);
}

/** The state's directory, however it was copied: with `/_metadata`, or a slash at its end. */
export function statePath({ from }: Choice): string | undefined {
  if (from === undefined || WORDS.includes(from)) return undefined;
  return from.replace(/\/_metadata$/u, "").replace(/\/+$/u, "");
}

/** How a choice is remembered once it was carried out: a part of it each, so that one more part repeats none. */
export function choiceMarks(choice: Choice | undefined): string[] {
  if (!choice) return [];
  const { from, forceFrom, drain, allowNonRestoredState, lost, id } = choice;
  const path = statePath(choice);
  const marks = [
    from === undefined ? undefined : `from: ${path ?? from}`,
    forceFrom && `forceFrom: ${forceFrom}`,
    drain && "drain",
    allowNonRestoredState && "allowNonRestoredState",
    lost && `lost: ${lost}`,
  ];
  return marks.flatMap((mark) => (mark ? [id === undefined ? mark : `${mark} (${id})`] : []));
}

/** What of a choice is still to be carried out. */
export function pendingChoice(choice: Choice | undefined, done: readonly string[] = []): Choice {
  if (!choice) return {};
  const isDone = (part: Choice) => choiceMarks({ ...part, id: choice.id }).every((mark) => done.includes(mark));
  const { from, forceFrom, suspended, drain, allowNonRestoredState, lost } = choice;
  return {
    ...(from !== undefined && !isDone({ from }) ? { from } : {}),
    ...(forceFrom && !isDone({ forceFrom }) ? { forceFrom } : {}),
    ...(suspended ? { suspended } : {}),
    ...(drain && !isDone({ drain }) ? { drain } : {}),
    ...(allowNonRestoredState && !isDone({ allowNonRestoredState }) ? { allowNonRestoredState } : {}),
    ...(lost !== undefined && !isDone({ lost }) ? { lost } : {}),
  };
}

/** What the record holds after nothing was carried out: what the configuration does not say any more is forgotten. */
export function remembered(choice: Choice | undefined, done: readonly string[] = []): string[] {
  const given = choiceMarks(choice);
  return done.filter((mark) => given.includes(mark));
}

/** `from: clean` as people read it in a line about a job. */
export function markWords(mark: string): string {
  const path = /^from: (.*\/.*)$/u.exec(mark)?.[1];
  return path === undefined ? mark : `from: ${stateName(path)}`;
}
