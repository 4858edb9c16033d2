/** Ends a job whose manifest is gone, and leaves a tombstone, so that its version and its state are not forgotten. */

import { UserError } from "../core/errors.js";
import { keepsFailing } from "../core/health.js";
import { latestState } from "../core/latest-state.js";
import { isAlive } from "../core/observed.js";
import { silenceWords } from "../core/plan-elsewhere.js";
import { plainStop } from "../core/plan-running.js";
import { hasFinished, neverDeployed } from "../core/plan-stopped.js";
import { type JobRecord, withoutSession } from "../core/record.js";
import type { Limits } from "../flink/lifecycle.js";
import { haltOrCancel } from "./halt.js";
import { awaitLateStart } from "./late-start.js";
import { awaitPendingStop, observeAll } from "./observe.js";
import { RecordWriter } from "./record-writer.js";
import { type Sighting, type World, worldOfJobs } from "./sighting.js";

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
  const world = worldOfJobs({ there }, context.world);
  const { record, job } = observed;
  if (!stored || !isOurs(record, context)) return;
  const silent = silenceWords(observed);
  if (silent)
    throw new UserError("plan-refused", {
      what: `${name}: not removed: it may still run: ${silent}`,
      fix: "make that cluster reachable, or shut it down; or wait until the newest state of the job is old, then try again",
    });
  const others = observed.namesakes.map(({ jobId, status }) => `${jobId} (${status})`).join(", ");
  if (others)
    throw new UserError("plan-refused", {
      what: `${name}: not removed: jobs that are not in its record run under its name: ${others}`,
      fix: "end that job, then run `pulumi up` again",
    });
  const writer = new RecordWriter(world.store, name, stored.mark);
  const ended = { ...record, status: "deleted" as const, intent: undefined };
  if (!job || !isAlive(job)) {
    const isOver = hasFinished(record, job);
    const savepoint = isOver ? record.savepoint : latestState(observed);
    await writer.write({
      ...ended,
      ...(isOver && { hasFinished: true }),
      savepoint,
      intent: neverDeployed(record) ? withoutSession(record) : undefined,
    });
    return;
  }
  const intent = { action: "delete", next: undefined, session: undefined };
  const halting = { name, world, limits, progress, writer };
  const { state } = await haltOrCancel(plainStop(job), record, intent, halting, keepsFailing);
  await writer.write({ ...ended, savepoint: state });
}
