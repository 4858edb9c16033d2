/** What is told beside a plan: each remark is a value, and here are the words for it. */

import { type OptionChange, optionWords } from "../change/definition-changes.js";
import { type Ailment, LOOP_MS } from "../cluster/health.js";
import { type Place, placeWords } from "../cluster/place.js";
import { chooseFrom } from "../job/choices.js";
import { stateName } from "../job/naming.js";
import type { StateRef } from "../job/record.js";
import { ageWords } from "../words/words.js";
import type { AtWork } from "./at-work.js";
import type { FlinkStatus, ObservedJob } from "./observed.js";

export type Remark =
  | Ailment
  | AtWork
  /** How it is ended. */
  | { readonly about: "drained" | "cancelled-as-chosen" }
  | { readonly about: "no-savepoint"; readonly status: FlinkStatus }
  | { readonly about: "copies"; readonly copies: readonly ObservedJob[]; readonly kept: string | undefined }
  /** Why it does not run. */
  | { readonly about: "new-and-suspended" | "not-running" | "stopped-with-savepoint" | "stops-with-cluster" }
  | { readonly about: "at-rest"; readonly state: StateRef | undefined }
  | { readonly about: "ended"; readonly status: FlinkStatus; readonly failure: string | undefined }
  | { readonly about: "late-start"; readonly jobId: string }
  /** Where it runs. */
  | { readonly about: "moves"; readonly from: Place }
  | { readonly about: "silent-cluster"; readonly place: Place; readonly newest: StateRef | undefined }
  | { readonly about: "cluster-restarts"; readonly isRestarted: boolean }
  /** What a change does, and when. */
  | { readonly about: "waits-for-version" }
  | { readonly about: "waits-for-resume"; readonly changes: readonly string[] }
  | { readonly about: "own-positions"; readonly options: readonly string[] }
  | { readonly about: "other-servers"; readonly tables: readonly string[] }
  | { readonly about: "rows-elsewhere"; readonly table: string; readonly changes: readonly OptionChange[] }
  | { readonly about: "query-cut-short" };

/** What has remarks, with more of them at the end. */
export function withRemarks<T extends { readonly remarks?: readonly Remark[] | undefined }>(
  told: T,
  ...more: readonly (Remark | undefined)[]
): T {
  const found = more.filter((remark) => remark !== undefined);
  return found.length > 0 ? { ...told, remarks: [...(told.remarks ?? []), ...found] } : told;
}

/** Without a name at its beginning or a full stop at its end. `now` in milliseconds since 1970. */
export function remarkWords(remark: Remark, name: string, now: number): string {
  switch (remark.about) {
    case "drained":
      return "drained first: all its windows are closed";
    case "cancelled-as-chosen":
      return "cancelled without a savepoint, as chosen: what it read since its last checkpoint is read again";
    case "no-savepoint":
      return `it is ${remark.status} and cannot take a savepoint`;
    case "copies":
      return `a second copy of it, which an earlier deployment started, is cancelled: ${jobsWords(remark.copies)}; ${remark.kept} is the one in the record`;
    case "new-and-suspended":
      return "it is new, and not started";
    case "not-running":
      return "it does not run";
    case "stopped-with-savepoint":
      return "it was stopped with a savepoint";
    case "stops-with-cluster":
      return "stopped with the session cluster, which restarts";
    case "at-rest":
      return remark.state
        ? `since ${ageWords(now - remark.state.at)}, at ${stateName(remark.state.path)}`
        : "it never had a state";
    case "ended":
      return `it is ${remark.status}${remark.failure ? `: ${remark.failure}` : ""}`;
    case "late-start":
      return `an earlier deployment was killed while it started job ${remark.jobId}; if that job still starts, it is stopped`;
    case "moves":
      return `it moves: stopped on ${placeWords(remark.from)}, started here`;
    case "silent-cluster":
      return `${placeWords(remark.place)}, where it ran last, does not answer; ${newestWords(remark.newest, now)}`;
    case "cluster-restarts":
      return `the session cluster restarts${remark.isRestarted ? `, ${name} with it` : ""}`;
    case "waits-for-version":
      return "the change takes effect with the next version";
    case "waits-for-resume":
      return `takes effect when it resumes: ${remark.changes.join(", ")}`;
    case "own-positions":
      return `${remark.options.join(", ")} ${remark.options.length > 1 ? "have" : "has"} no effect: the state holds its own positions`;
    case "other-servers":
      return `servers of ${remark.tables.join(", ")} changed: if they are another Kafka cluster, start clean: ${chooseFrom(name, "clean")}`;
    case "rows-elsewhere":
      return `rows of ${remark.table} go elsewhere from now on: ${remark.changes.map(optionWords).join(", ")}`;
    case "query-cut-short":
      return "its query runs without what follows its first -- comment, as flink-sql-runner joined the lines";
    case "at-work":
      return `an update of it by ${remark.by} is in progress or was interrupted (${remark.action}${howFar(remark)}, since ${ageWords(now - remark.since)})`;
    default:
      return ailmentWords(remark, now);
  }
}

function ailmentWords(ailment: Ailment, now: number): string {
  const often = (times: number) => `${times} times within ${ageWords(LOOP_MS)}`;
  switch (ailment.about) {
    case "struggling":
      return `it is ${ailment.status}${ailment.failures > 1 ? `, failed ${often(ailment.failures)}` : ""}: ${ailment.reason}`;
    case "restart-loop":
      return `it failed ${often(ailment.failures)} and was started again by Flink: ${ailment.reason}`;
    case "failing-checkpoints":
      return `its last ${ailment.failed} checkpoints failed${ailment.reason ? ` (${ailment.reason})` : ""}; the newest: ${checkpointWords(ailment, now)}`;
    case "old-checkpoint":
      return `its newest checkpoint: ${checkpointWords(ailment, now)}`;
  }
}

function checkpointWords({ at, startedAt }: { at: number | undefined; startedAt: number }, now: number): string {
  return at === undefined
    ? `none completed since its start ${ageWords(now - startedAt)} ago`
    : `${ageWords(now - at)} old`;
}

function newestWords(newest: StateRef | undefined, now: number): string {
  return newest
    ? `its newest state, ${stateName(newest.path)}, is ${ageWords(now - newest.at)} old`
    : "no state of the job is known";
}

/** As it was when the record was written last; older records do not say. */
function howFar({ applied, total }: AtWork): string {
  return applied === undefined || total === undefined ? "" : `, ${applied} of ${total} steps done`;
}

export function jobsWords(jobs: readonly Pick<ObservedJob, "jobId" | "status">[]): string {
  return jobs.map(({ jobId, status }) => `${jobId} (${status})`).join(", ");
}
