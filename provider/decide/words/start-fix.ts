/** What to do after a start that failed, by what the job's own exception says. */

/** Where nothing says that it is something else. */
const BY_MANIFEST = "fix the cause above (usually in the manifest or a table that it uses), then run `pulumi up` again";

/** Flink tells these by the class and the words of the JVM or of its own scheduler, and by no code. */
const FIXES: readonly (readonly [cause: RegExp, fix: string])[] = [
  [
    /\b(?:OutOfMemoryError: )?Metaspace\b/u,
    "restart the cluster, or raise `jobmanager.memory.jvm-metaspace.size` and `taskmanager.memory.jvm-metaspace.size` in `clusterProperties` (of a cluster of your own: in its configuration), then run `pulumi up` again",
  ],
  [
    /\bOutOfMemoryError\b|\bJava heap space\b|\bGC overhead limit exceeded\b|\bDirect buffer memory\b/u,
    "raise `jobManagerMemory` or `taskManagerMemory` (of a cluster of your own: in its configuration), then run `pulumi up` again",
  ],
  [
    /\bNoResourceAvailableException\b|\bCould not acquire the minimum required resources\b/u,
    "raise `slots` or `taskManagers`, or lower `parallelism.default`, then run `pulumi up` again",
  ],
];

/** `texts`: stack traces or messages, whatever is known. */
export function startFix(...texts: readonly string[]): string {
  return FIXES.find(([cause]) => texts.some((text) => cause.test(text)))?.[1] ?? BY_MANIFEST;
}
