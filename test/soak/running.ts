/** What runs, beside what should run and what the records say of it. */

import { readRecord } from "../support/stories/records.js";
import { until } from "../support/until.js";
import type { Deployment } from "./deployment.js";
import type { Wanted } from "./fleet.js";

/** Name → id under which the job runs. */
export type Running = ReadonlyMap<string, string>;

/** What went wrong, with what the update before it said. */
export class SoakFailure extends Error {}

/** Exactly the jobs that should run do, each once, as its record says. Throws SoakFailure where it is not so. */
export async function runningAsWanted(deployment: Deployment, fleet: readonly Wanted[]): Promise<Running> {
  const flink = await deployment.flink();
  const now = new Map<string, string>();
  await nothingLeft(deployment, fleet);
  for (const { name, isThere, isSuspended, edition } of fleet) {
    if (!isThere || isSuspended) {
      const alive = await flink.alive(name);
      if (alive.length > 0) throw new SoakFailure(`${name} should not run: ${JSON.stringify(alive)}`);
      continue;
    }
    const job = await until(`${name} runs once`, 60, async () => flink.one(name).catch(() => undefined));
    const record = await readRecord(deployment.store, name);
    const isTold = record.jobId === job.jid && record.status === "running" && !record.hasIntent;
    if (!isTold || !record.sql?.includes(` ${edition} AS edition`))
      throw new SoakFailure(`${name} runs as ${job.jid}, query ${edition}; its record: ${JSON.stringify(record)}`);
    now.set(name, job.jid);
  }
  return now;
}

/** On a cluster that was left no job of the fleet runs on. */
async function nothingLeft(deployment: Deployment, fleet: readonly Wanted[]): Promise<void> {
  for (const { name } of fleet) {
    const alive = (await deployment.left()?.alive(name)) ?? [];
    if (alive.length > 0) throw new SoakFailure(`${name} runs on the cluster that was left: ${JSON.stringify(alive)}`);
  }
}
