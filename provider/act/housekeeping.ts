/** Looks at all that lies in a store, has it decided what may be deleted, and deletes it. */

import { jobsOf, reached, type World } from "../ask/index.js";
import {
  type Holding,
  type Holdings,
  hasEnded,
  mentionedIn,
  placesOf,
  type RetentionRule,
  retention,
  type StateDirectory,
} from "../decide/index.js";
import type { FlinkRest } from "../flink/index.js";
import type { Store } from "../remember/index.js";
import { inParallel } from "../store/index.js";

export interface Housekeeping {
  readonly world: World;
  readonly rule: RetentionRule;
  /** Jobs that the stack has a manifest for. */
  readonly managed: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Flink deletes checkpoints while they are looked at; then all is looked at again. */
const LOOKS = 5;

/** What may be deleted now. Throws ClusterUnreachable, or a UserError, where anything could not be looked at. */
export async function outlivedStates(task: Housekeeping): Promise<readonly StateDirectory[]> {
  for (let look = 1; look < LOOKS; look++) {
    const found = await lookOnce(task);
    if (found) return found;
  }
  throw new StoreMoves("states come and go faster than they can be listed");
}

/** What is there changes too fast to be judged. */
export class StoreMoves extends Error {}

/** Deletes one after the other; an error ends it, and the next time goes on with what is left. */
export async function deleteStates(
  store: Store,
  directories: readonly StateDirectory[],
  progress: (text: string) => void,
): Promise<void> {
  for (const [done, { path }] of directories.entries()) {
    progress(`store: deleting old states, ${done + 1} of ${directories.length}`);
    await store.remove(path);
  }
}

/** Undefined where something vanished on the way. */
async function lookOnce(task: Housekeeping): Promise<readonly StateDirectory[] | undefined> {
  const { world, rule, managed, now } = task;
  const jobs = await holdingsOf(world.store);
  if (!jobs) return undefined;
  const known = { rule, now, store: world.store.url, managed: new Set(managed), jobs };
  const nothingKnown = { alive: new Set<string>(), restoredFrom: [], mentions: new Map<string, ReadonlySet<string>>() };
  const first = retention({ ...known, ...nothingKnown });
  // The cluster and the states are asked only where there is something to ask about.
  if (first.do === "delete" && first.directories.length === 0) return [];
  const cluster = world.activity === "starting" ? nothingKnown : await clusterOf(world.rest);
  return decide({ ...known, ...nothingKnown, ...cluster }, world.store);
}

async function decide(holdings: Holdings, store: Store): Promise<readonly StateDirectory[] | undefined> {
  const mentions = new Map(holdings.mentions);
  for (;;) {
    const next = retention({ ...holdings, mentions });
    if (next.do === "delete") return next.directories;
    const read = await inParallel(next.states, (state) => store.content(`${state}/_metadata`));
    for (const [index, metadata] of read.entries()) {
      if (!metadata) return undefined;
      mentions.set(next.states[index] ?? "", mentionedIn(metadata));
    }
  }
}

async function holdingsOf(store: Store): Promise<Holding[] | undefined> {
  const names = await store.list();
  const stored = await inParallel(names, (name) => store.read(name));
  const jobs = names.flatMap((name, index) => {
    const record = stored[index]?.record;
    return record ? [{ name, record }] : [];
  });
  if (jobs.length < names.length) return undefined;
  const places = jobs.flatMap(({ name, record }) =>
    placesOf(name, record, store.url).map((place) => ({ name, place })),
  );
  const listed = await inParallel(places, async ({ name, place }) => ({ name, files: await store.files(place) }));
  return jobs.map((job) => ({
    ...job,
    files: listed.filter(({ name }) => name === job.name).flatMap(({ files }) => files),
  }));
}

async function clusterOf(rest: FlinkRest): Promise<Pick<Holdings, "alive" | "restoredFrom">> {
  const jobs = (await jobsOf(rest)).filter(({ state }) => !hasEnded(state));
  const checkpoints = await inParallel(jobs, ({ jid }) => reached(() => rest.checkpoints(jid)));
  const restored = checkpoints.map((found) => found?.latest.restored?.external_path);
  return {
    alive: new Set(jobs.map(({ jid }) => jid)),
    restoredFrom: restored.filter((path) => typeof path === "string"),
  };
}
