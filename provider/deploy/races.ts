/** Two deployments of one job at the same time: one of them notices, and only one job stays. */

import { UserError } from "../core/errors.js";
import { isAlive } from "../core/observed.js";
import { deployed, type JobRecord } from "../core/record.js";
import type { JobSummary } from "../flink/answers.js";
import { type Look, patiently, waitFor } from "../flink/wait.js";
import type { Changing } from "./changing.js";
import { reached } from "./cluster-reach.js";
import { sightingOf } from "./sighting.js";

/**
 * Looks once more right before a start. The deployment whose intent this one took over may live, and its job may have
 * come up meanwhile: then that one counts, and nothing is started beside it. Throws record-conflict.
 */
export async function awaitNoOther(change: Changing, stopped: JobRecord): Promise<void> {
  const { name } = change;
  const { world, sighting, writer } = change.context;
  const { observed } = await sightingOf(name, { record: stopped, mark: "" }, await allJobs(change), world);
  const [other] = observed.namesakes.filter(isAlive);
  if (!other) return;
  const earlier = sighting.stored?.record.intent?.next;
  const isEarlier = earlier !== undefined && earlier.jobId === other.jobId;
  const record = isEarlier ? deployed(stopped, earlier, new Date().toISOString()) : stopped;
  await writer.write({ ...record, intent: undefined });
  throw new UserError("record-conflict", {
    what: `${name}: job ${other.jobId} of this name was started while this deployment worked on it; no second job was started`,
    cause: isEarlier ? "another deployment, which began earlier, started it" : "the store has no record of its start",
    fix: "wait until the other deployment has finished, then run `pulumi up` again",
  });
}

/** By now the job is stopped: a JobManager that is away must not leave it so before the limit of a start is over. */
function allJobs({ name, context }: Changing): Promise<readonly JobSummary[]> {
  const { world, limits, progress } = context;
  const what = `${name}: the last check of the cluster's jobs before the start`;
  const fix = "make the cluster reachable, then run `pulumi up` again: it resumes from the newest state";
  const look = async (): Promise<Look<readonly JobSummary[]>> => ({ done: await world.rest.jobsOverview() });
  return reached(() => waitFor({ what, timeoutSeconds: limits.startSeconds, fix, progress }, patiently(look)));
}

/**
 * The record went to another deployment while this one's job came up. Unless that record names this very job, the job
 * is the second copy, and the one that goes. Throws record-conflict then.
 */
export async function yieldIfTaken(change: Changing, record: JobRecord, error: UserError): Promise<void> {
  if (error.code !== "record-conflict") return;
  const { name } = change;
  const { jobId } = record.current;
  const now = (await change.context.world.store.read(name))?.record;
  const named = now ? namedBy(now) : [];
  if (!now || jobId === undefined || named.includes(jobId)) return;
  await change.takeAway(jobId);
  throw new UserError("record-conflict", {
    what: `${name}: another deployment took over while this one started job ${jobId}, which was cancelled again; the record names ${named.join(" and ")}`,
    cause: error.parts.cause ?? error.parts.what,
    fix: error.parts.fix,
  });
}

/**
 * Throws record-conflict where the record went to another deployment and names this job: under the id of a start that may
 * still come the next deployment starts its own, and the one before must not take that away.
 */
export async function unlessTaken({ name, context }: Changing, jobId: string): Promise<void> {
  // A store that is away has no news.
  const now = await context.writer.writtenByOthers().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
  });
  if (!now || !namedBy(now).includes(jobId)) return;
  throw new UserError("record-conflict", {
    what: `${name}: another deployment took over job ${jobId}, which this one no longer manages; it was not touched`,
    cause: `that deployment wrote the record at ${now.written?.at}`,
    fix: "wait until the other deployment has finished, then run `pulumi up` again",
  });
}

/** Flink's ids of the jobs that a record stands for: the one that it says runs, and the one that is being started. */
function namedBy({ current, intent }: JobRecord): string[] {
  return [current.jobId, intent?.next?.jobId].filter((jobId) => jobId !== undefined);
}
