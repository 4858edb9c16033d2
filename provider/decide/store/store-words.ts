/** What is said of the store as a whole: records without a manifest, and states that are deleted. */

import { ageWords, sizeWords } from "../words/words.js";
import type { RetentionRule } from "./retention.js";
import type { StateDirectory } from "./state-directories.js";

/** So many paths, or names, are shown; the rest is counted. */
const SHOWN = 10;

/** One line for each job, and below it the paths; `tense` tells a plan from what was done. */
export function retentionWords(
  directories: readonly StateDirectory[],
  { versions, days }: RetentionRule,
  tense: "deletes" | "deleted",
  now: number,
): string {
  const jobs = new Map<string, StateDirectory[]>();
  for (const directory of directories) jobs.set(directory.job, [...(jobs.get(directory.job) ?? []), directory]);
  return [...jobs]
    .map(([job, own]) => {
      const bytes = own.reduce((sum, directory) => sum + directory.bytes, 0);
      const states = counted(own.length, "old state");
      const head = `store: ${job}: ${tense} ${states}, ${sizeWords(bytes)} (retain: ${counted(versions, "version")}, ${counted(days, "day")})`;
      return [
        head,
        ...limited(
          own.map((directory) => `  ${directoryWords(directory, now)}`),
          "  ",
        ),
      ].join("\n");
    })
    .join("\n");
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function directoryWords({ path, kind, bytes, at, stateAt }: StateDirectory, now: number): string {
  const what = kind === "checkpoints" ? "checkpoints, " : "";
  return `${path} (${what}${sizeWords(bytes)}, ${ageWords(now - at)} old${stateAt === undefined ? ", incomplete" : ""})`;
}

/** The first few, then how many more there are. */
export function limited(lines: readonly string[], indent = ""): string[] {
  const rest = lines.length - SHOWN;
  return rest > 0 ? [...lines.slice(0, SHOWN), `${indent}and ${rest} more`] : [...lines];
}
