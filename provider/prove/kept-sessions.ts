/** Sessions at the SQL Gateway that a check prepared, kept for the start that follows in the same update. */

import type { SqlGateway } from "../flink/index.js";

interface Kept {
  /** A digest of all that the session was prepared with. */
  readonly key: string;
  readonly gateway: SqlGateway;
  readonly session: string;
  readonly at: number;
}

/** What a check found is believed for so long; a gateway ends a session that nobody uses after ten minutes. */
export const BELIEVED_MS = 60_000;

/** Each takes memory of the gateway, and checks may be far ahead of the starts. */
const MOST = 32;

const kept = new Map<string, Kept>();

/** After a preview nothing starts: its checks leave nothing behind. */
let isForUpdate = false;

/** Said once in a process, before the first check of a job. */
export function keepSessionsFor(what: "preview" | "update"): void {
  isForUpdate = what === "update";
}

/** Keeps a job's session, or ends it where no start can follow, or too many wait already. */
export async function keepSession(job: string, key: string, gateway: SqlGateway, session: string): Promise<void> {
  await dropSession(job);
  if (isForUpdate && kept.size < MOST) kept.set(job, { key, gateway, session, at: Date.now() });
  else await endSession(gateway, session);
}

/** The job's session, if it was prepared with just that a moment ago and the gateway still has it. */
export async function takeSession(job: string, key: string): Promise<string | undefined> {
  const found = kept.get(job);
  if (!found) return undefined;
  const isGood = found.key === key && Date.now() - found.at < BELIEVED_MS;
  if (!isGood || !(await found.gateway.hasSession(found.session))) {
    await dropSession(job);
    return undefined;
  }
  kept.delete(job);
  return found.session;
}

/** Ends the job's session if it is still there: its start is over, or came without it. */
export async function dropSession(job: string): Promise<void> {
  const found = kept.get(job);
  kept.delete(job);
  if (found) await endSession(found.gateway, found.session);
}

/** Ends a session, which does so by itself some time later where this does not reach the gateway. */
export async function endSession(gateway: SqlGateway, session: string): Promise<void> {
  await gateway.closeSession(session).catch(() => undefined);
}
