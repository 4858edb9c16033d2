/** Writes one job's record again and again, each time on condition that nobody else did. */

import { hostname, userInfo } from "node:os";
import type { JobRecord } from "../core/record.js";
import type { Store } from "../store/store.js";

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
}

/** A container may run under a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody";
  }
}
