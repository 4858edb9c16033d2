/** Finds the records of a store that no manifest belongs to, and ends the jobs of those that are to be retired. */

import { awaitPendingStop, ClusterUnreachable, observeAll, sightingOf, type World } from "../ask/index.js";
import { type JobRecord, retireRefusal, type Stranger, UserError } from "../decide/index.js";
import type { JobSummary, Limits } from "../flink/index.js";
import { inParallel } from "../store/index.js";
import { remove } from "./removal.js";

export interface Strangers {
  /** Those that are to be retired, with all that is known of them. */
  readonly retired: readonly Stranger[];
  /** The others, tombstones left out. */
  readonly left: readonly Stranger[];
  /** Records that cannot be read. */
  readonly damaged: readonly string[];
  /** Why the cluster could not be asked. */
  readonly unreachable: string | undefined;
}

/** Looks at each record of the store that is none of `known`; the cluster is asked once, and only if there is one. */
export async function findStrangers(
  world: World,
  known: ReadonlySet<string>,
  retire: ReadonlySet<string>,
  jobs: () => Promise<readonly JobSummary[]>,
): Promise<Strangers> {
  const names = (await world.store.list()).filter((name) => !known.has(name));
  const records = await inParallel(names, (name) => recordOf(name, world, retire));
  const damaged = names.filter((_, i) => records[i] === "damaged");
  const found = names.flatMap((name, i): Stranger[] => {
    const record = records[i];
    return record && record !== "damaged" && record.status !== "deleted" ? [{ name, record, seen: undefined }] : [];
  });
  const retired = found.filter(({ name }) => retire.has(name));
  const left = found.filter(({ name }) => !retire.has(name));
  if (found.length === 0) return { retired, left, damaged, unreachable: undefined };
  try {
    const seen = await Promise.all(left.map((stranger) => seenIn(stranger, world, jobs)));
    const detailed = await Promise.all(retired.map((stranger) => seenWhole(stranger, world)));
    return { retired: detailed, left: seen, damaged, unreachable: undefined };
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    return { retired, left, damaged, unreachable: error.message };
  }
}

/** A damaged record of somebody else keeps nobody from deploying, unless it is to be retired. */
async function recordOf(
  name: string,
  { store }: World,
  retire: ReadonlySet<string>,
): Promise<JobRecord | "damaged" | undefined> {
  try {
    return (await store.read(name))?.record;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "record-invalid" || retire.has(name)) throw error;
    return "damaged";
  }
}

async function seenIn(stranger: Stranger, world: World, jobs: () => Promise<readonly JobSummary[]>): Promise<Stranger> {
  const summaries = world.activity === "starting" ? [] : await jobs();
  const { observed } = await sightingOf(stranger.name, { record: stranger.record, mark: "" }, summaries, world);
  return { ...stranger, seen: observed };
}

async function seenWhole(stranger: Stranger, world: World): Promise<Stranger> {
  return { ...stranger, seen: (await observeAll(stranger.name, world)).observed };
}

/** Stops the job with a savepoint and makes its record a tombstone. Throws plan-refused where that is not safe. */
export async function retire(
  name: string,
  world: World,
  limits: Limits,
  progress: (text: string) => void,
): Promise<void> {
  await awaitPendingStop(name, world, limits, progress);
  const { observed } = await observeAll(name, world);
  if (!observed.record || observed.record.status === "deleted") return;
  const refusal = retireRefusal({ name, record: observed.record, seen: observed });
  if (refusal) throw new UserError("plan-refused", refusal);
  await remove({ name, resourceId: undefined, world, limits, progress });
}
