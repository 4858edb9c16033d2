/** A job that runs on another cluster than the one that is configured, or whose record belongs to another stack. */

import type { Desired } from "../change/changes.js";
import { mayBeWritten, quietMs } from "../cluster/other-places.js";
import { type Place, placeName, placeWords, samePlace } from "../cluster/place.js";
import { CHECKPOINT_INTERVAL } from "../job/properties.js";
import type { JobRecord } from "../job/record.js";
import { ageWords } from "../words/words.js";
import { type Draft, type DraftPlan, isIdle, type Refusal, refuse } from "./decision.js";
import { latestState } from "./latest-state.js";
import type { Observed } from "./observed.js";
import { jobsWords, type Remark, remarkWords, withRemarks } from "./remark.js";

/** Before anything is planned: a record of somebody else, and a job that runs where nobody said that it is to leave. */
export function refuseElsewhere(desired: Desired, observed: Observed): Refusal | undefined {
  return refuseOwner(desired, observed) ?? refuseAlive(desired, observed);
}

/** After a rename its stack knows the record by the name of before. A tombstone is nobody's. */
export function isOwn({ owner }: JobRecord, { stack }: Pick<Desired, "stack">): boolean {
  return owner === undefined || stack === undefined || owner === stack.now || owner === stack.before;
}

function refuseOwner(desired: Desired, { record }: Observed): Refusal | undefined {
  if (!record || record.status === "deleted" || isOwn(record, desired)) return undefined;
  const { jobId } = record.current;
  if (desired.adopt !== undefined && desired.adopt === jobId) return undefined;
  const { name } = desired.manifest;
  const version = record.current.meta.version;
  return refuse(
    `${name}: its record in the store belongs to the stack ${record.owner} (version ${version}, ${record.status}); it was not touched`,
    `give this stack a store of its own; or, if it is to adopt the job from ${record.owner}: ` +
      `pulumi config set --path 'adopt["${name}"]' ${jobId ?? "<job id>"}`,
  );
}

function refuseAlive(desired: Desired, { record, job, elsewhere, namesakes }: Observed): Refusal | undefined {
  if (elsewhere?.kind !== "alive") return undefined;
  const { name } = desired.manifest;
  const { place } = elsewhere;
  const [stranger] = namesakes;
  if (job && !stranger && isMeant(desired, record, place)) return undefined;
  const ids = jobsWords([...(job ? [job] : []), ...namesakes]);
  const where = placeWords(place);
  if (stranger)
    return refuse(
      `${name}: jobs of this name run on ${where}, where it ran last, and not all of them are in its record: ${ids}; nothing was started`,
      "cancel those that should not run, then try again",
    );
  return refuse(
    `${name}: it runs on ${where} as job ${ids}, but this stack is configured for another cluster; nothing was started`,
    `deploy it from there, or set the configuration back to that cluster; to move it by hand, stop it there with a savepoint ` +
      "(`pulumi destroy` of the stack that deployed it does so), then run `pulumi up` here",
  );
}

/**
 * The configuration of this very stack names another cluster than before: the job moves. Two clusters on one machine are
 * no move: nobody configured the second one, it came up because the first was not found.
 */
function isMeant({ here, before, stack }: Desired, record: JobRecord | undefined, there: Place): boolean {
  if (!here || (here.target === "local" && there.target === "local")) return false;
  const wasDeployed = before !== undefined && samePlace(before, there);
  return wasDeployed || (record?.owner !== undefined && stack !== undefined && record.owner === stack.now);
}

/** What is said of a move beside the plan. */
export function moveOf({ elsewhere }: Observed): Remark | undefined {
  return elsewhere?.kind === "alive" ? { about: "moves", from: elsewhere.place } : undefined;
}

/** What is known of a job whose cluster gives no answer, if it may still run; undefined elsewhere. */
export function silenceOf(observed: Observed): Remark | undefined {
  const { elsewhere, record, now } = observed;
  if (elsewhere?.kind !== "silent") return undefined;
  const newest = latestState(observed);
  if (!mayBeWritten(newest, intervalOf(record), now)) return undefined;
  return { about: "silent-cluster", place: elsewhere.place, newest };
}

function intervalOf(record: JobRecord | undefined): string | undefined {
  return record?.current.manifest.flinkProperties[CHECKPOINT_INTERVAL];
}

/** A cluster that gives no answer may run the job still: nothing is started until its states have been quiet for long. */
export function unlessSilent(plan: Draft, desired: Desired, observed: Observed): DraftPlan {
  const { elsewhere, record, now } = observed;
  if (elsewhere?.kind !== "silent" || isIdle(plan)) return plan;
  const { place, why } = elsewhere;
  const { name } = desired.manifest;
  const isGivenUp = desired.choice?.lost !== undefined && desired.choice.lost === placeName(place);
  const newest = latestState(observed);
  const interval = intervalOf(record);
  const remark: Remark = { about: "silent-cluster", place, newest };
  if (isGivenUp || !mayBeWritten(newest, interval, now)) return withRemarks(plan, remark);
  return refuse(
    `${name}: it may still run: ${remarkWords(remark, name, now)}; nothing was started (${why})`,
    `make that cluster reachable, or shut it down. If it is gone for good, run: pulumi config set --path 'choices["${name}"].lost' ${placeName(place)}` +
      (newest ? `; or wait until its newest state is ${ageWords(quietMs(interval))} old` : ""),
  );
}
