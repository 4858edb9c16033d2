/** Starts the cluster on which most stories run, before the first story, and stops it after the last. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local.js";
import { localSpec } from "./cluster.js";

declare module "vitest" {
  interface ProvidedContext {
    restUrl: string;
    gatewayUrl: string;
  }
}

/** The jobs of the largest story and those of another one at the same time. */
const SLOTS = 24;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "e2e-cluster-"));
  const spec = await localSpec(folder, SLOTS);
  const end = () => rm(folder, { recursive: true, force: true });
  await startLocalOrNothing(spec, () => undefined).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  project.provide("restUrl", `http://127.0.0.1:${spec.restPort}`);
  project.provide("gatewayUrl", `http://127.0.0.1:${spec.gatewayPort}`);
  return async () => {
    await stopLocal(folder);
    await end();
  };
}
