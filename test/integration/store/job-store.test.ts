/** The hooks of the store's resource: what is not known yet, and what looking costs. */

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { newStore, type Store } from "../../../provider/remember/store.js";
import { hooks } from "../../../provider/resources/job-store.js";
import { MOTO_CREDENTIALS, type Moto, startMoto } from "../../support/servers/moto.js";
import { type S3Front, startS3Front } from "../../support/servers/s3-front.js";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const NOBODY = "http://127.0.0.1:9";
const NOTHING = { retires: [], deletions: 0, undecided: false };

const Checked = z.object({
  inputs: z.object({ plan: z.object({ retires: z.array(z.string()), deletions: z.number(), undecided: z.boolean() }) }),
});

let moto: Moto;
let front: S3Front;
let store: Store;
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, MOTO_CREDENTIALS, { AWS_REGION: "us-east-1" });
  moto = await startMoto();
  front = await startS3Front(moto.endpoint);
  const client = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "state" }));
  client.destroy();
  store = newStore(`s3://state/p?endpoint=${encodeURIComponent(moto.endpoint)}`);
  for (const name of ["orders", "clicks"]) await store.write(name, record(name, "running"), undefined);
  await store.write("gone", record("gone", "deleted"), undefined);
});
afterAll(async () => {
  process.env = before;
  front?.stop();
  await moto?.stop();
});
beforeEach(() => void front.counted());

function record(name: string, status: JobRecord["status"]): JobRecord {
  return {
    status,
    current: {
      manifest: { name, description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} },
      meta: { queryId: "q", version: 1, createdAt: "2026-01-01 00:00:00" },
      definitions: [],
      metadataColumns: { timestamp: "ts", query: true },
      secrets: undefined,
      directories: { checkpoints: `s3://state/p/checkpoints/${name}`, savepoints: `s3://state/p/savepoints/${name}` },
      jobId: "a".repeat(32),
      startedFrom: null,
    },
    savepoint: undefined,
    resourceId: undefined,
    intent: undefined,
    past: [],
    written: undefined,
  };
}

const inputs = (parts: object = {}) => ({
  self: "urn",
  store: `s3://state/p?endpoint=${encodeURIComponent(front.endpoint)}`,
  cluster: { restUrl: NOBODY, activity: "none" },
  manifests: ["orders", "clicks"],
  retire: [],
  startSeconds: 5,
  savepointSeconds: 5,
  requestSeconds: 5,
  ...parts,
});

/** What check plans, and whether diff sees a change in it. */
async function planned(parts: object): Promise<{ plan: unknown; changes: unknown }> {
  const checked = await hooks.check({}, inputs(parts));
  const { changes } = await hooks.diff("id", {}, checked.inputs);
  return { plan: Checked.parse(checked).inputs.plan, changes };
}

test("Without `retire` and `retain` it costs one listing, and a read of each record that has no manifest; no cluster.", async () => {
  expect(await planned({})).toEqual({ plan: NOTHING, changes: false });
  expect(front.counted()).toEqual({ GET: 1, LIST: 1 });
});

test.each([
  ["the store", { store: `s3://${UNKNOWN}/p` }],
  ["the whole cluster", { cluster: UNKNOWN }],
  ["the cluster's address", { cluster: { restUrl: UNKNOWN, activity: UNKNOWN } }],
])(
  "While %s is not known, nothing is asked; `up` has to look again only where something is wanted.",
  async (_, parts) => {
    expect(await planned(parts)).toEqual({ plan: NOTHING, changes: false });
    const wanted = { plan: { ...NOTHING, undecided: true }, changes: true };
    expect(await planned({ ...parts, retire: ["clicks"] })).toEqual(wanted);
    expect(await planned({ ...parts, retain: { versions: 1, days: 1 } })).toEqual(wanted);
    await hooks.create({ ...inputs({ ...parts, retire: ["clicks"] }), plan: NOTHING });
    expect(front.counted()).toEqual({});
  },
);

test("A cluster that cannot be reached is no reason to take a job for one that does not run.", async () => {
  const retired = { manifests: ["orders"], retire: ["clicks"] };
  expect(await planned(retired)).toEqual({ plan: { ...NOTHING, retires: ["clicks"] }, changes: true });
  await expect(hooks.update("id", {}, { ...inputs(retired), plan: NOTHING })).rejects.toThrow(/cluster-unreachable/u);
  expect((await store.read("clicks"))?.record.status).toBe("running");
});

test("A store that is not there yet keeps nobody from a preview.", async () => {
  const nowhere = { store: `s3://no-such-bucket/p?endpoint=${encodeURIComponent(front.endpoint)}` };
  expect(await planned(nowhere)).toEqual({ plan: NOTHING, changes: false });
  expect(await planned({ ...nowhere, retire: ["clicks"] })).toMatchObject({ changes: true });
});

test("Names in `retire` that have no record, or a tombstone, are nothing.", async () => {
  expect(await planned({ retire: ["gone", "nobody"] })).toEqual({ plan: NOTHING, changes: false });
});
