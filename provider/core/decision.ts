/** What can be decided about a job: a list of steps, or a refusal that says the way out. */

import type { Change, Desired } from "./changes.js";
import type { ErrorCode } from "./errors.js";
import { sourceOf } from "./manifest.js";
import { type JobRecord, nextVersion, type StateRef } from "./record.js";

/** Where a start takes its state from. */
export type From = "clean" | "savepoint-just-taken" | StateRef;

export type Stop =
  | { readonly do: "stop-with-savepoint"; readonly jobId: string; readonly drain?: true }
  /** `isForced`: though it could have been asked for a savepoint. */
  | { readonly do: "cancel"; readonly jobId: string; readonly isForced?: true };

export type Start = {
  readonly do: "start";
  readonly version: "same" | "next";
  readonly from: From;
  /** The state was chosen by a person: what is newer than it does not count any more. */
  readonly isChosen?: true;
  readonly allowNonRestoredState?: true;
};

export type Step =
  | Stop
  | Start
  /** A second copy of the job, by an earlier start of ours. */
  | { readonly do: "cancel-copy"; readonly jobId: string }
  | { readonly do: "record"; readonly status: "running" | "finished"; readonly jobId: string | undefined }
  /** It does not run and is not to run: `state` is what it goes on from later. */
  | { readonly do: "rest"; readonly state: StateRef | undefined };

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

export interface Decision {
  readonly action: Action;
  readonly version: number;
  readonly changes: readonly Change[];
  readonly steps: readonly Step[];
  /** Something to be told beside the plan. */
  readonly remark?: string | undefined;
  /** State that a new version leaves behind. */
  readonly leaves?: StateRef | undefined;
  readonly leavesVersion?: number | undefined;
  /** The start is as a person chose it. */
  readonly isChosen?: boolean;
  /** It is suspended, and meant to be: nothing to be warned of. */
  readonly isSuspended?: boolean;
  /** Marks of the choices that are carried out once this is; see choices.ts. */
  readonly choices?: readonly string[];
}

export interface Refusal {
  readonly action: "refuse";
  readonly code: ErrorCode;
  readonly what: string;
  readonly fix: string;
}

export type Plan = Decision | Refusal;

export function refuse(what: string, fix: string): Refusal {
  return { action: "refuse", code: "plan-refused", what, fix };
}

export function refuseNoState(name: string, version: number, why: string): Refusal {
  return refuse(
    `${name}: no state found for version ${version}: ${why}`,
    `put the state back (checkpoint or savepoint directory); or start from another state, or clean: ${chooseFrom(name, "<path>")}, or … clean`,
  );
}

/** The command that makes a choice. */
export function chooseFrom(name: string, from: string): string {
  return `pulumi config set --path 'choices["${name}"].from' ${from}`;
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
  stop: readonly Step[],
  start: Partial<Start> = {},
): Decision {
  return {
    action: "replace",
    version: nextVersion(record, sourceOf(desired.manifest)),
    changes,
    steps: [...stop, { do: "start", version: "next", from: "clean", ...start }],
    leaves,
    leavesVersion: record.current.meta.version,
  };
}
