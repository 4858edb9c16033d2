/** Has Flink plan what an update will start, and counts the slots: before anything that runs is touched. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Desired } from "../core/changes.js";
import { UserError } from "../core/errors.js";
import { changedColumns, keepsRows } from "../core/missed-rows.js";
import { isAlive } from "../core/observed.js";
import type { Decision } from "../core/plan.js";
import type { Deployment } from "../core/record.js";
import { reached } from "./cluster-reach.js";
import { planKey, rememberPlan, slotsPlanned } from "./planned.js";
import { compileInRunner } from "./runner-submission.js";
import type { Sighting, World } from "./sighting.js";
import { prepare } from "./submission.js";
import { refuseMissedRows, refuseWrongRows, type SubmissionTarget } from "./submission-parts.js";

/** What a query that never ran is called until it starts: of one length with all others, and the same each time. */
const FIRST = { queryId: "00000000-0000-0000-0000-000000000000", version: 1, createdAt: "1970-01-01 00:00:00" };

interface Reservation {
  readonly slots: number;
  /** Being started: Flink may count its slots already, so it is waited for before anybody is told that slots are missing. */
  readonly isStarting: boolean;
}

/** Slots that the other jobs of this update will take, or give back if negative, by cluster and job: the engine checks one after another. */
const reserved = new Map<string, Map<string, Reservation>>();

/** Throws JobRefused where Flink says no, slots-missing where it cannot run. Plans that start nothing are not asked about. */
export async function validate(
  target: SubmissionTarget,
  desired: Desired,
  plan: Decision,
  sighting: Sighting,
  world: World,
): Promise<void> {
  const name = desired.manifest.name;
  if (!plan.start) {
    releaseReservation(world.rest.url, name);
    if (plan.action === "suspend") reserve(name, -(await slotsHeld(sighting, world)), world);
    return;
  }
  const record = sighting.observed.record;
  const meta = record?.current.meta ?? FIRST;
  const deployment: Deployment = {
    ...desired,
    meta: { ...meta, version: plan.version },
    secrets: undefined,
    jobId: undefined,
    startedFrom: null,
  };
  const slots = await slotsFor(deployment, desired, target, plan, record?.current);
  if (target.slots === "fixed") await checkSlots(name, slots, sighting, world);
}

/** As planned now; through the runner, where it takes long, as planned lately if all is as it was then. */
async function slotsFor(
  deployment: Deployment,
  { secrets }: Desired,
  target: SubmissionTarget,
  plan: Decision,
  current: Deployment | undefined,
): Promise<number> {
  const isRunners = target.gateway === undefined || deployment.manifest.code !== undefined;
  const key = isRunners ? await planKey(deployment, secrets, target) : undefined;
  // Then more of the plan has to be known than its width.
  const isAsked = changedColumns(keepsRows(plan), current, deployment) !== undefined;
  const known = key && !isAsked && (await slotsPlanned(key));
  if (known) return known;
  // The engine checks a replacement twice, one right after the other.
  const { facts, isRepeatable, keep, close } = await prepare(deployment, secrets, target, "as-checked");
  try {
    refuseWrongRows(facts, deployment);
    refuseMissedRows(keepsRows(plan), facts, current, deployment);
  } catch (error) {
    await close();
    throw error;
  }
  await keep();
  if (key && isRepeatable) await rememberPlan(key, facts.slots);
  return facts.slots;
}

/**
 * Compiles a job's code where it cannot be planned yet. Throws JobRefused; the answer is why it could not be compiled, if
 * that is so: what cannot be told now is told later, and no reason to stop a preview.
 */
export async function compileOnly(name: string, code: string, target: SubmissionTarget): Promise<string | undefined> {
  try {
    await compileInRunner(name, code, target);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.parts.cause ?? error.parts.what;
  }
}

/** Its start has begun. */
export function startReserved(restUrl: string, job: string): void {
  const reservation = reserved.get(restUrl)?.get(job);
  if (reservation) reserved.get(restUrl)?.set(job, { ...reservation, isStarting: true });
}

/** A job that runs, or was given up, holds no more than Flink says. */
export function releaseReservation(restUrl: string, job: string): void {
  reserved.get(restUrl)?.delete(job);
}

/** Longest wait for the slots of other jobs that are being started, which Flink may count already. */
const STARTING_MS = 300_000;

async function checkSlots(name: string, needed: number, sighting: Sighting, world: World): Promise<void> {
  const others = reservedAt(world);
  const own = await slotsHeld(sighting, world);
  const until = Date.now() + STARTING_MS;
  for (;;) {
    const isAnyStarting = [...others.values()].some(({ isStarting }) => isStarting);
    const overview = await reached(() => world.rest.overview());
    const taken = [...others].reduce((sum, [other, { slots }]) => sum + (other === name ? 0 : slots), 0);
    const free = overview["slots-available"] + own - taken;
    if (needed <= free) break;
    if (!isAnyStarting || Date.now() > until)
      throw slotsMissing(name, needed, { free, total: overview["slots-total"], taken, own });
    await sleep(100);
  }
  reserve(name, needed - own, world);
}

function reserve(name: string, slots: number, world: World): void {
  reservedAt(world).set(name, { slots, isStarting: false });
}

function reservedAt({ rest }: World): Map<string, Reservation> {
  const others = reserved.get(rest.url) ?? new Map<string, Reservation>();
  reserved.set(rest.url, others);
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
  const freed = own > 0 ? `, the ${own} that its own stop frees among them` : "";
  const others = `${freed}${taken > 0 ? `, ${taken} for other jobs of this update` : ""}`;
  return new UserError("slots-missing", {
    what: `${name}: needs ${needed === 1 ? "1 slot" : `${needed} slots`}, ${Math.max(0, free)} of ${total} are free${others}; nothing was stopped`,
    fix: "give the cluster more slots (configuration keys `slots`, `taskManagers`), or lower parallelism.default",
  });
}
