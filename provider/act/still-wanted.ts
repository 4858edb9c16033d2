/** Whether anybody still waits for the change, asked right before a running job is touched. */

import { UserError } from "../decide/index.js";
import { isWaitedFor } from "../flink/index.js";

/** Throws plan-refused where the engine has ended, or told this process to. */
export function unlessCancelled(name: string): void {
  if (!isWaitedFor())
    throw new UserError("plan-refused", {
      what: `${name}: cancelled before its job was stopped; the job was not touched`,
      fix: "run `pulumi up` again",
    });
}
