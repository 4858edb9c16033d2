/** Jobs that a preview refused: each says so on its own line, and the last resource ends the preview with an error. */

import { UserError } from "../../decide/index.js";

/** The engine ends a preview at the first check that fails: then one mistake would hide all others. */
let isCollecting = false;
const refused = new Set<string>();

/** Said once in a process, before the first check of a job; only where `unlessRefused` is asked after the last. */
export function collectRefusals(isPreview: boolean): void {
  isCollecting = isPreview;
  refused.clear();
}

/** True where the refusal is told on the job's line, and its check goes through. */
export function isCollected(job: string): boolean {
  if (isCollecting) refused.add(job);
  return isCollecting;
}

/** Throws plan-refused where a job was refused in this preview. */
export function unlessRefused(): void {
  const names = [...refused].sort();
  if (names.length === 0) return;
  const jobs = names.length === 1 ? "1 job is" : `${names.length} jobs are`;
  throw new UserError("plan-refused", {
    what: `${jobs} refused: ${names.join(", ")}; each says why on its own line; nothing was deployed or changed`,
    fix: `correct ${names.length === 1 ? "it" : "each of them"}, then run \`pulumi preview\` again`,
  });
}
