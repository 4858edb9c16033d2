/** Counts the slots that an update needs, job after job, before anything that runs is touched. */

import { reached, type Sighting, type World } from "../ask/index.js";
import { isAlive, UserError } from "../decide/index.js";
import { type Connection, type Look, waitFor } from "../flink/index.js";

interface Reservation {
  readonly slots: number;
  /** Being started: Flink may count its slots already, so it is waited for before anybody is told that slots are missing. */
  readonly isStarting: boolean;
}

/** Slots that the other jobs of this update will take, or give back if negative, by cluster and job: the engine checks one after another. */
const reserved = new Map<string, Map<string, Reservation>>();

/** How long the starts of other jobs may take, and who is told that they are waited for. */
export interface Waiting {
  readonly startSeconds: number;
  readonly progress: (text: string) => void;
}

/** Its start has begun. */
export function startReserved({ key }: Connection, job: string): void {
  const reservation = reserved.get(key)?.get(job);
  if (reservation) reserved.get(key)?.set(job, { ...reservation, isStarting: true });
}

/** A job that runs, or was given up, holds no more than Flink says. */
export function releaseReservation({ key }: Connection, job: string): void {
  reserved.get(key)?.delete(job);
}

/** Waits for the slots of other jobs that are being started, which Flink may count already, as long as a start may take. */
export async function checkSlots(
  name: string,
  needed: number,
  sighting: Sighting,
  world: World,
  { startSeconds, progress }: Waiting,
): Promise<void> {
  const others = reservedAt(world);
  const own = await slotsHeld(sighting, world);
  const until = Date.now() + startSeconds * 1000;
  const look = async (): Promise<Look<true>> => {
    const starting = [...others].flatMap(([other, { isStarting }]) => (isStarting ? [other] : []));
    const overview = await reached(() => world.rest.overview());
    const taken = [...others].reduce((sum, [other, { slots }]) => sum + (other === name ? 0 : slots), 0);
    const free = overview["slots-available"] + own - taken;
    if (needed <= free) return { done: true };
    if (starting.length === 0 || Date.now() > until)
      throw slotsMissing(name, needed, { free, total: overview["slots-total"], taken, own });
    return { pending: `${Math.max(0, free)} of ${needed} are free while ${starting.join(", ")} start` };
  };
  // The look itself ends it, with the error that says what is missing.
  const timeoutSeconds = Number.POSITIVE_INFINITY;
  await waitFor({ what: `${name}: slots`, timeoutSeconds, fix: "", progress, pauseMs: 100 }, look);
  reserve(name, needed - own, world);
}

/** The slots that its stop will give back count for the jobs that are checked after it. */
export async function expectSlotsOf(name: string, sighting: Sighting, world: World): Promise<void> {
  reserve(name, -(await slotsHeld(sighting, world)), world);
}

function reserve(name: string, slots: number, world: World): void {
  reservedAt(world).set(name, { slots, isStarting: false });
}

function reservedAt({ rest }: World): Map<string, Reservation> {
  const { key } = rest.connection;
  const others = reserved.get(key) ?? new Map<string, Reservation>();
  reserved.set(key, others);
  return others;
}

/** Slots that its own stop gives back. */
async function slotsHeld({ observed: { job }, there }: Sighting, { rest }: World): Promise<number> {
  return job && !there && isAlive(job) ? reached(() => rest.slotsOf(job.jobId)) : 0;
}

function slotsMissing(
  name: string,
  needed: number,
  { free, total, taken, own }: { free: number; total: number; taken: number; own: number },
): UserError {
  const are = (count: number) => `${count} ${count === 1 ? "is" : "are"}`;
  const used = total - (free - own + taken) - own;
  const parts = [
    ...(taken > 0 ? [`${are(taken)} reserved for other jobs of this update`] : []),
    ...(taken < 0 ? [`other jobs of this update free ${-taken}`] : []),
    ...(used > 0 ? [`${are(used)} taken`] : []),
    ...(own > 0 ? [`its own stop frees ${own}`] : []),
  ];
  const rest = free > 0 ? `${are(free)} free` : "none is free";
  const words = [`the cluster has ${total}`, ...parts].join(", ");
  return new UserError("slots-missing", {
    what: `${name}: needs ${needed === 1 ? "1 slot" : `${needed} slots`}; ${words}: ${rest}; nothing was stopped or started`,
    fix: "give the cluster more slots (configuration keys `slots`, `taskManagers`), or lower parallelism.default",
  });
}
