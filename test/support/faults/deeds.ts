/** What of the steps of a plan does something to a job: without those that prepare, note and look, and without the undo. */

import type { Plan, Start, Stop } from "../../../provider/decide/plan/decision.js";
import type { Step } from "../../../provider/decide/plan/step.js";

export type Deed = Stop | Start | Extract<Step, { do: "cancel-copy" | "note-status" | "rest" }>;

/** None of a refusal. */
export function deedsOf(plan: Plan): readonly Deed[] {
  return plan.action === "refuse" ? [] : deeds(plan.steps);
}

export function deeds(steps: readonly Step[]): readonly Deed[] {
  return steps.flatMap((step): Deed[] => {
    switch (step.do) {
      case "stop-with-savepoint": {
        const { undo: _undo, orCancel: _orCancel, ...stop } = step;
        return [stop];
      }
      case "cancel": {
        const { undo: _undo, ...stop } = step;
        return [stop];
      }
      case "start": {
        const { orLater: _orLater, contested: _contested, ...start } = step;
        return [start];
      }
      case "cancel-copy":
      case "note-status":
      case "rest":
        return [step];
      default:
        return [];
    }
  });
}
