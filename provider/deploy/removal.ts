/** Ends a job whose manifest is gone, and leaves a tombstone, so that its version and its state are not forgotten. */

import { UserError } from "../core/errors.js";
import { keepsFailing } from "../core/health.js";
import { latestState } from "../core/latest-state.js";
import { isAlive } from "../core/observed.js";
import { plainStop } from "../core/plan-running.js";
import type { Limits } from "../flink/lifecycle.js";
import { haltOrCancel } from "./halt.js";
import { observeAll, type World } from "./observe.js";
import { RecordWriter } from "./record-writer.js";

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
  const { name, world, limits, progress, resourceId } = context;
  const { observed, stored } = await observeAll(name, world);
  const { record, job } = observed;
  // After a replacement, a lost stack or a second stack the record belongs to another resource: that one's job stays.
  if (!record || !stored || record.status === "deleted") return;
  if (resourceId !== undefined && record.resourceId !== resourceId) return;
  const others = observed.namesakes.map(({ jobId, status }) => `${jobId} (${status})`).join(", ");
  if (others)
    throw new UserError("plan-refused", {
      what: `${name}: not removed: its record does not know what runs under its name: ${others}`,
      fix: "end that job, then run `pulumi up` again",
    });
  const writer = new RecordWriter(world.store, name, stored.mark);
  const ended = { ...record, status: "deleted" as const, intent: undefined };
  if (!job || !isAlive(job)) {
    await writer.write({
      ...ended,
      savepoint: record.status === "finished" ? record.savepoint : latestState(observed),
    });
    return;
  }
  const intent = { action: "delete", next: undefined, session: undefined };
  const halting = { name, world, limits, progress, writer };
  const { state } = await haltOrCancel(plainStop(job), record, intent, halting, keepsFailing);
  await writer.write({ ...ended, savepoint: state });
}
