/** A plan as the one line that a person reads in a preview. */

import type { Change } from "./changes.js";
import { stateName } from "./naming.js";
import type { Decision, From, Plan, Step } from "./plan.js";

/** `orders: restart from a savepoint (parallelism.default 1 → 2), version 3 stays`. `now` in milliseconds since 1970. */
export function planWords(name: string, plan: Plan, now: number): string {
  if (plan.action === "refuse") return plan.what;
  const remark = plan.remark ? `; ${plan.remark}` : "";
  return `${name}: ${decisionWords(plan, now)}${remark}`;
}

function decisionWords(plan: Decision, now: number): string {
  const stays = `version ${plan.version} stays`;
  switch (plan.action) {
    case "none":
      return `no change, version ${plan.version}`;
    case "create":
      return `new, version ${plan.version}, starts clean`;
    case "adopt":
      return `adopted as it runs, not restarted, ${stays}`;
    case "finish":
      return `finished by itself, not started again, ${stays}`;
    case "restart":
      return `restart from ${startWords(plan, now)}${changeWords(plan.changes)}, ${stays}`;
    case "resume":
      return `resume from ${startWords(plan, now)}${changeWords(plan.changes)}, ${stays}`;
    case "replace":
      return `new version ${plan.version}, starts clean${changeWords(plan.changes)}${leftWords(plan)}`;
  }
}

function startWords(plan: Decision, now: number): string {
  const start = plan.steps.find((step): step is Extract<Step, { do: "start" }> => step.do === "start");
  return start ? fromWords(start.from, now) : "nothing";
}

/** `a savepoint`, `chk-1416, 41 s old`. */
export function fromWords(from: From, now: number): string {
  if (from === "clean") return "nothing (it never had a state)";
  if (from === "savepoint-just-taken") return "a savepoint";
  return `${stateName(from.path)}${from.at > 0 ? `, ${ageWords(now - from.at)} old` : ""}`;
}

function changeWords(changes: readonly Change[]): string {
  return changes.length === 0 ? "" : ` (${changes.map(({ words }) => words).join(", ")})`;
}

function leftWords({ leaves, leavesVersion }: Decision): string {
  const size = leaves?.bytes === undefined ? "the" : sizeWords(leaves.bytes);
  return size === "the"
    ? `; the state of version ${leavesVersion} will not be used`
    : `; ${size} of state of version ${leavesVersion} will not be used`;
}

/** `41 s`, `12 min`, `5 h`, `3 d`. */
export function ageWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `640 B`, `2.1 MB`; 1 MB is 1,000,000 bytes. */
export function sizeWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
