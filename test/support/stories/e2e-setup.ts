/** Starts the cluster on which most stories run, and the S3 server of its store, before the first story; stops both after the last. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { s3FlinkOptions } from "../../../provider/store/s3-client.js";
import versions from "../../../scripts/versions.json" with { type: "json" };
import { flinkHome, localSpec } from "../clusters/cluster.js";
import { pyFlinkOf } from "../clusters/runner.js";
import { createBucket } from "../servers/bucket.js";
import { MOTO_CREDENTIALS, startMoto } from "../servers/moto.js";
import { type Elsewhere, projectElsewhere } from "./elsewhere.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the cluster of all stories; empty where each has its own. */
    restUrl: string;
    gatewayUrl: string;
    /** Address below which each story has its store; empty where it is in the story's folder. */
    stores: string;
    /** Whether the stories are told the SQL Gateway's address; without it the runner submits their jobs. */
    hasGateway: boolean;
    /** Folder of the cluster's Flink, and a Python with the PyFlink of its version. */
    flinkHome: string;
    python: string;
    /** What runs the project where that is not this clone and the `node` on PATH. */
    elsewhere: Elsewhere | undefined;
  }
}

/** The jobs of the largest story and those of another one at the same time. */
const SLOTS = 40;

const BUCKET = "stories";

/** Where the project says so, the stories keep their state in S3, run on another Flink, or with another Node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const s3 = project.name.endsWith("s3") ? await startMoto() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "e2e-cluster-"));
  const elsewhere = project.name.endsWith("newest") ? await projectElsewhere() : undefined;
  const end = async () => {
    await rm(folder, { recursive: true, force: true });
    if (elsewhere) await rm(elsewhere.folder, { recursive: true, force: true });
    await s3?.stop();
  };
  const other = Object.keys(versions.flinks).find((version) => version.startsWith(project.name.replace("e2e-", "")));
  const python = pyFlinkOf(other ?? versions.flink).python;
  const home = other ? pyFlinkOf(other).flinkHome : flinkHome();
  const store = s3 ? `s3://${BUCKET}?endpoint=${s3.endpoint}` : "";
  if (store) await createBucket(store);
  const spec = {
    ...(await localSpec(folder, SLOTS)),
    flinkHome: home,
    store,
    storeOptions: await s3FlinkOptions(store),
  };
  await startLocalOrNothing(spec, () => undefined, MOTO_CREDENTIALS).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  project.provide("restUrl", `http://127.0.0.1:${spec.restPort}`);
  project.provide("gatewayUrl", `http://127.0.0.1:${spec.gatewayPort}`);
  project.provide("stores", store);
  project.provide("hasGateway", project.name !== "e2e-runner");
  project.provide("flinkHome", home);
  project.provide("python", python);
  project.provide("elsewhere", elsewhere);
  return async () => {
    await stopLocal(folder);
    await end();
  };
}
