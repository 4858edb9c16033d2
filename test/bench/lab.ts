/** What all sides of a benchmark run on: one local cluster with a SQL Gateway, and one S3 server for all state. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local/local.js";
import { s3FlinkOptions } from "../../provider/store/s3-client.js";
import { localSpec } from "../support/clusters/cluster.js";
import { Flink } from "../support/clusters/flink.js";
import { createBucket } from "../support/servers/bucket.js";
import { MOTO_CREDENTIALS, startMoto } from "../support/servers/moto.js";
import { until } from "../support/until.js";

export interface Lab {
  readonly folder: string;
  readonly restUrl: string;
  readonly gatewayUrl: string;
  readonly flink: Flink;
  /** `s3://bucket?endpoint=…` */
  readonly bucket: string;
  /** The server's address alone. */
  readonly endpoint: string;
  end(): Promise<void>;
}

export async function startLab(slots: number): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const moto = await startMoto();
  const cluster = join(folder, "cluster");
  const end = async () => {
    await stopLocal(cluster);
    await moto.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const bucket = `s3://bench?endpoint=${moto.endpoint}`;
    await createBucket(bucket);
    const base = await localSpec(cluster, slots);
    const properties = { "taskmanager.memory.jvm-metaspace.size": "512m" };
    const memory = { jobManagerMemory: "1600m", taskManagerMemory: "3072m" };
    const spec = { ...base, ...memory, properties, store: bucket, storeOptions: await s3FlinkOptions(bucket) };
    await startLocalOrNothing(spec, () => undefined, MOTO_CREDENTIALS);
    const restUrl = `http://127.0.0.1:${spec.restPort}`;
    const gatewayUrl = `http://127.0.0.1:${spec.gatewayPort}`;
    return { folder, restUrl, gatewayUrl, flink: new Flink(restUrl), bucket, endpoint: moto.endpoint, end };
  } catch (error) {
    await end();
    throw error;
  }
}

const hasEnded = (state: string) => ["FAILED", "CANCELED", "FINISHED"].includes(state);

/** Cancels all that runs, so that the next measurement begins with an empty cluster. */
export async function cancelAll({ flink }: Lab): Promise<void> {
  const running = (await flink.jobs()).filter(({ state }) => !hasEnded(state));
  await Promise.all(running.map(({ jid }) => fetch(`${flink.restUrl}/jobs/${jid}?mode=cancel`, { method: "PATCH" })));
  await until("end of all jobs", 120, async () =>
    (await flink.jobs()).every(({ state }) => hasEnded(state)) ? true : undefined,
  );
}
