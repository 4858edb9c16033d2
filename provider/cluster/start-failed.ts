/** What a process that ended right after its start has to say. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/errors.js";

/** `role` names the process and its output in the folder `log`. */
export async function startFailed(role: string, log: string, fix: string): Promise<UserError> {
  const text = await readFile(join(log, `${role}.out`), "utf8");
  // The words of exceptions; what else is there are stack frames and the command line of the process.
  const lines = text.split("\n").filter((line) => /(?:Exception|Error)\b/u.test(line) && !/^\s*at |--add-/u.test(line));
  const cause = lines.slice(-3).join("\n") || "its output says nothing";
  const isPortTaken = /BindException|Address already in use|Could not start rest endpoint on any port/u.test(cause);
  return new UserError("cluster-start-failed", {
    what: `the ${role} ended right after its start`,
    cause,
    fix: isPortTaken
      ? "run `pulumi up` again: another program took its port in the same moment, and the next start takes a free one"
      : fix,
  });
}
