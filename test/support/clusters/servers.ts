/** What stories run on: a cluster with its SQL Gateway and, where asked for, an S3 server with a bucket for their stores. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { s3FlinkOptions } from "../../../provider/store/s3-client.js";
import { createBucket } from "../servers/bucket.js";
import { MOTO_CREDENTIALS, type Moto, startMoto } from "../servers/moto.js";
import { localSpec } from "./cluster.js";

/** The jobs of the largest story and those of another one at the same time. */
const SLOTS = 40;

const BUCKET = "stories";

export interface Servers {
  /** Of the cluster: its configuration, logs and processes. */
  readonly folder: string;
  readonly restUrl: string;
  readonly gatewayUrl: string;
  /** Undefined where none was asked for. */
  readonly moto: Moto | undefined;
  stop(): Promise<void>;
}

/** Address below which stories have their stores at an S3 server. */
export const storesAt = (endpoint: string) => `s3://${BUCKET}?endpoint=${endpoint}`;

/** Starts them in a new folder; leaves nothing behind where that fails. */
export async function startServers(flinkHome: string, { hasS3 = false, slots = SLOTS } = {}): Promise<Servers> {
  const moto = hasS3 ? await startMoto() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "e2e-cluster-"));
  const stop = async () => {
    await stopLocal(folder);
    await rm(folder, { recursive: true, force: true });
    await moto?.stop();
  };
  try {
    const store = moto ? storesAt(moto.endpoint) : "";
    if (store) await createBucket(store);
    const storeOptions = await s3FlinkOptions(store);
    const spec = { ...(await localSpec(folder, slots)), flinkHome, store, storeOptions };
    await startLocalOrNothing(spec, () => undefined, MOTO_CREDENTIALS);
    const at = (port: number) => `http://127.0.0.1:${port}`;
    return { folder, restUrl: at(spec.restPort), gatewayUrl: at(spec.gatewayPort), moto, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
