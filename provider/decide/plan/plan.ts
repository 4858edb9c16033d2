/** The decision tree: what was observed and what is desired give a plan; nothing is asked or touched here. */

import { changesBetween, type Desired } from "../change/changes.js";
import { withKeptState } from "../change/kept-state.js";
import {
  type CarriedOut,
  chooseFrom,
  chosenState,
  isAmong,
  partsOf,
  pendingChoice,
  remembered,
} from "../job/choices.js";
import { versionOf } from "../job/naming.js";
import type { JobRecord, StateRef } from "../job/record.js";
import { ageWords } from "../words/words.js";
import { type Draft, type DraftPlan, type Plan, type Refusal, refuse, type Start } from "./decision.js";
import { stepsOf } from "./layout.js";
import { isAlive, type Observed, type ObservedJob } from "./observed.js";
import { refuseElsewhere, unlessSilent } from "./plan-elsewhere.js";
import { knownCopies, planWithNamesakes, withCopies } from "./plan-namesakes.js";
import { planRunning } from "./plan-running.js";
import { hasFinished, planFinished, planStopped } from "./plan-stopped.js";
import { planSuspended } from "./plan-suspended.js";
import { withRemarks } from "./remark.js";

export type { Action, Decision, From, Plan, Refusal, Step, Stop } from "./decision.js";

export function planJob(desired: Desired, observed: Observed): Plan {
  const refusal = refuseElsewhere(desired, observed);
  if (refusal) return refusal;
  const copies = knownCopies(observed);
  if (observed.namesakes.length > copies.length) return laidOut(planWithNamesakes(desired, observed), observed);
  const choice = pendingChoice(desired.choice, observed.record?.choices);
  const missing = missingChoice(desired.manifest.name, chosenState(choice), observed);
  const plan = missing ?? planAlone({ ...desired, choice }, observed);
  if (plan.action === "refuse") return plan;
  const chosen = withNewName(withChoices(plan, desired, observed.record), desired, observed.record);
  const whole = withLateStart(withCopies(chosen, copies, observed), observed);
  return laidOut(unlessSilent(whole, { ...desired, choice }, observed), observed);
}

function laidOut(draft: DraftPlan, observed: Observed): Plan {
  return draft.action === "refuse" ? draft : { ...draft, steps: stepsOf(draft, observed) };
}

/** After a rename the record would be another stack's once Pulumi's state does not tell the name of before any more. */
function withNewName(plan: Draft, { stack }: Desired, record: JobRecord | undefined): Draft {
  const isOld = record?.owner !== undefined && stack !== undefined && record.owner !== stack.now;
  return isOld && (plan.action === "none" || plan.action === "forget") ? { ...plan, action: "rename" } : plan;
}

/** A job that is to rest is not at rest while a start of it may still come. */
function withLateStart(plan: Draft, { lateStart }: Observed): Draft {
  if (plan.action !== "none" || lateStart === undefined) return plan;
  return withRemarks({ ...plan, action: "repair" }, { about: "late-start", jobId: lateStart });
}

/** `desired.choice` is what is still to be carried out. */
function planAlone(desired: Desired, observed: Observed): DraftPlan {
  const { record, job } = observed;
  const name = desired.manifest.name;
  if (!record) return planNew(desired, observed);
  const changes = changesBetween(record.current, desired);
  if (job?.status === "CANCELLING") return refuseCancelling(name, job);
  const isRunning = job !== undefined && isAlive(job);
  const stopChoice = isRunning && observed.cluster === "restarting" ? ownStop(desired.choice) : undefined;
  if (stopChoice) return refuseWithRestart(name, stopChoice);
  if (desired.choice?.suspended) return planSuspended(desired, observed, record, changes);
  const kept = (plan: DraftPlan) => (plan.action === "refuse" ? plan : withKeptState(plan, desired, observed, record));
  if (isRunning) return kept(planRunning(desired, observed, record, job, changes));
  const isFinished = hasFinished(record, job) && desired.choice?.from === undefined;
  if (isFinished) return planFinished(desired, observed, record, changes);
  return kept(planStopped(desired, observed, record, changes));
}

/** A job without a record: never from nothing where something says that it was there before. */
function planNew(desired: Desired, { states, chosen, now }: Observed): DraftPlan {
  const { manifest, choice, deployedTo } = desired;
  const { name } = manifest;
  const newest = states.at(-1);
  if (!choice?.from && newest) return refuseLostRecord(name, newest, now);
  if (!choice?.from && deployedTo !== undefined) return refuseUnknown(name, deployedTo);
  // The directories of a version may hold states of its query: numbers that they show are used up.
  const used = states.map(({ path }) => versionOf(path) ?? 0);
  const version = Math.max(0, ...used) + 1;
  if (choice?.suspended)
    return {
      action: "suspend",
      version,
      changes: [],
      rest: { state: undefined },
      remarks: [{ about: "new-and-suspended" }],
      isSuspended: true,
    };
  const start: Start = {
    do: "start",
    version: "next",
    from: chosen ?? "clean",
    ...(chosen && { isChosen: true }),
    ...(choice?.allowNonRestoredState && { allowNonRestoredState: true }),
  };
  return { action: "create", version, changes: [], start, isChosen: choice?.from !== undefined };
}

function refuseLostRecord(name: string, newest: StateRef, now: number): Refusal {
  return refuse(
    `${name}: the store has no record of it, but holds its state: the newest is ${newest.path}, ${ageWords(now - newest.at)} old`,
    `restore manifests/${name}.yaml in the store; or start from that state: ${chooseFrom(name, newest.path)}; or clean: … clean`,
  );
}

function refuseUnknown(name: string, deployedTo: string): Refusal {
  return refuse(
    `${name}: this stack deployed it before, but the store has no record of it; it was deployed with the store ${deployedTo}`,
    `set the configuration key \`store\` back, or bring the record back; to start clean: ${chooseFrom(name, "clean")}`,
  );
}

/** A state that a person names must be there before anything is touched. */
function missingChoice(name: string, path: string | undefined, { chosen }: Observed): Refusal | undefined {
  if (path === undefined || chosen) return undefined;
  return refuse(
    `${name}: there is no state at ${path}: it has no file _metadata, or an empty one`,
    `correct choices["${name}"].from, or remove it`,
  );
}

/** Which choices count as carried out after this plan; those that wait for another change stay as they are. */
function withChoices(plan: Draft, { choice }: Desired, record: JobRecord | undefined): Draft {
  const before = record?.choices ?? [];
  const kept = remembered(choice, before);
  const isEnd = plan.action === "replace" || plan.action === "suspend";
  const waits = (one: CarriedOut) =>
    one.part === "drain" ? !isEnd : one.part === "from" && one.from === "previous-version" && plan.action !== "replace";
  const isOver = plan.start !== undefined || (plan.action === "suspend" && plan.stop !== undefined);
  const choices = isOver ? partsOf(choice).filter((one) => isAmong(kept, one) || !waits(one)) : kept;
  const forgets = plan.action === "none" && kept.length < before.length;
  return { ...plan, choices, ...(forgets && { action: "forget" as const }) };
}

/** A choice about how the job itself is stopped. */
function ownStop(choice: Desired["choice"]): "drain" | "forceFrom" | undefined {
  if (choice?.drain) return "drain";
  return choice?.forceFrom ? "forceFrom" : undefined;
}

/** The update of the cluster comes first, and stops all jobs in one way. */
function refuseWithRestart(name: string, choice: string): Refusal {
  return refuse(
    `${name}: the session cluster restarts in this update, which stops each job with a savepoint: the choice \`${choice}\` cannot be carried out with it`,
    "change the cluster's settings back, run `pulumi up` with this choice alone, then change the cluster",
  );
}

function refuseCancelling(name: string, { jobId }: ObservedJob): Refusal {
  return refuse(
    `${name}: job ${jobId} is being cancelled right now`,
    "wait until it has ended, then run `pulumi up` again",
  );
}
