/** Asks the store and Flink what is there; decides nothing. */

import { chosenState, type Desired, pendingChoice, type StateRef, sameLocation, stateName } from "../decide/index.js";
import { type JobSummary, waitFor } from "../flink/index.js";
import type { Stored } from "../remember/index.js";
import { reached } from "./cluster-reach.js";
import { withElsewhere, worldOfCurrent } from "./elsewhere.js";
import { detailOf } from "./job-detail.js";
import { jobsOf, type Sighting, sightingOf, toObserved, type World, withDetail } from "./sighting.js";

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
  const here = await withDetail(await sightingOf(name, stored, summaries, world), world);
  const sighting = await withElsewhere(name, here, world);
  if (!sighting.observed.record) return withChosen(await withOrphans(sighting, desired, world), desired, world);
  return withChosen(sighting, desired, world);
}

/** The state that a choice names, if it is there; one that was carried out already is not looked for. */
async function withChosen(sighting: Sighting, { choice }: Desired, { store }: World): Promise<Sighting> {
  const { observed } = sighting;
  const path = chosenState(pendingChoice(choice, observed.record?.choices));
  if (path === undefined) return sighting;
  const metadata = (await store.files(path)).find((file) => sameLocation(file.path, `${path}/_metadata`));
  const kind = stateName(path).startsWith("chk-") ? "checkpoint" : "savepoint";
  const chosen = metadata && metadata.bytes > 0 ? ({ kind, path, at: metadata.at } as const) : undefined;
  return { ...sighting, observed: { ...observed, chosen } };
}

/** States in a job's own directories though the store has no record of it: it ran before, and the record was lost. */
async function withOrphans(sighting: Sighting, desired: Desired, { store }: World): Promise<Sighting> {
  const { checkpoints, savepoints } = desired.directories;
  // A directory that many jobs share says nothing about this one.
  const own = [checkpoints, savepoints].filter((directory) => stateName(directory) === desired.manifest.name);
  const found = await Promise.all(own.map((directory) => store.states(directory)));
  return { ...sighting, observed: { ...sighting.observed, states: found.flat().sort((x, y) => x.at - y.at) } };
}

/** Looks at one job whatever it should be, with all details: for a deletion or a refresh. */
export async function observeAll(name: string, world: World): Promise<Sighting> {
  const [stored, summaries] = await Promise.all([
    world.store.read(name),
    world.activity === "starting" ? [] : jobsOf(world.rest),
  ]);
  return withElsewhere(name, await withDetail(await sightingOf(name, stored, summaries, world), world), world);
}

/** Newest checkpoint that this job completed, as Flink knows it; undefined where there is none. */
export async function lastCheckpointOf(jobId: string, { rest }: World): Promise<StateRef | undefined> {
  const summary = (await jobsOf(rest)).find(({ jid }) => jid === jobId);
  return summary && (await detailOf({ rest }, toObserved(summary)))?.lastCheckpoint;
}

/**
 * A stop that a killed deployment began still goes on in Flink: what comes of it decides what there is to do. Gives the
 * job's record, read after that.
 */
export async function awaitPendingStop(
  name: string,
  world: World,
  { savepointSeconds }: { readonly savepointSeconds: number },
  progress: (text: string) => void,
): Promise<Stored | undefined> {
  const { store, activity } = world;
  const stored = await store.read(name);
  const stopping = stored?.record.intent?.stopping;
  // A cluster that is yet to start has nothing of it.
  const at = stopping ? await worldOfCurrent(stored?.record, world) : world;
  if (!stopping || (at === world && activity === "starting")) return stored;
  const what = `${name}: stop with savepoint of job ${stopping.jobId}, started by an earlier deployment`;
  const fix = "look at the job in Flink's dashboard, then run `pulumi up` again";
  await reached(() =>
    waitFor<true>({ what, timeoutSeconds: savepointSeconds, fix, progress }, async () => {
      const seen = await at.rest.savepointStatus(stopping.jobId, stopping.triggerId);
      return seen?.status.id === "IN_PROGRESS" ? { pending: "IN_PROGRESS" } : { done: true };
    }),
  );
  return store.read(name);
}
