/** Jobs that would end with a cluster because nobody would start them again, refused with what the stack's state knows. */

import { refuseStrangers } from "../../act/index.js";
import { type ErrorParts, UserError } from "../../decide/index.js";
import type { Connection } from "../../flink/index.js";
import type { ClusterChecked } from "./target.js";

type Cluster = Pick<ClusterChecked, "store" | "storeBefore" | "knownJobs" | "savepointSeconds" | "startSeconds">;

/** Throws plan-refused. With another store than that of the last update, it is the store that is wrong, and not the jobs. */
export async function refuseUnknownJobs(cluster: Cluster, jobManager: Connection): Promise<void> {
  const { storeBefore, store } = cluster;
  try {
    await refuseStrangers({ ...cluster, jobManager, jobs: cluster.knownJobs });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "plan-refused" || storeBefore === undefined) throw error;
    throw new UserError(error.code, withStore(error.parts, store, storeBefore));
  }
}

function withStore({ what, fix }: ErrorParts, store: string, before: string): ErrorParts {
  return {
    what: `${what}; this stack deployed its jobs with the store ${before}, and \`store\` is ${store} now`,
    fix: `set it back: pulumi config set store ${before} (after a rename of the stack its default is another folder); only if they are not this stack's: ${fix}`,
  };
}
