/** Writes one job's record again and again, each time on condition that nobody else did. */

import { hostname, userInfo } from "node:os";
import type { JobRecord } from "../decide/index.js";
import type { Store } from "./store.js";

export class RecordWriter {
  constructor(
    private readonly store: Store,
    private readonly job: string,
    private mark: string | undefined,
  ) {}

  /** Gives the record back as it was written. Throws record-conflict. */
  async write(record: JobRecord): Promise<JobRecord> {
    const signed = { ...record, written: { by: `${userName()}@${hostname()}`, at: new Date().toISOString() } };
    this.mark = await this.store.write(this.job, signed, this.mark);
    return signed;
  }

  /** The record where somebody else has written it since this one did. */
  async writtenByOthers(): Promise<JobRecord | undefined> {
    const stored = await this.store.read(this.job);
    return stored?.mark === this.mark ? undefined : stored?.record;
  }
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}
