/** The real servers that jobs under test run on: a cluster with a SQL Gateway, and an S3 server. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import type { LocalSpec } from "../../../provider/cluster/local/local-configuration.js";
import { s3FlinkOptions } from "../../../provider/store/s3-client.js";
import { localSpec } from "../clusters/cluster.js";
import { Flink, FlinkPair } from "../clusters/flink.js";
import { failOverOptions, startZooKeeper } from "../clusters/zookeeper.js";
import { createBucket } from "../servers/bucket.js";
import { MOTO_CREDENTIALS, startMoto } from "../servers/moto.js";

export type StoreKind = "folder" | "S3";

export interface Address {
  readonly restUrl: string;
  readonly gatewayUrl: string;
}

export interface Lab {
  /** Holds the cluster, the stores in folders and the sinks. */
  readonly folder: string;
  readonly flink: Flink;
  readonly gatewayUrl: string;
  /** A second cluster, where one was asked for; then `flink` tells of both. */
  readonly there?: Address | undefined;
  /** Address of the S3 server; empty where there is none. */
  readonly s3: string;
  /** Starts again what was killed. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** The bucket that it makes in the S3 server. */
export const BUCKET = "faults";

export interface LabOptions {
  readonly slots: number;
  readonly stores: readonly StoreKind[];
  readonly properties?: Readonly<Record<string, string>>;
  /** With it a JobManager that is started again goes on with its jobs; without, it knows none. */
  readonly failOver?: "zookeeper";
  /** Slots of a second cluster, to which jobs may move. */
  readonly slotsThere?: number;
}

export async function openLab({ slots, stores, properties = {}, failOver, slotsThere }: LabOptions): Promise<Lab> {
  const moto = stores.includes("S3") ? await startMoto() : undefined;
  if (moto) Object.assign(process.env, MOTO_CREDENTIALS, { AWS_REGION: "us-east-1" });
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  const zooKeeper = failOver && (await startZooKeeper(join(folder, "zookeeper")));
  const close = async () => {
    await Promise.all([stopLocal(folder), stopLocal(join(folder, "there"))]);
    await zooKeeper?.stop();
    await rm(folder, { recursive: true, force: true });
    await moto?.stop();
  };
  const store = moto ? `s3://${BUCKET}?endpoint=${moto.endpoint}` : "";
  const spec = await localSpec(folder, slots);
  const kept = zooKeeper ? failOverOptions(join(folder, "kept"), zooKeeper) : {};
  const quick = { "web.refresh-interval": "100", ...properties, ...kept };
  const start = async () => {
    const storeOptions = await s3FlinkOptions(store);
    await startLocalOrNothing({ ...spec, properties: quick, store, storeOptions }, () => undefined, MOTO_CREDENTIALS);
  };
  const second = slotsThere === undefined ? undefined : await localSpec(join(folder, "there"), slotsThere);
  try {
    if (store) await createBucket(store);
    await start();
    if (second) await startLocalOrNothing({ ...second, properties: quick }, () => undefined);
  } catch (error) {
    await close();
    throw error;
  }
  const { restUrl, gatewayUrl } = addressOf(spec);
  const there = second && addressOf(second);
  const own = new Flink(restUrl);
  const flink = there ? new FlinkPair(own, new Flink(there.restUrl)) : own;
  return { folder, flink, gatewayUrl, there, s3: moto?.endpoint ?? "", mend: start, close };
}

function addressOf({ restPort, gatewayPort }: LocalSpec): Address {
  return { restUrl: `http://127.0.0.1:${restPort}`, gatewayUrl: `http://127.0.0.1:${gatewayPort}` };
}

/** Address of the store in the lab's folder. */
export function folderStore({ folder }: Lab): string {
  return pathToFileURL(join(folder, "store")).href;
}
