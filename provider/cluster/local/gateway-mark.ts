/** Whether the SQL Gateway that answers at a port is the one that was started for it. */

import { randomBytes } from "node:crypto";
import type { SqlGateway } from "../../flink/index.js";

/** An option that Flink does not know, and that a gateway tells as one of its own. */
export const MARK = "pulumi.started";

export function randomMark(): string {
  return randomBytes(4).toString("hex");
}

/**
 * Undefined once it answers. Two that start in one moment may have found the same port free: the one that got it answers
 * for both, so with a `mark` it must be the one that was started with it.
 */
export async function pendingGateway(gateway: SqlGateway, mark: string | undefined): Promise<string | undefined> {
  try {
    if (mark === undefined) await gateway.info();
    else if ((await gateway.options()).get(MARK) !== mark) return "another SQL Gateway answers at its port";
    return undefined;
  } catch {
    return "the SQL Gateway does not answer yet";
  }
}
