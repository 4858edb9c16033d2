/** Asks the store and Flink what is there; decides nothing. */

import type { Desired } from "../core/changes.js";
import { pendingChoice, statePath } from "../core/choices.js";
import { flinkNames } from "../core/classic.js";
import { lateStart, startBegun } from "../core/late-start.js";
import { sameLocation, stateName, versionDirectory } from "../core/naming.js";
import { isAlive, type Observed, type ObservedJob } from "../core/observed.js";
import type { Deployment, JobRecord, StateRef } from "../core/record.js";
import { settledRecord } from "../core/record.js";
import type { JobSummary } from "../flink/answers.js";
import type { FlinkRest } from "../flink/rest.js";
import { waitFor } from "../flink/wait.js";
import type { Store, Stored } from "../store/store.js";
import { reached } from "./cluster-reach.js";
import { detailOf } from "./job-detail.js";
import type { LookAhead } from "./look-ahead.js";

/** `starting` and `restarting`: what this update does to the cluster before it comes to the jobs. */
export type ClusterActivity = "none" | "starting" | "restarting";

/** What a cluster's own activity, which knows more words, is to its jobs. */
export function activityForJobs(activity: string): ClusterActivity {
  return activity === "starting" || activity === "restarting" ? activity : "none";
}

export interface World {
  readonly store: Store;
  readonly rest: FlinkRest;
  readonly activity: ClusterActivity;
  /** Only for a look that decides nothing for good: what was asked for beforehand, for all jobs at once. */
  readonly ahead?: LookAhead | undefined;
}

/** What was observed, with the mark under which the record can be written. */
export interface Sighting {
  readonly observed: Observed;
  /** The record as it is stored, an unfinished intent in it and all. */
  readonly stored: Stored | undefined;
}

/**
 * Looks at one job. What it takes to start it is asked for only where it does not simply run unchanged. `known`: its record,
 * where that was read just now.
 */
export async function observe(
  desired: Desired,
  world: World,
  jobs: () => Promise<readonly JobSummary[]>,
  known?: { readonly stored: Stored | undefined },
): Promise<Sighting> {
  const name = desired.manifest.name;
  const read = () => world.store.read(name);
  const [stored, summaries] = await Promise.all([
    known ? known.stored : (world.ahead?.record(name, read) ?? read()),
    world.activity === "starting" ? [] : jobs(),
  ]);
  const sighting = await sightingOf(name, stored, summaries, world);
  const { record } = sighting.observed;
  if (!record) return withChosen(await withOrphans(sighting, desired, world), desired, world);
  return withChosen(await withDetail(sighting, world), desired, world);
}

/** The state that a choice names, if it is there; one that was carried out already is not looked for. */
async function withChosen({ observed, stored }: Sighting, { choice }: Desired, { store }: World): Promise<Sighting> {
  const path = statePath(pendingChoice(choice, observed.record?.choices));
  if (path === undefined) return { observed, stored };
  const metadata = (await store.files(path)).find((file) => sameLocation(file.path, `${path}/_metadata`));
  const kind = stateName(path).startsWith("chk-") ? "checkpoint" : "savepoint";
  const chosen = metadata && metadata.bytes > 0 ? ({ kind, path, at: metadata.at } as const) : undefined;
  return { observed: { ...observed, chosen }, stored };
}

/** States in a job's own directories though the store has no record of it: it ran before, and the record was lost. */
async function withOrphans({ observed, stored }: Sighting, desired: Desired, { store }: World): Promise<Sighting> {
  const { checkpoints, savepoints } = desired.directories;
  // A directory that many jobs share says nothing about this one.
  const own = [checkpoints, savepoints].filter((directory) => stateName(directory) === desired.manifest.name);
  const found = await Promise.all(own.map((directory) => store.states(directory)));
  return { stored, observed: { ...observed, states: found.flat().sort((x, y) => x.at - y.at) } };
}

/** Looks at one job whatever it should be, with all details: for a deletion or a refresh. */
export async function observeAll(name: string, world: World): Promise<Sighting> {
  const [stored, summaries] = await Promise.all([
    world.store.read(name),
    world.activity === "starting" ? [] : jobsOf(world.rest),
  ]);
  return withDetail(await sightingOf(name, stored, summaries, world), world);
}

/** A record and the jobs of a listing that belong to it, without details. */
export async function sightingOf(
  name: string,
  stored: Stored | undefined,
  summaries: readonly JobSummary[],
  world: World,
): Promise<Sighting> {
  const names = flinkNames(name, stored?.record.current);
  const jobs = summaries
    .filter((summary) => names.includes(summary.name) || isNamed(stored?.record, summary.jid))
    .map(toObserved);
  const alive = jobs.filter(isAlive);
  const now = new Date();
  const hasStarted = (jobId: string) =>
    jobs.some((job) => job.jobId === jobId && (isAlive(job) || job.status === "FINISHED"));
  const begun = stored && startBegun(stored.record);
  const isBegun = begun?.jobId !== undefined && !hasStarted(begun.jobId) && (await hasCompleted(begun, world.store));
  const cameUp = (jobId: string) => hasStarted(jobId) || (isBegun && jobId === begun.jobId);
  const record = stored && settledRecord(stored.record, cameUp, now.toISOString());
  const job = ownJob(names, record, jobs, alive);
  const namesakes = alive.filter((other) => other.jobId !== job?.jobId && names.includes(other.name));
  const cluster = world.activity === "none" ? "reachable" : world.activity;
  const observed = { cluster, record, job, namesakes, states: [], now: now.getTime() } as const;
  // A job that runs has not been stopped for its successor yet, and of a cluster that starts nobody asked anything.
  if (!stored || (job && isAlive(job)) || world.activity === "starting") return { stored, observed };
  const isKnown = (jobId: string) => jobs.some((known) => known.jobId === jobId);
  return { stored, observed: { ...observed, lateStart: lateStart(stored.record, isKnown, observed.now) } };
}

function isNamed(record: JobRecord | undefined, jobId: string): boolean {
  return record?.current.jobId === jobId || record?.intent?.next?.jobId === jobId;
}

/** A record of the old tool has no job id: then the one job of exactly this name is it, or the one that ended last. */
function ownJob(
  names: readonly string[],
  record: JobRecord | undefined,
  jobs: readonly ObservedJob[],
  alive: readonly ObservedJob[],
): ObservedJob | undefined {
  if (!record) return undefined;
  if (record.current.jobId !== undefined) return jobs.find(({ jobId }) => jobId === record.current.jobId);
  const named = alive.filter((job) => names.includes(job.name));
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  return jobs.filter((job) => names.includes(job.name)).sort((a, b) => b.endedAt - a.endedAt)[0];
}

async function withDetail({ observed, stored }: Sighting, world: World): Promise<Sighting> {
  const { job, record } = observed;
  const detail = job ? await detailOf(world, job) : undefined;
  const states = record && !(job && isAlive(job)) ? await statesOf(world.store, record) : [];
  return { stored, observed: { ...observed, job: job && { ...job, detail }, states } };
}

/** States of the record's version, in the directories that it was deployed with. */
export async function statesOf(store: Store, { current }: JobRecord): Promise<readonly StateRef[]> {
  const { checkpoints, savepoints } = current.directories;
  const version = current.meta.version;
  const [a, b] = await Promise.all([
    store.states(versionDirectory(checkpoints, version)),
    store.states(versionDirectory(savepoints, version)),
  ]);
  return [...a, ...b].sort((x, y) => x.at - y.at);
}

/** Checkpoints that this job completed and that are in the store, in its version's own directory; oldest first. */
export async function checkpointsOf(
  store: Store,
  { jobId, meta, directories }: Pick<Deployment, "jobId" | "meta" | "directories">,
): Promise<readonly StateRef[]> {
  const kept = await store.states(versionDirectory(directories.checkpoints, meta.version));
  return kept.filter(({ path }) => path.includes(`/${jobId}/chk-`));
}

/** Whether a start came up, though it is lost by now: what its checkpoint covers is in the sinks. */
export async function hasCompleted(begun: Deployment, store: Store): Promise<boolean> {
  return (await checkpointsOf(store, begun)).length > 0;
}

/** Newest checkpoint that this job completed, as Flink knows it; undefined where there is none. */
export async function lastCheckpointOf(jobId: string, { rest }: World): Promise<StateRef | undefined> {
  const summary = (await jobsOf(rest)).find(({ jid }) => jid === jobId);
  return summary && (await detailOf({ rest }, toObserved(summary)))?.lastCheckpoint;
}

function toObserved(summary: JobSummary): ObservedJob {
  const { jid, name, state, tasks } = summary;
  return {
    jobId: jid,
    name,
    status: state,
    startedAt: summary["start-time"],
    endedAt: summary["end-time"],
    changedAt: summary["last-modification"],
    tasks: { running: tasks.running, total: tasks.total },
  };
}

/**
 * A stop that a killed deployment began still goes on in Flink: what comes of it decides what there is to do. Gives the
 * job's record, read after that.
 */
export async function awaitPendingStop(
  name: string,
  { store, rest, activity }: World,
  { savepointSeconds }: { readonly savepointSeconds: number },
  progress: (text: string) => void,
): Promise<Stored | undefined> {
  const stored = await store.read(name);
  const stopping = stored?.record.intent?.stopping;
  // A cluster that is yet to start has nothing of it.
  if (!stopping || activity === "starting") return stored;
  const what = `${name}: stop with savepoint of job ${stopping.jobId}, begun by an earlier deployment`;
  const fix = "look at the job in Flink's dashboard, then run `pulumi up` again";
  await reached(() =>
    waitFor<true>({ what, timeoutSeconds: savepointSeconds, fix, progress }, async () => {
      const seen = await rest.savepointStatus(stopping.jobId, stopping.triggerId);
      return seen?.status.id === "IN_PROGRESS" ? { pending: "IN_PROGRESS" } : { done: true };
    }),
  );
  return store.read(name);
}

/** All jobs that the cluster knows, or ClusterUnreachable. */
export async function jobsOf(rest: FlinkRest): Promise<readonly JobSummary[]> {
  return reached(() => rest.jobsOverview());
}
