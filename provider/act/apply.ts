/** Carries out a plan, step by step, each written into the record before and after. */

import { worldOfJobs } from "../ask/index.js";
import { type Decision, type EndPlan, type JobRecord, withChoices } from "../decide/index.js";
import { RecordWriter } from "../remember/index.js";
import { type DeployContext, type EndContext, given } from "./context.js";
import { END_STEPS, STEPS } from "./kinds.js";
import { run } from "./run.js";

export type ApplyContext = Omit<DeployContext, Exclude<keyof EndContext, "limits" | "progress"> | "plan">;

/** Does what the plan says and gives the record as it is then. Throws UserError; its text says what runs now. */
export async function apply(plan: Decision, context: ApplyContext): Promise<JobRecord> {
  const { sighting, desired, resourceId, world } = context;
  const { name } = desired.manifest;
  const { record: before } = sighting.observed;
  const owned = ({ choices: _, ...record }: JobRecord): JobRecord => ({
    ...record,
    ...withChoices(plan.choices),
    resourceId,
    owner: desired.stack?.now,
  });
  const writer = new RecordWriter(world.store, name, sighting.stored?.mark);
  const own = { name, action: plan.action, plan, before, jobsAt: worldOfJobs(sighting, world), writer, owned };
  const { record } = await run(plan.steps, STEPS, { record: before }, { ...context, ...own });
  return given(record, "a record, which every plan ends with");
}

/** Ends a job that no manifest asks for. */
export async function applyEnd(
  { action, steps }: EndPlan,
  mark: string,
  context: Omit<EndContext, "action" | "writer" | "owned">,
): Promise<void> {
  const { name, before, jobsAt } = context;
  const writer = new RecordWriter(jobsAt.store, name, mark);
  const owned = (record: JobRecord) => record;
  await run(steps, END_STEPS, { record: before }, { ...context, action, writer, owned });
}
