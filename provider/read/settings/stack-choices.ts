/** The choices that a stack's configuration makes about its jobs, checked one by one, each with its place in the file. */

import {
  CHOICE_KEYS,
  ChoiceSchema,
  choiceFaults,
  didYouMean,
  type GivenChoice,
  type GivenChoices,
  plainWords,
} from "../../decide/index.js";
import type { Problem } from "../manifests/places.js";
import { placeInConfig } from "./stack-properties.js";

export interface StackChoices {
  readonly of: ReadonlyMap<string, GivenChoice>;
  readonly problems: readonly Problem[];
}

/** A choice for a job that no manifest has, a word that does not exist, two choices that exclude each other: all errors. */
export function stackChoices(root: string, stack: string, given: GivenChoices, names: readonly string[]): StackChoices {
  const problems: Problem[] = [];
  const of = new Map<string, GivenChoice>();
  for (const [job, raw] of Object.entries(given)) {
    const fault = (key: string | undefined, message: string) => {
      const path = ["choices", job, ...(key === undefined ? [] : [key])];
      problems.push({
        severity: "error",
        ...placeInConfig(root, stack, path),
        message: `${path.join(".")}: ${message}`,
      });
    };
    if (!names.includes(job)) {
      fault(undefined, `no manifest is named '${job}'${didYouMean(job, names) || "; remove it, or correct the name"}`);
      continue;
    }
    const unknown = Object.keys(raw).filter((key) => !CHOICE_KEYS.some((known) => known === key));
    for (const key of unknown)
      fault(key, `there is no such choice${didYouMean(key, CHOICE_KEYS) || `; there are ${CHOICE_KEYS.join(", ")}`}`);
    const parsed = ChoiceSchema.safeParse(raw, { error: plainWords });
    if (parsed.success) {
      for (const { key, message } of choiceFaults(parsed.data)) fault(key, message);
      of.set(job, parsed.data);
    } else
      for (const { path, message, code } of parsed.error.issues)
        if (code !== "unrecognized_keys") fault(path[0] === undefined ? undefined : String(path[0]), message);
  }
  return { of, problems };
}
