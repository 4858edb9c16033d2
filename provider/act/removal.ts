/** Ends a job whose manifest is gone, and leaves a tombstone, so that its version and its state are not forgotten. */

import { awaitPendingStop, observeAll, type Sighting, type World, worldOfJobs } from "../ask/index.js";
import { type JobRecord, planRemoval, UserError } from "../decide/index.js";
import type { Limits } from "../flink/index.js";
import { applyEnd } from "./apply.js";
import { awaitLateStart } from "./await-late-start.js";

export interface RemovalContext {
  readonly name: string;
  /** The resource that goes away; undefined where the job was named by a person, whoever it belongs to. */
  readonly resourceId: string | undefined;
  readonly world: World;
  readonly limits: Limits;
  readonly progress: (text: string) => void;
}

/**
 * Stops a job with a savepoint and leaves a tombstone, so that its version is not used again and its state is found.
 * Throws plan-refused where something runs under its name that would go on beside the tombstone.
 */
export async function remove(context: RemovalContext): Promise<void> {
  const { name, world, limits, progress } = context;
  // The cluster of a resource that was replaced may be gone by now, and there is nothing to ask it.
  if (!isOurs((await world.store.read(name))?.record, context)) return;
  await awaitPendingStop(name, world, limits, progress);
  const seen = await observeAll(name, world);
  if (!isOurs(seen.observed.record, context)) return;
  const isOld = await awaitLateStart(seen, world, context);
  await end(isOld ? await observeAll(name, world) : seen, context);
}

/** After a replacement, a lost stack or a second stack the record belongs to another resource: that one's job stays. */
function isOurs(record: JobRecord | undefined, { resourceId }: RemovalContext): record is JobRecord {
  if (!record || record.status === "deleted") return false;
  return resourceId === undefined || record.resourceId === resourceId;
}

async function end({ observed, stored, there }: Sighting, context: RemovalContext): Promise<void> {
  const { name, limits, progress } = context;
  const jobsAt = worldOfJobs({ there }, context.world);
  const { record } = observed;
  if (!stored || !isOurs(record, context)) return;
  const plan = planRemoval(name, observed, record, context.world.surroundings?.here);
  if (plan.action === "refuse") throw new UserError(plan.code, { what: plan.what, fix: plan.fix });
  await applyEnd(plan, stored.mark, { name, before: record, jobsAt, limits, progress });
}
