/** Asks at once for what the checks of all jobs will ask for: the engine calls one check after the other. */

import pLimit from "p-limit";
import { type Checkpoints, type FlinkRest, listJobs, MOMENT_MS } from "../flink/index.js";
import type { Store, Stored } from "../remember/index.js";

/** What was asked for that long ago is asked for again. */
const BELIEVED_MS = 60_000;

/** So many requests at a time to the store, and to the JobManager. */
const AT_ONCE = 8;

/**
 * The records of some jobs, and the checkpoints of those of them that run. Each is given once only: who looks a second
 * time wants to know what is true then.
 */
export class LookAhead {
  private readonly until = Date.now() + BELIEVED_MS;
  private readonly records: Map<string, Promise<Stored | undefined>>;
  private found = new Map<string, Promise<Checkpoints | undefined>>();

  constructor(names: readonly string[], store: Store, rest: FlinkRest) {
    this.records = someAtATime(names, (name) => store.read(name));
    const wanted = new Set(names);
    const listed = listJobs(rest, MOMENT_MS).then((jobs) => {
      const ids = jobs.filter(({ name, state }) => wanted.has(name) && state === "RUNNING").map(({ jid }) => jid);
      this.found = someAtATime(ids, (jobId) => rest.checkpoints(jobId));
    });
    // Where there is no answer, each check asks for itself, and says so.
    listed.catch(() => undefined);
  }

  record(name: string, read: () => Promise<Stored | undefined>): Promise<Stored | undefined> {
    return this.take(this.records, name) ?? read();
  }

  checkpoints(jobId: string, ask: () => Promise<Checkpoints | undefined>): Promise<Checkpoints | undefined> {
    return this.take(this.found, jobId) ?? ask();
  }

  private take<T>(answers: Map<string, Promise<T>>, key: string): Promise<T> | undefined {
    const answer = answers.get(key);
    answers.delete(key);
    return Date.now() < this.until ? answer : undefined;
  }
}

/** Works on some items at a time, in their order, and gives the promise of each at once. */
function someAtATime<T>(keys: readonly string[], work: (key: string) => Promise<T>): Map<string, Promise<T>> {
  const limit = pLimit(AT_ONCE);
  const answers = keys.map((key) => [key, limit(work, key)] as const);
  // An error is for whoever takes the answer, and perhaps nobody does.
  for (const [, answer] of answers) answer.catch(() => undefined);
  return new Map(answers);
}

const latest = new Map<string, LookAhead>();

/** Begins to look; the checks of the jobs that follow in this process find it by the store and the connection. */
export function lookAhead(names: readonly string[], store: Store, rest: FlinkRest): void {
  latest.set(`${store.url} ${rest.connection.key}`, new LookAhead(names, store, rest));
}

export function lookedAhead(store: Store, rest: FlinkRest): LookAhead | undefined {
  return latest.get(`${store.url} ${rest.connection.key}`);
}
