/** A plan as the one line that a person reads in a preview. */

import { stateName } from "../job/naming.js";
import { ageWords, sizeWords } from "../words/words.js";
import type { Decision, From, Plan } from "./decision.js";
import { remarkWords } from "./remark.js";

/** `orders: restart from a savepoint (parallelism.default 1 → 2), version 3 stays`. `now` in milliseconds since 1970. */
export function planWords(name: string, plan: Plan, now: number): string {
  if (plan.action === "refuse") return plan.what;
  const remarks = (plan.remarks ?? []).map((remark) => `; ${remarkWords(remark, name, now)}`).join("");
  const allows = plan.start?.allowNonRestoredState ? "; state that matches no operator is dropped" : "";
  return `${name}: ${decisionWords(plan, now)}${allows}${remarks}`;
}

/** What runs as it should is still something new to a stack whose state does not know it, as after `pulumi state delete`. */
export function asNewcomer(plan: Decision): Decision {
  return plan.action === "none" && !plan.isSuspended ? { ...plan, action: "adopt" } : plan;
}

/** Nothing is done to it, but what the stack's state has of it is out of date, as after an update that was cut short. */
export function asUnknown(plan: Decision, hasFinished: boolean): Decision {
  return { ...plan, action: hasFinished ? "finish" : "adopt" };
}

function decisionWords(plan: Decision, now: number): string {
  const stays = `version ${plan.version} stays`;
  switch (plan.action) {
    case "none":
      return plan.isSuspended ? `suspended, version ${plan.version}` : `no change, version ${plan.version}`;
    case "create":
      return `new, version ${plan.version}, ${beginWords(plan, now)}${whyWords(plan)}`;
    case "adopt":
      return `adopted as it runs, not restarted, ${stays}`;
    case "finish":
      return `finished, not started again, ${stays}`;
    case "restart":
      return `restart from ${startWords(plan, now)}${whyWords(plan)}, ${stays}`;
    case "resume":
      return `resume from ${startWords(plan, now)}${whyWords(plan)}, ${stays}`;
    case "replace":
      return `new version ${plan.version}, ${beginWords(plan, now)}${whyWords(plan)}${leftWords(plan)}`;
    case "suspend":
      return suspendWords(plan);
    case "repair":
      return `${plan.isSuspended ? "suspended" : "no change"}, ${stays}`;
    case "rename":
      return `${plan.isSuspended ? "suspended" : "no change"}, ${stays}; its record takes the stack's new name`;
    case "forget":
      return `no change, ${stays}; a choice that was carried out is no longer configured, and is removed from the record`;
  }
}

function suspendWords({ stop, version }: Decision): string {
  const how = stop?.do === "stop-with-savepoint" ? "stopped with a savepoint" : "cancelled";
  return `suspended${stop ? `: ${how}` : ""}, version ${version} stays`;
}

function startWords({ start, stop, isChosen }: Decision, now: number): string {
  if (!start) return "nothing";
  // It goes on making checkpoints until then.
  const isForced = stop?.do === "cancel" && stop.isForced && !isChosen;
  return isForced && typeof start.from === "object"
    ? `its last checkpoint, ${ageWords(now - start.from.at)} old`
    : fromWords(start.from, now);
}

/** Of a version that is new: mostly it starts clean. */
function beginWords(plan: Decision, now: number): string {
  const from = plan.start?.from ?? "clean";
  return from === "clean" ? "starts clean" : `starts from ${fromWords(from, now)}`;
}

/** `a savepoint`, `chk-1416, 41 s old`. */
export function fromWords(from: From, now: number): string {
  if (from === "clean") return "nothing (it never had a state)";
  if (from === "savepoint-just-taken") return "a savepoint";
  return `${stateName(from.path)}${from.at > 0 ? `, ${ageWords(now - from.at)} old` : ""}`;
}

function whyWords({ changes, isChosen }: Decision): string {
  const words = [...(isChosen ? ["as chosen"] : []), ...changes.map(({ words }) => words)];
  return words.length === 0 ? "" : ` (${words.join(", ")})`;
}

function leftWords(plan: Decision): string {
  if (plan.start?.from !== "clean") return "";
  const { leaves, leavesVersion } = plan;
  const size = leaves?.bytes === undefined ? "the" : sizeWords(leaves.bytes);
  return size === "the"
    ? `; the state of version ${leavesVersion} will not be used`
    : `; ${size} of state of version ${leavesVersion} will not be used`;
}
