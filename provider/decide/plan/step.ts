/** The steps of a plan, each a plain value; the file of the same name in act/ says how it is done, and how undone. */

import type { Intent, RecordStatus, StateRef } from "../job/record.js";

/** Where a start takes its state from. */
export type From = "clean" | "savepoint-just-taken" | StateRef;

/** How a running job is ended. */
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

/** What becomes of a stopped job where a later step fails. One that did not run well is not started again. */
export interface WayBack {
  readonly undo: "start-again" | "stays-stopped";
}

/** No savepoint can be had of a job that fails again and again, though it may be seen running: it is cancelled then. */
export interface OrCancel {
  readonly orCancel?: { readonly where: "loops" | "keeps-failing"; readonly needs: "checkpoint" | "nothing" };
}

export type StopStep =
  | (Extract<Stop, { do: "stop-with-savepoint" }> & WayBack & OrCancel)
  | (Extract<Stop, { do: "cancel" }> & WayBack);

/** The state of a step before it, or one that was known before anything was done. */
export type Saved = "just-taken" | StateRef | undefined;

/** Steps that need nothing but the job: they end it, for a while or for good. */
export type EndStep =
  | StopStep
  /** It does not run and is not to run: `state` is what it goes on from later. */
  | { readonly do: "rest"; readonly as: Extract<RecordStatus, "stopped" | "finished">; readonly state: Saved }
  /** A tombstone: the manifest is gone. */
  | { readonly do: "bury"; readonly state: Saved; readonly isFinished: boolean; readonly wasNeverStarted: boolean };

export type Step =
  | EndStep
  /** What a killed deployment left open could still submit its job. */
  | { readonly do: "close-leftover"; readonly session: NonNullable<Intent["session"]> }
  /** A second copy of the job, by an earlier start of ours. */
  | { readonly do: "cancel-copy"; readonly jobId: string }
  /** All of a start but the submission. `as-checked`: where nothing runs there is nothing to protect from a start that fails. */
  | {
      readonly do: "prepare";
      readonly version: Start["version"];
      readonly isChosen?: true;
      readonly proof: "as-checked" | "anew";
      /** Rows of before that are taken back must be found. */
      readonly keepsRows: boolean;
    }
  /** Where nothing is stopped. `leaves`: state of a replaced version, which is remembered. */
  | { readonly do: "note-intent"; readonly leaves: StateRef | undefined }
  | { readonly do: "note-stop"; readonly state: "needed" | "if-any" }
  /** Has another deployment's job come up? */
  | { readonly do: "look-again" }
  | (Start & {
      /** A checkpoint that the cancelled job completed since it was looked at counts. */
      readonly orLater?: true;
      /** Where a job of another meaning came up under its id. */
      readonly contested: "goes-back" | "planned-anew";
    })
  /** What takes the place of a job that ran must show what its rows do to it, for as long as there is a way back. */
  | { readonly do: "prove"; readonly by: "first-row" | "first-checkpoint" }
  /** The record is about what was started. */
  | { readonly do: "confirm" }
  | { readonly do: "note-status"; readonly status: "running" | "finished"; readonly jobId: string | undefined }
  /** Nothing but whose the record is, and which choices it knows. */
  | { readonly do: "own"; readonly intent: "dropped" | "without-session" }
  /** A new job that is not to run yet. */
  | { readonly do: "put-off" };
