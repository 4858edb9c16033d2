/** Records that no manifest of the stack belongs to: what is said of them, and whether they can be retired. */

import { stateName } from "../job/naming.js";
import type { JobRecord } from "../job/record.js";
import { latestState } from "../plan/latest-state.js";
import { isAlive, isStruggling, type Observed, type ObservedJob } from "../plan/observed.js";
import type { ErrorParts } from "../words/errors.js";
import { ageWords } from "../words/words.js";
import { limited } from "./store-words.js";

export interface Stranger {
  readonly name: string;
  readonly record: JobRecord;
  /** Undefined where the cluster could not be asked. */
  readonly seen: Observed | undefined;
}

/** A job that its own cluster forgot has written no state for so long; one on another cluster goes on writing. */
const QUIET_MS = 600_000;

/** Of a record that no resource owns, one line. It is left alone. */
export function strangerWords({ name, seen }: Stranger): string {
  const stops = seen?.job && isAlive(seen.job) && !isStruggling(seen.job);
  const way = stops ? "to stop it with a savepoint" : "to turn its record into a tombstone";
  return `store: ${name}: has a record but no manifest; it ${statusWords(seen)}; not touched; ${way}, add it to the configuration key \`retire\``;
}

/** Of records that some resource owns, one line for all: many stacks may share the store. */
export function ownedWords(strangers: readonly Stranger[]): string {
  const list = limited(strangers.map(({ name, seen }) => `${name} (${statusWords(seen)})`)).join(", ");
  const whose =
    strangers.length === 1
      ? "1 record belongs to another stack, or to a manifest that was removed"
      : `${strangers.length} records belong to other stacks, or to manifests that were removed`;
  return `store: ${whose}: ${list}; not touched; to stop one with a savepoint, add it to the configuration key \`retire\``;
}

/** Of a manifest that was there at the last update: the engine says no more than `delete`. */
export function removedWords({ name, record, seen }: Stranger): string {
  const head = `store: ${name}: its manifest was removed:`;
  const tail = "its record stays, and if the manifest comes back it resumes from there";
  const { job } = seen ?? {};
  if (!seen) return `${head} it is stopped with a savepoint if it runs; ${tail}`;
  // A cluster that restarts in the same update has stopped it by now, in the way that the preview said.
  const isStopped = record.status === "stopped" && record.savepoint?.kind === "savepoint";
  if ((!job || !isAlive(job)) && !isStopped) return `${head} it ${statusWords(seen)}; its record stays`;
  if (job && isStruggling(job))
    return `${head} it is ${job.status} and cannot take a savepoint, so it is cancelled; ${tail}`;
  return `${head} it is stopped with a savepoint; ${tail}`;
}

/** What `retire` does to a job. */
export function retireWords({ name, seen }: Stranger): string {
  const head = `store: ${name}: retired: it ${statusWords(seen)}`;
  if (!seen?.job || !isAlive(seen.job)) {
    const state = seen && seen.record?.status !== "finished" ? latestState(seen) : undefined;
    return `${head}; its record becomes a tombstone${state ? ` that points to ${stateName(state.path)}` : ""}`;
  }
  if (isStruggling(seen.job))
    return `${head} and cannot take a savepoint; it is cancelled, and its record becomes a tombstone that points to its newest checkpoint`;
  return `${head}; it is stopped with a savepoint, and its record becomes a tombstone`;
}

/** Why a job cannot be retired: something of it may run that would go on running beside a tombstone. */
export function retireRefusal({ name, seen }: Stranger): ErrorParts | undefined {
  if (!seen) return undefined;
  const fix = "cancel that job, or remove the name from the configuration key `retire`";
  const others = seen.namesakes.map(({ jobId, status }) => `${jobId} (${status})`).join(", ");
  if (others)
    return { what: `${name}: not retired: jobs that are not in its record run under its name: ${others}`, fix };
  const last = seen.job || seen.record?.status !== "running" ? undefined : latestState(seen);
  if (!last || seen.now - last.at >= QUIET_MS) return undefined;
  const state = `${stateName(last.path)} is ${ageWords(seen.now - last.at)} old`;
  return {
    what: `${name}: not retired: this cluster does not know its job, and ${state}: it may run on another cluster`,
    fix: `${fix}; if it does not run anywhere, wait ${ageWords(QUIET_MS)}`,
  };
}

function statusWords(seen: Stranger["seen"]): string {
  if (!seen) return "may run (cluster unreachable)";
  const { job, namesakes } = seen;
  if (job && isAlive(job)) return jobWords(job);
  if (namesakes.length > 0)
    return `is not the job that runs under its name: that ${namesakes.map(jobWords).join(", and ")}`;
  return "does not run on this cluster";
}

function jobWords({ status, jobId }: ObservedJob): string {
  return `is ${status} as ${jobId}`;
}
