/** Deliberate choices about one job, given once: where it starts from, whether it may run, and how it is stopped. */

import { z } from "zod";
import { didYouMean } from "../words/spelling.js";

/** As the configuration and the inputs of a resource have it; inside it is a `Choice`. */
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
export type GivenChoice = z.infer<typeof ChoiceSchema>;
export type ChoiceKey = keyof GivenChoice;

export const CHOICE_KEYS = Object.keys(ChoiceSchema.shape) as readonly ChoiceKey[];

/** Job name → choice, as the configuration has it, not checked yet. */
export type GivenChoices = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Where a person wants a job to start from. A state is named by its directory. */
export type ChosenFrom = "clean" | "previous-version" | { readonly state: string };

/** What a person decided for one job; its fields mean what those of the same name in `ChoiceSchema` do. */
export interface Choice extends Omit<GivenChoice, "from"> {
  readonly from?: ChosenFrom | undefined;
}

/** A part of a choice that was carried out: each by itself, so that one more part repeats none. */
export type CarriedOut =
  | { readonly part: "from"; readonly from: ChosenFrom; readonly id?: string | undefined }
  | { readonly part: "forceFrom" | "drain" | "allowNonRestoredState"; readonly id?: string | undefined }
  | { readonly part: "lost"; readonly cluster: string; readonly id?: string | undefined }
  /** Of a later release, or somebody wrote it: it is no part of any choice. */
  | { readonly part: "unknown"; readonly text: string };

export interface ChoiceFault {
  readonly key: ChoiceKey;
  readonly message: string;
}

const WORDS = ["clean", "previous-version"] as const;

/** What is wrong with a choice by itself: words that do not exist, and choices that exclude each other. */
export function choiceFaults(choice: GivenChoice): ChoiceFault[] {
  const { from, forceFrom, suspended, drain, allowNonRestoredState } = choice;
  const faults: ChoiceFault[] = [];
  const fault = (key: ChoiceKey, message: string) => faults.push({ key, message });
  if (from === "latest-checkpoint") fault("from", "write forceFrom: latest-checkpoint");
  else if (from !== undefined && typeof chosenFrom(from) === "object" && !isPath(from))
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

export function choiceOf({ from, ...rest }: GivenChoice): Choice {
  return from === undefined ? rest : { from: chosenFrom(from), ...rest };
}

/** A state's directory, however it was copied: with `/_metadata`, or a slash at its end. */
export function chosenFrom(text: string): ChosenFrom {
  const word = WORDS.find((known) => known === text);
  return word ?? { state: text.replace(/\/_metadata$/u, "").replace(/\/+$/u, "") };
}

/** The state that a person named. */
export function chosenState({ from }: Choice): string | undefined {
  return typeof from === "object" ? from.state : undefined;
}

/** How a choice is remembered once it was carried out. A job is suspended for as long as that is chosen, not once. */
export function partsOf(choice: Choice | undefined): CarriedOut[] {
  if (!choice) return [];
  const { from, forceFrom, drain, allowNonRestoredState, lost } = choice;
  const id = choice.id === undefined ? {} : { id: choice.id };
  return [
    ...(from === undefined ? [] : [{ part: "from", from, ...id } as const]),
    ...(forceFrom ? [{ part: "forceFrom", ...id } as const] : []),
    ...(drain ? [{ part: "drain", ...id } as const] : []),
    ...(allowNonRestoredState ? [{ part: "allowNonRestoredState", ...id } as const] : []),
    ...(lost ? [{ part: "lost", cluster: lost, ...id } as const] : []),
  ];
}

export function isAmong(parts: readonly CarriedOut[], part: CarriedOut): boolean {
  const wanted = identityOf(part);
  return parts.some((other) => identityOf(other) === wanted);
}

/** In a record an id stands behind the name of a state or cluster, and no character tells the two apart for certain. */
function identityOf(part: CarriedOut): string {
  if (part.part === "unknown") return `unknown ${part.text}`;
  const name = part.part === "lost" ? part.cluster : part.part === "from" ? nameOfFrom(part.from) : "";
  return `${part.part} ${name}${part.id === undefined ? "" : ` (${part.id})`}`;
}

export function nameOfFrom(from: ChosenFrom): string {
  return typeof from === "object" ? from.state : from;
}

/** What of a choice is still to be carried out. */
export function pendingChoice(choice: Choice | undefined, done: readonly CarriedOut[] = []): Choice {
  if (!choice) return {};
  const isPending = (part: Choice) => partsOf({ ...part, id: choice.id }).some((one) => !isAmong(done, one));
  const { from, forceFrom, suspended, drain, allowNonRestoredState, lost } = choice;
  return {
    ...(isPending({ from }) ? { from } : {}),
    ...(isPending({ forceFrom }) ? { forceFrom } : {}),
    ...(suspended ? { suspended } : {}),
    ...(isPending({ drain }) ? { drain } : {}),
    ...(isPending({ allowNonRestoredState }) ? { allowNonRestoredState } : {}),
    ...(isPending({ lost }) ? { lost } : {}),
  };
}

/** What the record holds after nothing was carried out: what the configuration does not say any more is forgotten. */
export function remembered(choice: Choice | undefined, done: readonly CarriedOut[] = []): CarriedOut[] {
  const given = partsOf(choice);
  return done.filter((part) => isAmong(given, part));
}

/** The command that makes a choice, for messages. */
export function chooseFrom(name: string, from: string): string {
  return `pulumi config set --path 'choices["${name}"].from' ${from}`;
}
