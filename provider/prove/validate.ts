/** Has Flink plan what an update will start, before anything that runs is touched. */

import type { Sighting, World } from "../ask/index.js";
import { changedColumns, type Decision, type Deployment, type Desired, keepsRows, UserError } from "../decide/index.js";
import { planKey, rememberPlan, slotsPlanned } from "./planned.js";
import { compileInRunner } from "./runner-submission.js";
import { checkSlots, expectSlotsOf, releaseReservation, type Waiting } from "./slots.js";
import { prepareSubmission } from "./submission.js";
import { refuseMissedRows, refuseWrongRows, type SubmissionTarget } from "./submission-parts.js";

/** What a query that never ran is called until it starts: of one length with all others, and the same each time. */
const FIRST = { queryId: "00000000-0000-0000-0000-000000000000", version: 1, createdAt: "1970-01-01 00:00:00" };

/** Throws JobRefused where Flink says no, slots-missing where it cannot run. Plans that start nothing are not asked about. */
export async function validate(
  target: SubmissionTarget,
  desired: Desired,
  plan: Decision,
  sighting: Sighting,
  world: World,
  waiting: Waiting,
): Promise<void> {
  const name = desired.manifest.name;
  if (!plan.start) {
    releaseReservation(world.rest.connection, name);
    if (plan.action === "suspend") await expectSlotsOf(name, sighting, world);
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
  if (target.slots === "fixed") await checkSlots(name, slots, sighting, world, waiting);
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
  const { facts, isRepeatable, keep, close } = await prepareSubmission(deployment, secrets, target, "as-checked");
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
