/**
 * The store's bucket, a cluster and a job out of nothing in one update, and away again: state is never deleted in silence.
 * Pulumi's AWS plugin is a stand-in (test/support/servers/aws-stand-in), the S3 server is moto; Pulumi, Flink and its S3 file
 * system are the real ones.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { livingRoles } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { useAwsStandIn } from "../../support/servers/aws-stand-in/use.js";
import { SeenBucket } from "../../support/servers/bucket-settings.js";
import { type Moto, startMoto } from "../../support/servers/moto.js";
import { Story } from "../../support/stories/story.js";

const NAME = "orders-state";
const UNDECIDED =
  "cannot be planned now (the store's bucket does not exist yet, so there is no state to start from); `pulumi up` will decide";

let moto: Moto;
let bucket: SeenBucket;
let story: Story;
const before = { ...process.env };

beforeAll(async () => {
  moto = await startMoto();
  useAwsStandIn(moto.endpoint);
  bucket = new SeenBucket(moto.endpoint, NAME);
  const store = `s3://${NAME}/flink?endpoint=${encodeURIComponent(moto.endpoint)}`;
  story = await Story.begin("local", { target: "local", slots: 1, store, bucket: created() });
});
afterAll(async () => {
  await story?.end();
  await moto?.stop();
  process.env = before;
});

const created = (more: object = {}) => ({ create: true, tags: { team: "orders" }, ...more });
const flinkOf = async () => new Flink((await story.outputs()).restUrl);

const forget = (folder: string, NoncurrentDays: number) => ({
  ID: `old-${folder}`,
  Status: "Enabled",
  Filter: { Prefix: `flink/${folder}/` },
  NoncurrentVersionExpiration: { NoncurrentDays },
  Expiration: { ExpiredObjectDeleteMarker: true },
});

const settings = (team: string, recordDays: number) => ({
  versioning: "Enabled",
  encryption: [expect.objectContaining({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } })],
  access: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
  ownership: [{ ObjectOwnership: "BucketOwnerEnforced" }],
  // The server speaks no TLS: a policy that demands it would shut everybody out.
  policy: undefined,
  lifecycle: [
    {
      ID: "aborted-uploads",
      Status: "Enabled",
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    forget("checkpoints", 1),
    forget("savepoints", 1),
    forget("manifests", recordDays),
  ],
  tags: [{ Key: "team", Value: team }],
});

test("One update makes the bucket, the cluster and the job; before it, the preview says what it cannot know.", async () => {
  const { preview, up } = await story.step(1);
  expect(preview.lines).toEqual({ "session cluster": "starts", local: UNDECIDED });
  expect(up.lines).toEqual({ "session cluster": "starts", local: "new, version 1, starts clean" });
  const { flink } = await story.running("local", await flinkOf());
  await (await flinkOf()).awaitCheckpoints(flink.jid, 1);
  const keys = await bucket.keys();
  expect(keys).toContain("flink/manifests/local.yaml");
  expect(keys.filter((key) => key.startsWith(`flink/checkpoints/local/1/${flink.jid}/chk-`))).not.toEqual([]);
});

test("The bucket is set the way state needs it.", async () => {
  expect(await bucket.settings()).toEqual(settings("orders", 30));
});

test("Nothing changed: the next preview has nothing to say.", async () => {
  const { preview } = await story.again();
  expect(preview.lines).toEqual({});
  expect(preview.text).toContain("12 unchanged");
});

test("Settings change, and no job is touched; what somebody changed by hand is found by a refresh and put right.", async () => {
  const { flink } = await story.running("local", await flinkOf());
  await bucket.suspendVersioning();
  const refreshed = await story.refresh();
  expect(refreshed.code, refreshed.text).toBe(0);
  await story.configure({ bucket: created({ tags: { team: "sales" }, recordVersionDays: 90 }) });
  const { preview } = await story.again();
  expect(preview.lines).toEqual({});
  expect(preview.text).toContain("3 to update");
  expect(await bucket.settings()).toEqual(settings("sales", 90));
  expect((await story.running("local", await flinkOf())).flink).toEqual(flink);
});

test("A protected bucket ends `pulumi destroy` in its preview, and everything runs on.", async () => {
  const { flink } = await story.running("local", await flinkOf());
  const destroyed = await story.destroyWithPreview();
  expect(destroyed.code).not.toBe(0);
  expect(destroyed.text).toMatch(/::orders-state[^"]*" cannot be deleted\s+because it is protected/u);
  expect((await story.running("local", await flinkOf())).flink).toEqual(flink);
});

test("`pulumi destroy --exclude-protected` stops job and cluster; bucket, state and settings stay.", async () => {
  const destroyed = await story.destroyWithPreview("--exclude-protected");
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(await livingRoles(story.local)).toEqual([]);
  const { status, savepoint } = await story.record("local");
  expect([status, savepoint]).toEqual([
    "deleted",
    expect.stringMatching(/^s3:\/\/orders-state\/flink\/savepoints\/local\/1\//u),
  ]);
  expect(await bucket.settings()).toEqual(settings("sales", 90));
});

test("The job resumes from its savepoint, and the bucket loses its protection when the configuration says so.", async () => {
  const { savepoint } = await story.record("local");
  await story.configure({ bucket: created({ protect: false }) });
  const { preview } = await story.again();
  expect(preview.lines.local).toMatch(/^resume from savepoint-/u);
  const { flink } = await story.running("local", await flinkOf());
  expect(await (await flinkOf()).restoredFrom(flink.jid)).toBe(savepoint);
});

test("Without protection S3 itself refuses to delete a bucket with state, which stays as it is.", async () => {
  const destroyed = await story.destroyWithPreview();
  expect(destroyed.code).not.toBe(0);
  expect(destroyed.text).toContain("deleting S3 Bucket (orders-state): api error BucketNotEmpty");
  expect(await livingRoles(story.local)).toEqual([]);
  expect((await story.record("local")).status).toBe("deleted");
  expect((await bucket.keys()).filter((key) => key.endsWith("/_metadata"))).not.toEqual([]);
  expect(await bucket.settings()).toEqual(settings("orders", 30));
});

test("Once it is empty, the bucket is deleted.", async () => {
  await bucket.empty();
  const destroyed = await story.destroyWithPreview();
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(await bucket.exists()).toBe(false);
});
