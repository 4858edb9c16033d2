/** The largest parallelism of a job, by which its state is divided: fixed for as long as the state is kept. */

import { chooseFrom } from "../job/choices.js";
import { withCurrentNames } from "../job/properties.js";
import type { Deployment } from "../job/record.js";
import { type Refusal, refuse } from "../plan/decision.js";
import { splitStatements } from "../sql/sql-text.js";
import type { Desired } from "./changes.js";

const OPTION = "pipeline.max-parallelism";

/** What Flink takes where the option is not set (KeyGroupRangeAssignment): a power of two, and 128 at least. */
export function derivedMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(Math.max(1, wanted))), 128), 32_768);
}

/**
 * Why Flink would not take the state, which it says only after the job was stopped. A number that is no longer given is no
 * change: Flink takes that of the state then.
 */
export function parallelismFault(current: Deployment, desired: Desired): Refusal | undefined {
  const { name } = desired.manifest;
  const before = optionsOf(current.manifest.flinkProperties, current.definitions ?? []);
  const after = optionsOf(desired.manifest.flinkProperties, desired.definitions);
  return faultOf(name, before, after);
}

/** The same where the options of the whole cluster change, which count for jobs that have none of their own. */
export function clusterParallelismFault(
  { manifest, definitions = [] }: Pick<Deployment, "manifest" | "definitions">,
  before: Options,
  after: Options,
): Refusal | undefined {
  for (const option of [OPTION, "parallelism.default"]) {
    const value = after[option];
    if (value !== undefined && !/^-?\d+$/u.test(value))
      return refuse(`${manifest.name}: ${option} '${value}' of the cluster is not a whole number`, `correct ${option}`);
  }
  const [old, now] = [before, after].map((cluster) =>
    optionsOf({ ...cluster, ...manifest.flinkProperties }, definitions),
  );
  return old && now && faultOf(manifest.name, old, now);
}

type Options = Readonly<Record<string, string>>;

function faultOf(name: string, before: Parallelism, after: Parallelism): Refusal | undefined {
  const inState = before.most ?? derivedMaxParallelism(before.parallelism);
  const wayOut = `or start clean: ${chooseFrom(name, "clean")}`;
  if (after.most !== undefined && after.most !== inState && after.most !== before.most)
    return refuse(
      `${name}: ${OPTION} ${before.most ?? "unset"} → ${after.most}: its state was written with max parallelism ${inState}, and Flink would not restore it`,
      `set ${OPTION} to ${inState}${before.most === undefined ? ", or leave it unset" : ""}; ${wayOut}`,
    );
  if (after.parallelism <= inState || before.parallelism === after.parallelism) return undefined;
  return refuse(
    `${name}: parallelism.default ${before.parallelism} → ${after.parallelism}: its state was written with max parallelism ${inState}, and Flink would not restore it`,
    `set parallelism.default to ${inState} or less; ${wayOut}`,
  );
}

interface Parallelism {
  readonly parallelism: number;
  readonly most: number | undefined;
}

/** What a table file sets wins, since it comes last. */
function optionsOf(properties: Options, definitions: readonly string[]): Parallelism {
  const options = withCurrentNames(properties);
  for (const { tokens } of definitions.flatMap((sql) => (/^\s*SET\b/iu.test(sql) ? splitStatements(sql) : []))) {
    const words = tokens
      .slice(1)
      .map(({ text }) => text.replaceAll("'", ""))
      .join("");
    const [option = "", value = ""] = words.split("=", 2);
    options[option] = value;
  }
  const most = Number(options[OPTION]);
  // Flink takes -1 for unset.
  return { parallelism: Number(options["parallelism.default"]) || 1, most: most > 0 ? most : undefined };
}
