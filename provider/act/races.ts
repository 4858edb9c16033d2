/** Two deployments of one job at the same time: one of them notices, and only one job stays. */

import { reached } from "../ask/index.js";
import { hasEnded, type JobRecord, UserError } from "../decide/index.js";
import { cancelJob, type JobSummary } from "../flink/index.js";
import type { DeployContext } from "./context.js";

/** Cancels a job that this deployment started, unless another one has taken it over. */
export function takeAway(jobId: string, context: DeployContext): Promise<void> {
  const { name, world, limits, progress } = context;
  return cancelJob(world.rest, { name, jobId, limits, progress }, () => unlessTaken(jobId, context));
}

/**
 * Two stacks with stores of their own may start a job of one name in the same moment, each having seen none before. Each
 * sees the other's now, and the later one goes. Throws record-conflict then.
 */
export async function yieldToEarlier(
  own: JobSummary,
  { name, world }: Pick<DeployContext, "name" | "world">,
): Promise<void> {
  const jobs = await reached(() => world.rest.jobsOverview());
  const isEarlier = (job: JobSummary) =>
    job["start-time"] === own["start-time"] ? job.jid < own.jid : job["start-time"] < own["start-time"];
  const other = jobs.find((job) => job.name === name && job.jid !== own.jid && !hasEnded(job.state) && isEarlier(job));
  if (!other) return;
  throw new UserError("record-conflict", {
    what: `${name}: job ${other.jid} of this name was started in the same moment; job ${own.jid} of this stack is cancelled again`,
    cause: "another deployment started it, and the store has no record of its start",
    fix: "give one of the two jobs another name, or stop that job, then run `pulumi up` again",
  });
}

/**
 * The record went to another deployment while this one's job came up. Unless that record names this very job, the job
 * is the second copy, and the one that goes. Throws record-conflict then.
 */
export async function yieldIfTaken(record: JobRecord, error: UserError, context: DeployContext): Promise<void> {
  if (error.code !== "record-conflict") return;
  const { name } = context;
  const { jobId } = record.current;
  const now = (await context.world.store.read(name))?.record;
  const named = now ? namedBy(now) : [];
  if (!now || jobId === undefined || named.includes(jobId)) return;
  await takeAway(jobId, context);
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
async function unlessTaken(jobId: string, { name, writer }: DeployContext): Promise<void> {
  // A store that is away has no news.
  const now = await writer.writtenByOthers().catch((error: unknown) => {
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
