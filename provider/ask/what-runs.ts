/** Whether what runs after a start is what the record will say of it: by its name and its checkpoints it is found again. */

import { canonicalLocation, type Deployment, UserError, versionDirectory } from "../decide/index.js";
import type { FlinkRest, JobSummary } from "../flink/index.js";

const FIX =
  "remove what sets it: a SET in a table file, the code, or an option of the cluster's own configuration; then run `pulumi up` again";

/** Throws start-failed. */
export function refuseOtherName(name: string, { jid, name: running }: JobSummary): void {
  if (running === name) return;
  throw new UserError("start-failed", {
    what: `${name}: job ${jid} runs under the name '${running}' and not '${name}', so it would not be found again`,
    fix: FIX,
  });
}

/** Looks at the newest checkpoint, where there is one that can be started from. Throws start-failed. */
export async function refuseOtherDirectory(
  rest: FlinkRest,
  { jobId = "", manifest, ...next }: Deployment,
): Promise<void> {
  const path = (await rest.checkpoints(jobId))?.latest.completed?.external_path;
  // Of a checkpoint that is kept nowhere Flink has some words instead of a path.
  if (!path?.includes("/")) return;
  const directory = versionDirectory(next.directories.checkpoints, next.meta.version);
  if (canonicalLocation(path).startsWith(`${canonicalLocation(directory)}/`)) return;
  throw new UserError("start-failed", {
    what: `${manifest.name}: job ${jobId} keeps its checkpoints in ${path} and not in ${directory}, where they are expected`,
    fix: FIX,
  });
}
