/** Lays a decision out as steps: what is done, in which order, and how each of them is undone. */

import { keepsRows } from "../change/missed-rows.js";
import { keepsCheckpoints } from "../job/properties.js";
import type { JobRecord } from "../job/record.js";
import type { Draft } from "./decision.js";
import type { Observed } from "./observed.js";
import type { OrCancel, Start, Step, Stop, StopStep } from "./step.js";

export function stepsOf(draft: Draft, observed: Observed): readonly Step[] {
  const session = observed.record?.intent?.session;
  const copies = draft.copies ?? [];
  return [
    ...(session ? [{ do: "close-leftover", session } as const] : []),
    ...copies.map((jobId) => ({ do: "cancel-copy", jobId }) as const),
    ...lastSteps(draft, observed),
  ];
}

function lastSteps(draft: Draft, observed: Observed): readonly Step[] {
  const { start, rest, record } = draft;
  if (start) return startSteps(draft, start, observed);
  if (rest) return restSteps(draft.stop, rest.state, observed.record);
  if (record) return [{ do: "note-status", ...record }];
  // The intent of a job that was never started is what says so; a start that was asked for does not come any more.
  return [{ do: "own", intent: draft.isSuspended ? "without-session" : "dropped" }];
}

function startSteps(draft: Draft, start: Start, { record, chosen }: Observed): readonly Step[] {
  const { stop, copies, leaves } = draft;
  const { version, from, isChosen } = start;
  const isAlone = !stop && (copies ?? []).length === 0;
  const hasWayBack = stop !== undefined && undoOf(stop) === "start-again";
  // A person named the very state, rather than whatever the version before leaves.
  const isGiven = isChosen === true && chosen !== undefined;
  const prepare = {
    do: "prepare",
    version,
    proof: isAlone ? "as-checked" : "anew",
    keepsRows: keepsRows(draft),
  } as const;
  return [
    { ...prepare, ...(isChosen && { isChosen }) },
    ...(stop
      ? [
          stopStep(stop, undoOf(stop), orCancel(stop, start, record)),
          { do: "note-stop", state: from === "savepoint-just-taken" ? "needed" : "if-any" } as const,
        ]
      : [{ do: "note-intent", leaves } as const]),
    { do: "look-again" },
    {
      ...start,
      ...(stop?.do === "cancel" && !isGiven && { orLater: true }),
      contested: hasWayBack ? "goes-back" : "planned-anew",
    },
    { do: "prove", by: hasWayBack ? "first-row" : "first-checkpoint" },
    { do: "confirm" },
  ];
}

function restSteps(
  stop: Stop | undefined,
  state: NonNullable<Draft["rest"]>["state"],
  record: JobRecord | undefined,
): readonly Step[] {
  if (!record) return [{ do: "put-off" }];
  if (!stop) return [{ do: "rest", as: "stopped", state: state ?? record.savepoint }];
  return [stopStep(stop, "stays-stopped"), { do: "rest", as: "stopped", state: "just-taken" }];
}

/** A stop, and what becomes of the job afterwards. */
export function stopStep(stop: Stop, undo: StopStep["undo"], orElse: OrCancel = {}): StopStep {
  return stop.do === "cancel" ? { ...stop, undo } : { ...stop, undo, ...orElse };
}

/** Only a job that ran well is started again. */
function undoOf(stop: Stop): StopStep["undo"] {
  return stop.do === "stop-with-savepoint" || stop.isForced ? "start-again" : "stays-stopped";
}

/** Whether a job that no savepoint can be had of is cancelled, as it is where it is seen restarting. */
function orCancel(stop: Stop, { from }: Start, record: JobRecord | undefined): OrCancel {
  if (stop.do === "cancel" || stop.drain || !record || !keepsCheckpoints(record.current.manifest)) return {};
  return { orCancel: { where: from === "clean" ? "keeps-failing" : "loops", needs: "checkpoint" } };
}
