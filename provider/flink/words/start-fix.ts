/** What to do after a start that failed, by what the job's own exception says. */

import { NO_MEMORY, NO_METASPACE, NO_SLOTS } from "./flink-words.js";

/** Where nothing says that it is something else. */
const BY_MANIFEST = "fix the cause above (usually in the manifest or a table that it uses), then run `pulumi up` again";

const FIXES: readonly (readonly [cause: RegExp, fix: string])[] = [
  [
    NO_METASPACE,
    "restart the cluster, or raise `jobmanager.memory.jvm-metaspace.size` and `taskmanager.memory.jvm-metaspace.size` in `clusterProperties` (of a cluster of your own: in its configuration), then run `pulumi up` again",
  ],
  [
    NO_MEMORY,
    "raise `jobManagerMemory` or `taskManagerMemory` (of a cluster of your own: in its configuration), then run `pulumi up` again",
  ],
  [NO_SLOTS, "raise `slots` or `taskManagers`, or lower `parallelism.default`, then run `pulumi up` again"],
];

/** `texts`: stack traces or messages, whatever is known. */
export function startFix(...texts: readonly string[]): string {
  return FIXES.find(([cause]) => texts.some((text) => cause.test(text)))?.[1] ?? BY_MANIFEST;
}
