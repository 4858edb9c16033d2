/** The first row of each source of a start: a checkpoint that was completed before it says nothing of what a row does. */

import type { FlinkRest } from "../rest/flink-rest.js";
import { isComingUp, jobStartFailed, type Limits, runsWhole, taskWords, type Watched } from "./lifecycle.js";
import { type Look, patiently, waitFor } from "./wait.js";

export interface FirstRowLimits extends Limits {
  /** Seconds from the start of every task for which a source without a row is waited for; 0: not at all. */
  readonly firstRowSeconds: number;
}

/**
 * Waits until each source has read a row, the job has ended, or the time is over: nobody knows of a quiet stream when its
 * next row comes. Throws start-failed with the job's own exception where it fails meanwhile.
 */
export async function awaitFirstRow(rest: FlinkRest, job: Watched & { limits: FirstRowLimits }): Promise<void> {
  const { name, jobId, limits, progress } = job;
  if (limits.firstRowSeconds === 0) return;
  const until = Date.now() + limits.firstRowSeconds * 1000;
  const what = `${name}: first row of job ${jobId}`;
  const look = async (): Promise<Look<"seen" | "quiet">> =>
    Date.now() < until ? lookOnce(rest, job) : { done: "quiet" };
  // The look itself ends it.
  const wait = { what, timeoutSeconds: Number.POSITIVE_INFINITY, fix: "", pauseMs: 50, progress };
  if ((await waitFor(wait, patiently(look))) === "seen") return;
  progress(`${name}: not every source had a row within ${limits.firstRowSeconds} s; the stream may be quiet`);
}

async function lookOnce(rest: FlinkRest, { name, jobId }: Watched): Promise<Look<"seen">> {
  const seen = await rest.summaryOf(jobId);
  if (seen?.state === "FINISHED") return { done: "seen" };
  if (isComingUp(seen?.state)) return { pending: `the job comes back: ${seen?.state}` };
  if (seen?.state !== "RUNNING") throw await jobStartFailed(rest, name, jobId, seen?.state ?? "not known to Flink");
  if (!runsWhole(seen)) return { pending: taskWords(seen) };
  const sources = await rest.sources(jobId);
  const rows = await Promise.all(sources.map((source) => rest.hasRows(jobId, source)));
  const reading = rows.filter(Boolean).length;
  return reading === sources.length
    ? { done: "seen" }
    : { pending: `${reading} of ${sources.length} sources have a row` };
}
