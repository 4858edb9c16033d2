/** Stops all jobs of a cluster with savepoints before the cluster itself restarts; their records know how to go on. */

import { ClusterUnreachable, observeAll, reached, sightingOf, type World } from "../ask/index.js";
import { type ErrorParts, hasEnded, planClusterStop, UserError } from "../decide/index.js";
import { type Connection, FlinkRest } from "../flink/index.js";
import { openStore } from "../remember/index.js";
import { inParallel } from "../store/index.js";
import { applyEnd } from "./apply.js";

export interface SuspendOptions {
  readonly jobManager: Connection;
  readonly store: string;
  /** Names of the jobs that the same update deals with; undefined: whatever has a record. */
  readonly jobs?: readonly string[] | undefined;
  readonly savepointSeconds: number;
  readonly startSeconds: number;
  readonly progress: (text: string) => void;
}

/** Each goes on later from the savepoint that its record names. */
export async function suspendJobs(options: SuspendOptions): Promise<void> {
  const world = worldOf(options);
  const names = await world.store.list();
  await inParallel(names, (name) => suspendJob(name, world, options));
}

/** The same, before a cluster is ended; asks the store for nothing where no job runs. Throws plan-refused where others run. */
export async function suspendRunning(options: SuspendOptions): Promise<void> {
  const jobs = await reached(() => worldOf(options).rest.jobsOverview()).catch((error: unknown) => {
    // A JobManager that does not answer cannot be asked for savepoints either.
    if (error instanceof ClusterUnreachable) return [];
    throw error;
  });
  if (jobs.every(({ state }) => hasEnded(state))) return;
  await refuseStrangers({ ...options, jobs: undefined }, "end");
  await suspendJobs(options);
}

/**
 * Throws plan-refused where jobs run that nobody would start again: they would end with the cluster. `end`: it is not
 * started again, so that jobs of this store are only stopped with savepoints before.
 */
export async function refuseStrangers(
  options: Omit<SuspendOptions, "progress">,
  doing: "restart" | "end" = "restart",
): Promise<void> {
  const world = worldOf(options);
  const refusal = await refusalOf(await world.store.list(), world, options, doing);
  if (refusal) throw new UserError("plan-refused", refusal);
}

function worldOf({ store, jobManager }: Omit<SuspendOptions, "progress">): World {
  return { store: openStore(store), rest: new FlinkRest(jobManager), activity: "none" };
}

async function refusalOf(
  names: readonly string[],
  world: World,
  { jobs }: Omit<SuspendOptions, "progress">,
  doing: "restart" | "end",
): Promise<ErrorParts | undefined> {
  const listed = await world.rest.jobsOverview();
  const alive = listed.filter(({ state }) => !hasEnded(state));
  const found = await inParallel(names, async (name) => {
    const { job } = (await sightingOf(name, await world.store.read(name), listed, world)).observed;
    return job ? [[job.jobId, name] as const] : [];
  });
  const owners = new Map(found.flat());
  const unknown = alive.filter(({ jid }) => !owners.has(jid));
  if (unknown.length > 0 && doing === "end")
    return {
      what: `the session cluster was not ended, since jobs run on it that the store does not know: ${unknown.map(({ name, jid }) => `${name} (${jid})`).join(", ")}`,
      fix: "stop them first, with the stack that deployed them or by hand",
    };
  if (unknown.length > 0)
    return {
      what: `the session cluster must restart, and jobs run on it that the store does not know: ${unknown.map(({ name, jid }) => `${name} (${jid})`).join(", ")}; nothing was stopped`,
      fix: "stop them first, or deploy them with a manifest",
    };
  const orphans = alive.filter(({ jid }) => jobs && !jobs.includes(owners.get(jid) ?? ""));
  if (orphans.length === 0) return undefined;
  return {
    what: `the session cluster must restart, and jobs run on it that this stack has no manifest for, so that nothing would start them again: ${orphans.map(({ name, jid }) => `${name} (${jid})`).join(", ")}; nothing was stopped`,
    fix: "add them to the configuration key `retire`, which stops them with savepoints; or stop them yourself, or bring back their manifests",
  };
}

async function suspendJob(name: string, world: World, options: SuspendOptions): Promise<void> {
  const { observed, stored } = await observeAll(name, world);
  if (!stored) return;
  const { progress } = options;
  const before = observed.record;
  await applyEnd(planClusterStop(observed), stored.mark, { name, before, jobsAt: world, limits: options, progress });
}
