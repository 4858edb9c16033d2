/** What a process that exited right after its start has to say. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../decide/index.js";
import { PORT_TAKEN } from "../../flink/index.js";

/** Another program took a port between the look for a free one and the start. */
export class PortTaken extends UserError {}

/** `role` names the process and its output in the folder `log`. */
export async function clusterStartFailed(role: string, log: string, fix: string): Promise<UserError> {
  const text = await readFile(join(log, `${role}.out`), "utf8");
  // The words of exceptions; what else is there are stack frames and the command line of the process.
  const lines = text.split("\n").filter((line) => /(?:Exception|Error)\b/u.test(line) && !/^\s*at |--add-/u.test(line));
  // A JVM that is on its way out may fail at other things after that.
  const aboutPorts = lines.filter((line) => PORT_TAKEN.test(line));
  const isPortTaken = aboutPorts.length > 0;
  const cause = (isPortTaken ? aboutPorts : lines).slice(-3).join("\n") || "it printed no reason";
  return new (isPortTaken ? PortTaken : UserError)("cluster-start-failed", {
    what: `the ${role} exited right after its start`,
    cause,
    fix: isPortTaken
      ? "run `pulumi up` again: another program took its port at the same moment, and the next start takes a free one"
      : fix,
  });
}
