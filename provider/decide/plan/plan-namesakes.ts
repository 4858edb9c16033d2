/** Jobs of one name beside each other: which are copies that the record knows, and what is never done to others. */

import type { Desired } from "../change/changes.js";
import { chooseFrom } from "../job/choices.js";
import { type Draft, type DraftPlan, refuse } from "./decision.js";
import { isAlive, type Observed, type ObservedJob } from "./observed.js";
import { jobsWords, withRemarks } from "./remark.js";

/** Copies by earlier starts of ours: only beside the record's own job, and only while that one runs. */
export function knownCopies({ record, job, namesakes }: Observed): readonly ObservedJob[] {
  if (job?.status !== "RUNNING") return [];
  return namesakes.filter(({ jobId }) => record?.starts?.includes(jobId));
}

/** They are cancelled: their successor runs. */
export function withCopies(plan: Draft, copies: readonly ObservedJob[], { job }: Observed): Draft {
  if (copies.length === 0) return plan;
  const action = plan.action === "none" ? "repair" : plan.action;
  const cancelled = { ...plan, action, copies: copies.map(({ jobId }) => jobId) };
  return withRemarks(cancelled, { about: "copies", copies, kept: job?.jobId });
}

/** Jobs of this name that the record does not know: never start another one beside them, and never end them unasked. */
export function planWithNamesakes(desired: Desired, { record, job, namesakes }: Observed): DraftPlan {
  const name = desired.manifest.name;
  const [stranger] = namesakes;
  const own = job && isAlive(job) ? job : undefined;
  const adopted = namesakes.find(({ jobId }) => jobId === desired.adopt);
  if (adopted && namesakes.length === 1 && !own) {
    const noted = { status: "running", jobId: adopted.jobId } as const;
    return { action: "adopt", version: record?.current.meta.version ?? 1, changes: [], record: noted };
  }
  const ids = jobsWords([...(own ? [own] : []), ...namesakes]);
  if (namesakes.length + Number(own !== undefined) > 1)
    return refuse(
      `${name}: ${namesakes.length + Number(own !== undefined)} jobs of this name run: ${ids}${own ? `; the record names ${own.jobId}` : ""}`,
      own ? "cancel all of them but the one in the record" : "cancel all of them but one",
    );
  if (!record && desired.deployedTo !== undefined)
    return refuse(
      `${name}: a job of this name is already running: ${ids}, and the store has no record of it; this stack deployed it with the store ${desired.deployedTo}`,
      `set the configuration key \`store\` back: pulumi config set store ${desired.deployedTo}; after a rename of the stack its default is another folder`,
    );
  const known = record ? "its record in the store names another job" : "the store has no record of it";
  return refuse(
    `${name}: a job of this name is already running: ${ids}, and ${known}`,
    `cancel it; or, if it runs this manifest's query, adopt it: pulumi config set --path 'adopt["${name}"]' ${stranger?.jobId}; ` +
      `or stop it with a savepoint and start from that: ${chooseFrom(name, "<savepoint>")}; ` +
      "or, if the configuration key `store` was changed, set it back",
  );
}
