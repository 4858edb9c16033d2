/** The cluster that a test file shares with others; its jobs have names of their own, and are ended by the file. */

import { inject } from "vitest";
import { z } from "zod";
import versions from "../../../scripts/versions.json" with { type: "json" };

const Shared = z.object({
  /** Of the cluster itself; nobody but the cluster writes there. */
  folder: z.string(),
  restUrl: z.string(),
  gatewayUrl: z.string(),
});
export type Shared = z.infer<typeof Shared>;

/** Waits until it runs. */
export async function sharedCluster(version: string = versions.flink): Promise<Shared> {
  const answer = await fetch(`${inject("clusters")}/${version}`);
  if (!answer.ok) throw new Error(await answer.text());
  return Shared.parse(await answer.json());
}
