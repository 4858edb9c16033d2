/** What was seen of a job: its record, the jobs of a listing that belong to it, and what their pages tell. */

import {
  type Deployment,
  flinkNames,
  isAlive,
  type JobRecord,
  lateStart,
  type Observed,
  type ObservedJob,
  type Place,
  type StateRef,
  settledRecord,
  startBegun,
  versionDirectory,
} from "../decide/index.js";
import type { Connection, FlinkRest, JobSummary } from "../flink/index.js";
import type { Store, Stored } from "../remember/index.js";
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
  /** The other clusters on which a job may run; without it none is asked. */
  readonly surroundings?: Surroundings | undefined;
}

/** What was observed, with the mark under which the record can be written. */
export interface Sighting {
  readonly observed: Observed;
  /** The record as it is stored, an unfinished intent in it and all. */
  readonly stored: Stored | undefined;
  /** The cluster that the observed jobs run on, where that is not the one that they are to run on. */
  readonly there?: There | undefined;
  /** Where a start that may still come was asked for, likewise. */
  readonly lateAt?: World | undefined;
}

/** Where a cluster is right now, and whether it is certain that nothing of it runs. */
export interface Whereabouts {
  /** Of a cluster that is gone its address may be empty. */
  readonly jobManager: Connection;
  readonly isDown: boolean;
}

export interface Surroundings {
  /** The cluster that jobs are started on. */
  readonly here: Place;
  /** The one that the stack's state names for this job. */
  readonly before: Place | undefined;
  /** Throws ClusterUnreachable where nobody can tell. */
  locate(place: Place): Promise<Whereabouts>;
}

/** A cluster that is another one than the one of a start. */
export interface There {
  readonly place: Place;
  readonly world: World;
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

/** With what only the pages of the job and the store's listing of its states tell. */
export async function withDetail(sighting: Sighting, world: World): Promise<Sighting> {
  const { observed } = sighting;
  const { job, record } = observed;
  const detail = job ? await detailOf(world, job) : undefined;
  const states = record && !(job && isAlive(job)) ? await statesOf(world.store, record) : [];
  return { ...sighting, observed: { ...observed, job: job && { ...job, detail }, states } };
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

export function toObserved(summary: JobSummary): ObservedJob {
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

/** All jobs that the cluster knows, or ClusterUnreachable. */
export async function jobsOf(rest: FlinkRest): Promise<readonly JobSummary[]> {
  return reached(() => rest.jobsOverview());
}

/** The cluster on which the observed jobs run: that of the change, unless they are on another one. */
export function worldOfJobs({ there }: Pick<Sighting, "there">, world: World): World {
  return there?.world ?? world;
}
