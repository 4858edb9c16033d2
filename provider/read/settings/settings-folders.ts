/** The project's own folders on this machine: for the user's eyes only. */

import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";

/** Logs, configuration, local states, and Pulumi's state with its history; those that others made are closed too. */
const PRIVATE = [".local", ".pulumi-state"];

/** Closes them at each run, since Pulumi makes its own folder open to all. Where that may not be done, others own them. */
export function closeFolders(root: string): void {
  for (const folder of PRIVATE.map((name) => join(root, name)).filter(existsSync)) {
    try {
      chmodSync(folder, 0o700);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EPERM")) throw error;
    }
  }
}
