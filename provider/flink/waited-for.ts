/** Whether anybody waits for what this process does: an outage is waited out only for an engine that lives. */

const engine = process.ppid;

/** Once its parent was killed, a process has another: what it would do after an outage would meet the next deployment. */
export function isWaitedFor(): boolean {
  return process.ppid === engine;
}
