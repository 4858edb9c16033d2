/** A start that the SQL Gateway was asked for, without an answer, and that Flink does not know yet: it may still come. */

import { hasCompleted, reached, type Sighting, type World } from "../ask/index.js";
import {
  changesBetween,
  type Deployment,
  type Desired,
  hasEnded,
  RESENT_SECONDS,
  startBegun,
  UserError,
} from "../decide/index.js";
import { type Look, patiently, waitFor } from "../flink/index.js";

export interface Awaiting {
  readonly name: string;
  readonly limits: { readonly startSeconds: number };
  readonly progress: (text: string) => void;
}

/** A start of another meaning came up under the id of this one's, and was taken away: what it left is to be planned again. */
export class StartContested extends UserError {
  constructor(job: string, jobId: string) {
    super("record-conflict", {
      what: `${job}: job ${jobId} was started late, as an earlier deployment had asked for, and was cancelled`,
      cause: "that deployment was killed, and the SQL Gateway sent its submission again",
      fix: "run `pulumi up` again",
    });
  }
}

/** Before an end without a start. True where it was waited, so that what was seen is old by now. */
export async function awaitLateStart(sighting: Sighting, world: World, awaiting: Awaiting): Promise<boolean> {
  const { lateStart } = sighting.observed;
  if (lateStart !== undefined) await awaitCertainty(lateStart, sighting.lateAt ?? world, awaiting);
  return lateStart !== undefined;
}

/**
 * Waits until a start that was asked for without an answer has come, and is a job like any other, or cannot come any
 * more. Nothing else ends it: closing its session does not.
 */
export async function awaitCertainty(
  jobId: string,
  { rest }: World,
  { name, limits, progress }: Awaiting,
): Promise<void> {
  const what = `${name}: start of job ${jobId}, which was requested but not confirmed`;
  const until = Date.now() + RESENT_SECONDS * 1000;
  const look = async (): Promise<Look<true>> => {
    if ((await rest.statusOf(jobId)) !== undefined || Date.now() > until) return { done: true };
    return { pending: `it may still start within ${RESENT_SECONDS} s` };
  };
  const timeoutSeconds = RESENT_SECONDS + limits.startSeconds;
  const fix = "make the cluster reachable, then run `pulumi up` again";
  await reached(() => waitFor({ what, timeoutSeconds, fix, progress, pauseMs: 100 }, patiently(look)));
}

/**
 * `next` under the id of the start that may still come, and where it means the same, as that one was begun. The gateway's
 * client sends a submission that got no answer again for a minute (`rest.retry.max-attempts`, `rest.retry.delay`), whether
 * or not its session was closed; Flink takes an id only once.
 */
export async function asBegun(
  next: Deployment,
  desired: Desired,
  sighting: Sighting,
  { rest, store }: World,
): Promise<Deployment> {
  const begun = sighting.stored && startBegun(sighting.stored.record);
  // An id is taken once by each cluster only: what another one was asked for has been waited for.
  if (begun?.jobId === undefined || sighting.lateAt) return next;
  const { jobId, meta } = begun;
  const state = await reached(() => rest.statusOf(jobId));
  // The plan was made without it, and now it is there. With another meaning it is for whoever looks before the start.
  const hasJustCome = state !== undefined && !hasEnded(state) && sighting.observed.lateStart === jobId;
  if (hasJustCome && means(begun, next, desired)) return { ...next, jobId, meta };
  if (state !== undefined) return next;
  // It came, and was lost with its JobManager: under its id no checkpoint could be completed where its own lie already.
  if (await hasCompleted(begun, store)) return next;
  return means(begun, next, desired) ? { ...next, jobId, meta } : { ...next, jobId };
}

/** A job of this id may be what another deployment asked for, with another query or other properties. */
export function isContested(next: Deployment, desired: Desired, { stored }: Sighting): boolean {
  const begun = stored && startBegun(stored.record);
  return begun?.jobId === next.jobId && begun !== undefined && !means(begun, next, desired);
}

function means(begun: Deployment, next: Deployment, desired: Desired): boolean {
  const { version } = next.meta;
  return begun.meta.version === version && begun.since === next.since && changesBetween(begun, desired).length === 0;
}
