/** Starts the cluster on which most stories run, and the S3 server of its store, before the first story; stops both after the last. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local.js";
import { s3FlinkOptions } from "../../provider/store/s3-client.js";
import { createBucket } from "./bucket.js";
import { localSpec } from "./cluster.js";
import { MOTO_CREDENTIALS, startMoto } from "./moto.js";

declare module "vitest" {
  interface ProvidedContext {
    restUrl: string;
    gatewayUrl: string;
    /** Address below which each story has its store; empty where it is in the story's folder. */
    stores: string;
    /** Whether the stories are told the SQL Gateway's address; without it the runner submits their jobs. */
    hasGateway: boolean;
  }
}

/** The jobs of the largest story and those of another one at the same time. */
const SLOTS = 40;

const BUCKET = "stories";

/** Where the project says so, the stories keep their state in S3. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const s3 = project.name.endsWith("s3") ? await startMoto() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "e2e-cluster-"));
  const end = async () => {
    await rm(folder, { recursive: true, force: true });
    await s3?.stop();
  };
  const store = s3 ? `s3://${BUCKET}?endpoint=${s3.endpoint}` : "";
  if (store) await createBucket(store);
  const spec = { ...(await localSpec(folder, SLOTS)), store, storeOptions: await s3FlinkOptions(store) };
  await startLocalOrNothing(spec, () => undefined, MOTO_CREDENTIALS).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  project.provide("restUrl", `http://127.0.0.1:${spec.restPort}`);
  project.provide("gatewayUrl", `http://127.0.0.1:${spec.gatewayPort}`);
  project.provide("stores", store);
  project.provide("hasGateway", project.name !== "e2e-runner");
  return async () => {
    await stopLocal(folder);
    await end();
  };
}
