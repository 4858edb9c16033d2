/** What can be decided about a job: what becomes of it, by which steps, or a refusal that says the way out. */

import type { Change, Desired } from "../change/changes.js";
import { type CarriedOut, chooseFrom } from "../job/choices.js";
import { sourceOf } from "../job/manifest.js";
import { type JobRecord, nextVersion, type StateRef } from "../job/record.js";
import type { ErrorCode } from "../words/errors.js";
import type { Remark } from "./remark.js";
import type { Start, Step, Stop } from "./step.js";

export type { From, Start, Step, Stop } from "./step.js";

export type Action =
  | "none"
  | "create"
  | "adopt"
  | "restart"
  | "replace"
  | "resume"
  | "finish"
  | "suspend"
  | "repair"
  | "forget"
  | "rename";

/** A decision before its steps are laid out: what is to become of the job. */
export interface Draft {
  readonly action: Action;
  readonly version: number;
  readonly changes: readonly Change[];
  /** Copies by earlier starts of ours, which are cancelled. */
  readonly copies?: readonly string[];
  /** What ends the job as it runs, where it does. */
  readonly stop?: Stop | undefined;
  /** At most one of these three. */
  readonly start?: Start | undefined;
  readonly rest?: { readonly state: StateRef | undefined };
  readonly record?: { readonly status: "running" | "finished"; readonly jobId: string | undefined };
  /** What is to be told beside the plan. */
  readonly remarks?: readonly Remark[] | undefined;
  /** State that a new version leaves behind. */
  readonly leaves?: StateRef | undefined;
  readonly leavesVersion?: number | undefined;
  /** The start is as a person chose it. */
  readonly isChosen?: boolean;
  /** It is suspended, and meant to be: nothing to be warned of. */
  readonly isSuspended?: boolean;
  /** Parts of the choice that are carried out once this is. */
  readonly choices?: readonly CarriedOut[];
}

export interface Decision extends Draft {
  /** All that is done, in this order; see layout.ts. */
  readonly steps: readonly Step[];
}

export interface Refusal {
  readonly action: "refuse";
  readonly code: ErrorCode;
  readonly what: string;
  readonly fix: string;
}

export type Plan = Decision | Refusal;

export type DraftPlan = Draft | Refusal;

/** Nothing is to become of the job but what it is. */
export function isIdle({ copies, stop, start, rest, record }: Draft): boolean {
  return (copies ?? []).length === 0 && !stop && !start && !rest && !record;
}

export function refuse(what: string, fix: string): Refusal {
  return { action: "refuse", code: "plan-refused", what, fix };
}

export function refuseNoState(name: string, version: number, why: string): Refusal {
  return refuse(
    `${name}: no state found for version ${version}: ${why}`,
    `put the state back (checkpoint or savepoint directory); or start from another state, or clean: ${chooseFrom(name, "<path>")}, or … clean`,
  );
}

export function isNewVersion(changes: readonly Change[]): boolean {
  return changes.some(({ effect }) => effect === "replace");
}

/** A next version in place of the record's. */
export function replacement(
  desired: Desired,
  record: JobRecord,
  changes: readonly Change[],
  leaves: StateRef | undefined,
  stop: Stop | undefined,
  start: Partial<Start> = {},
): Draft {
  return {
    action: "replace",
    version: nextVersion(record, sourceOf(desired.manifest)),
    changes,
    stop,
    start: { do: "start", version: "next", from: "clean", ...start },
    leaves,
    leavesVersion: record.current.meta.version,
  };
}
