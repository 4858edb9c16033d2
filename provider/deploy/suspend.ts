/** Stops all jobs of a cluster with savepoints before the cluster itself restarts; their records know how to go on. */

import { UserError } from "../core/errors.js";
import { latestState } from "../core/latest-state.js";
import { hasEnded } from "../core/observed.js";
import { FlinkRest, type JobSummary } from "../flink/rest.js";
import { openStore } from "../store/open.js";
import { halt } from "./halt.js";
import { observeAll, type World } from "./observe.js";
import { RecordWriter } from "./record-writer.js";

export interface SuspendOptions {
  readonly restUrl: string;
  readonly store: string;
  readonly requestSeconds: number;
  readonly savepointSeconds: number;
  readonly startSeconds: number;
  readonly progress: (text: string) => void;
}

/** Throws plan-refused when jobs run that no record in the store knows: they would end with the cluster. */
export async function refuseStrangers(options: Omit<SuspendOptions, "progress">): Promise<void> {
  const world = worldOf(options);
  const jobs = await world.rest.jobsOverview();
  const strangers = await strangersAmong(jobs, await world.store.list(), world);
  if (strangers.length > 0)
    throw new UserError("plan-refused", {
      what: `the session cluster must restart, and jobs run on it that the store does not know: ${strangers.map(({ name, jid }) => `${name} (${jid})`).join(", ")}; nothing was stopped`,
      fix: "stop them first, or deploy them with a manifest",
    });
}

/** Each goes on later from the savepoint that its record names. */
export async function suspendJobs(options: SuspendOptions): Promise<void> {
  const world = worldOf(options);
  const names = await world.store.list();
  await Promise.all(names.map((name) => suspendJob(name, world, options)));
}

function worldOf({ store, restUrl, requestSeconds }: Omit<SuspendOptions, "progress">): World {
  return { store: openStore(store), rest: new FlinkRest(restUrl, requestSeconds * 1000), activity: "none" };
}

async function strangersAmong(
  jobs: readonly JobSummary[],
  names: readonly string[],
  world: World,
): Promise<JobSummary[]> {
  const known = new Set<string | undefined>();
  for (const name of names) known.add((await observeAll(name, world)).observed.job?.jobId);
  return jobs.filter(({ jid, state }) => !hasEnded(state) && !known.has(jid));
}

async function suspendJob(name: string, world: World, options: SuspendOptions): Promise<void> {
  const { observed, stored } = await observeAll(name, world);
  const { record, job } = observed;
  if (!record || !stored || !job || record.status !== "running") return;
  const writer = new RecordWriter(world.store, name, stored.mark);
  if (job.status === "FINISHED" && !job.detail?.stoppedWith) {
    await writer.write({ ...record, status: "finished", intent: undefined });
    return;
  }
  if (hasEnded(job.status)) {
    await writer.write({ ...record, status: "stopped", savepoint: latestState(observed), intent: undefined });
    return;
  }
  const intent = { action: "suspend", next: undefined, session: undefined };
  const { record: noted, state } = await halt(job, record, intent, {
    ...options,
    limits: options,
    name,
    world,
    writer,
  });
  await writer.write({ ...noted, status: "stopped", savepoint: state, intent: undefined });
}
