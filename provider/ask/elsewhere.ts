/** Asks the cluster on which a job ran last, where that is another one than the one that it is to run on. */

import { isAlive, type JobRecord, otherPlaces, type Place } from "../decide/index.js";
import { FlinkRest, listJobs, MOMENT_MS } from "../flink/index.js";
import { ClusterUnreachable, reached } from "./cluster-reach.js";
import { type Sighting, sightingOf, type World, withDetail } from "./sighting.js";

/** A preview does not wait longer for a cluster that may be gone. */
const LIMIT_MS = 10_000;

/** What is known of the job there, where something of it is; else what was seen here, with the clusters that are silent. */
export async function withElsewhere(name: string, here: Sighting, world: World): Promise<Sighting> {
  const { job, namesakes } = here.observed;
  // Beside a stranger of its name nothing is started, wherever the job runs.
  if (!world.surroundings || (job && isAlive(job)) || namesakes.length > 0) return here;
  const { surroundings } = world;
  let found = here;
  for (const place of otherPlaces(here.stored?.record, surroundings.here, surroundings.before)) {
    const seen = await seenThere(name, place, found, world);
    if (seen.observed.elsewhere?.kind === "alive") return seen;
    found = seen;
  }
  return found;
}

async function seenThere(name: string, place: Place, here: Sighting, world: World): Promise<Sighting> {
  try {
    const there = await worldAt(place, world);
    if (!there) return here;
    const jobs = await reached(() => listJobs(there.rest, MOMENT_MS));
    const seen = await sightingOf(name, here.stored, jobs, there);
    const { job, namesakes, lateStart } = seen.observed;
    const late = lateStart === undefined ? {} : { lateAt: there };
    if (!(job && isAlive(job)) && namesakes.length === 0)
      // What ended there tells how it ended; what may still come up there is waited for there.
      return job || lateStart !== undefined ? { ...(await withDetail(seen, there)), ...late } : here;
    const observed = { ...seen.observed, cluster: here.observed.cluster, elsewhere: { kind: "alive" as const, place } };
    return { ...(await withDetail({ ...seen, observed }, there)), there: { place, world: there }, ...late };
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    const elsewhere = here.observed.elsewhere ?? { kind: "silent" as const, place, why: error.message };
    return { ...here, observed: { ...here.observed, elsewhere } };
  }
}

/** The world of another cluster; undefined where it is certain that it is gone. Throws ClusterUnreachable. */
async function worldAt(place: Place, world: World): Promise<World | undefined> {
  if (!world.surroundings) return undefined;
  const { jobManager, isDown } = await world.surroundings.locate(place);
  if (isDown) return undefined;
  const { ahead: _, surroundings: _none, ...rest } = world;
  const { timeoutMs, patience } = world.rest.connection;
  const at = jobManager.with({ timeoutMs: Math.min(LIMIT_MS, timeoutMs), patience });
  return { ...rest, rest: new FlinkRest(at), activity: "none" };
}

/** The world in which a record's job runs, or ran last; the given one where that is not known, or cannot be asked. */
export async function worldOfCurrent(record: JobRecord | undefined, world: World): Promise<World> {
  const { surroundings } = world;
  const place = record?.current.cluster ?? surroundings?.before;
  if (!surroundings || !place || otherPlaces(record, surroundings.here, place).length === 0) return world;
  try {
    return (await worldAt(place, world)) ?? world;
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    return world;
  }
}
