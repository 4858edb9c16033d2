/** The plan of one job in a preview: observed, decided, planned by Flink too, and said on the job's own line. */

import { awaitLateStart } from "../act/index.js";
import {
  awaitPendingStop,
  ClusterUnreachable,
  type Comparison,
  compareJob,
  jobsOf,
  lookedAhead,
  observe,
  reached,
  type Sighting,
  type World,
} from "../ask/index.js";
import {
  asNewcomer,
  asUnknown,
  atWork,
  type Decision,
  type Desired,
  hasFinished,
  isNewVersion,
  type Plan,
  planJob,
  planWords,
  remarkWords,
  UserError,
  withRemarks,
} from "../decide/index.js";
import { listJobs, MOMENT_MS } from "../flink/index.js";
import { compileOnly, validate } from "../prove/index.js";
import type { JobBefore, JobInputs } from "./job-inputs.js";
import { desiredOf, targetOf, worldOf } from "./job-meaning.js";
import { UNKNOWN } from "./seam/dynamic.js";
import { tell, tellProgress } from "./seam/engine-log.js";

/** Why a job is not planned in the preview of an update that makes the bucket of its store. */
const BUCKET_TO_COME = "the store's bucket does not exist yet, so there is no state to start from";

/** What a check tells the diff that follows it in the same process. */
export interface JobChecked {
  readonly action: Plan["action"] | "undecided";
  /** The inputs that the engine is told to be the reason of a replacement. */
  readonly replaces: string[];
  /** The resource that the record belongs to, and Flink's id of its job. */
  readonly owner?: string | undefined;
  readonly jobId?: string | undefined;
  /** Where nothing is to be done to the job: its line if the outputs of the stack are right, and if they are not. */
  readonly lines?: { readonly same: Line | undefined; readonly news: Line };
}

/** What stands on the job's line of a preview or update. */
interface Line {
  readonly words: string;
  readonly severity: Comparison["severity"];
}

/** Observes, plans, has Flink plan what will start, and says the plan on the job's own line. */
export async function checkJob(job: JobInputs, before: JobBefore): Promise<JobChecked> {
  const desired = desiredOf(job, before);
  const comparing = job.compareWith && compareJob(job.compareWith, desired);
  if (job.store === UNKNOWN) return undecided(job, BUCKET_TO_COME, await comparing, "info");
  if (job.areSecretsUnknown) return undecided(job, "a secret parameter is not known yet", await comparing, "info");
  if (job.cluster.restUrl === UNKNOWN) return undecided(job, "the cluster's address is not known yet", await comparing);
  if (job.cluster.restUrl === "" && job.cluster.activity === "unreachable")
    return undecided(job, "cluster not found or unreachable", await comparing);
  const asked = worldOf(job, before);
  const world = { ...asked, ahead: lookedAhead(asked.store, asked.rest) };
  try {
    const { sighting, plan: seen } = await look(desired, world);
    const busy = atWork(sighting.stored?.record, sighting.observed.now);
    if (seen.action === "refuse" && busy)
      return undecided(job, remarkWords(busy, job.name, sighting.observed.now), await comparing);
    if (seen.action === "refuse") throw refused(seen);
    const plan = withRemarks(seen, busy);
    const isUp = job.cluster.activity === "none";
    const waiting = { startSeconds: job.startSeconds, progress: tellProgress(job.self) };
    if (isUp) await validate(targetOf(job), desired, plan, sighting, world, waiting);
    const unchecked = !isUp && plan.start !== undefined;
    const later = unchecked ? `; checked by Flink once the cluster is up${await compiled(job)}` : "";
    const { record, job: seenJob, now } = sighting.observed;
    const isKnown = desired.deployedTo !== undefined;
    const said = !isKnown && seenJob !== undefined ? asNewcomer(plan) : plan;
    const comparison = await comparing;
    const lineOf = (decision: Decision) =>
      joined(planWords(job.name, decision, now) + later, isWorry(plan) ? "warning" : "info", comparison);
    const hasNews = said.action !== "none" || hasRemarks(plan) || plan.isSuspended || comparison;
    const same = hasNews ? lineOf(said) : undefined;
    const { resourceId: owner, current } = record ?? {};
    const checked = { action: plan.action, replaces: replacesOf(plan), owner, jobId: current?.jobId };
    // Only the diff, which follows for a job that the stack knows, is told what its outputs are.
    if (isKnown && plan.action === "none" && !plan.isSuspended)
      return {
        ...checked,
        lines: { same, news: lineOf(asUnknown(plan, record !== undefined && hasFinished(record, seenJob))) },
      };
    if (same) await tellLine(job.self, same);
    return checked;
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    return undecided(job, `cluster unreachable: ${error.message}`, await comparing);
  }
}

/**
 * Looks and plans. What was asked for ahead, for all jobs at once, may be older than the listing of jobs: where that gives a
 * plan that an update at work would explain, it is looked once more.
 */
async function look(desired: Desired, world: World): Promise<{ readonly sighting: Sighting; readonly plan: Plan }> {
  const jobs = () => reached(() => listJobs(world.rest, MOMENT_MS));
  const sighting = await observe(desired, world, jobs);
  const plan = planJob(desired, sighting.observed);
  if (plan.action !== "refuse" && !sighting.stored?.record.intent) return { sighting, plan };
  const now = await observe(desired, { ...world, ahead: undefined }, () => jobsOf(world.rest));
  return { sighting: now, plan: planJob(desired, now.observed) };
}

/** Something is wrong that this update does not fix, or that nobody asked for. */
function isWorry(plan: Decision): boolean {
  return plan.action === "repair" || (plan.action === "none" && hasRemarks(plan) && !plan.isSuspended);
}

function hasRemarks({ remarks }: Decision): boolean {
  return remarks !== undefined && remarks.length > 0;
}

/** One line, so that what another stack runs stands beside what will happen here. */
function joined(words: string, severity: Line["severity"], comparison: Comparison | undefined): Line {
  const isWarning = severity === "warning" || comparison?.severity === "warning";
  return { words: comparison ? `${words}; ${comparison.words}` : words, severity: isWarning ? "warning" : "info" };
}

/** Jobs whose line was told. */
const told = new Set<string>();

/**
 * The engine checks a job that is to be replaced twice, and another update may be at work in between: what a second look
 * finds, such as another size of the state, would stand below what the first one said. `up` looks once more anyway.
 */
export async function tellLine(self: string, { words, severity }: Line): Promise<void> {
  if (told.has(self)) return;
  told.add(self);
  await tell(self, words, severity);
}

async function undecided(
  job: JobInputs,
  why: string,
  comparison: Comparison | undefined,
  severity: Comparison["severity"] = "warning",
): Promise<JobChecked> {
  const words = `${job.name}: cannot be planned now (${why}); \`pulumi up\` will decide${await compiled(job)}`;
  await tellLine(job.self, joined(words, severity, comparison));
  return { action: "undecided", replaces: [] };
}

/** What is wrong with the syntax of code is told without a cluster too. Throws JobRefused. */
async function compiled(job: JobInputs): Promise<string> {
  if (job.code === undefined) return "";
  const problem = await compileOnly(job.name, job.code, targetOf(job));
  return problem === undefined ? "" : `; its code was not compiled: ${problem}`;
}

function replacesOf({ action, changes }: Decision): string[] {
  if (action !== "replace") return [];
  if (!isNewVersion(changes)) return ["choice"];
  const names = { sql: "sql", code: "code", "target-table": "targetTable" } as Record<string, string>;
  return changes.filter(({ effect }) => effect === "replace").map(({ field }) => names[field] ?? field);
}

/**
 * Observes and plans once more in an update. A job that is not started must not come up later either: a start that may
 * still come is waited for first. Throws plan-refused.
 */
export async function decide(
  job: JobInputs,
  desired: Desired,
  world: World,
): Promise<{ readonly plan: Decision; readonly sighting: Sighting }> {
  const awaiting = { name: job.name, limits: job, progress: tellProgress(job.self) };
  const stored = await awaitPendingStop(job.name, world, job, awaiting.progress);
  const look = async (known?: Pick<Sighting, "stored">) => {
    const sighting = await observe(desired, world, () => jobsOf(world.rest), known);
    const plan = planJob(desired, sighting.observed);
    if (plan.action === "refuse") throw refused(plan);
    return { plan, sighting };
  };
  const first = await look({ stored });
  const isWaited = !first.plan.start || first.sighting.lateAt !== undefined;
  return isWaited && (await awaitLateStart(first.sighting, world, awaiting)) ? look() : first;
}

function refused(plan: Extract<Plan, { action: "refuse" }>): UserError {
  return new UserError(plan.code, { what: plan.what, fix: plan.fix });
}
