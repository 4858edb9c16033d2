/** Whether anybody waits for what this process does: an outage is waited out only for an engine that lives. */

const engine = process.ppid;

/** Once its parent was killed, a process has another: what it would do after an outage would meet the next deployment. */
export function isWaitedFor(): boolean {
  return !isCancelled && process.ppid === engine;
}

let isCancelled = false;

/** The engine, or a signal, has told this process to end what it is at. */
export function cancelWaiting(): void {
  isCancelled = true;
}
