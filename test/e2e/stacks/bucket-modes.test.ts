/** The ways to a bucket, without jobs: attached to, made on a server with TLS and a key of its own, deleted with all that is in it. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useAwsStandIn } from "../../support/servers/aws-stand-in/use.js";
import { SeenBucket } from "../../support/servers/bucket-settings.js";
import { MOTO_CREDENTIALS, type Moto, startMoto } from "../../support/servers/moto.js";
import { Story } from "../../support/stories/story.js";

let before = { ...process.env };
let plain: Moto;
let safe: Moto;
beforeAll(async () => {
  plain = await startMoto();
  safe = await startMoto("https");
  before = { ...process.env };
});
afterAll(async () => {
  await Promise.all([plain?.stop(), safe?.stop()]);
  process.env = before;
});

/** A story without manifests, whose store is in that bucket; its stack is gone when `tell` has ended. */
async function withStack(
  { endpoint }: Moto,
  { name, ...bucket }: { readonly name: string; readonly [option: string]: unknown },
  tell: (story: Story, seen: SeenBucket) => Promise<void>,
): Promise<void> {
  const store = `s3://${name}/flink?endpoint=${encodeURIComponent(endpoint)}`;
  const story = await Story.begin("local", { store, bucket });
  try {
    await mkdir(join(story.folder, "manifests"));
    await tell(story, new SeenBucket(endpoint, name));
  } finally {
    await story.end();
  }
}

test("A bucket that is there is attached to: nothing of it is managed, and no plugin of AWS is needed.", async () => {
  process.env = { ...before, ...MOTO_CREDENTIALS, AWS_REGION: "us-east-1" };
  await withStack(plain, { name: "there-already", attach: true }, async (story, seen) => {
    const missing = await story.preview();
    expect(missing.code).not.toBe(0);
    expect(missing.text).toMatch(
      /error: the store s3:\/\/there-already\/flink\S* cannot be used\n\s+cause: NoSuchBucket/u,
    );
    expect(missing.text).toContain(
      "fix: create the bucket, or correct the configuration key `store` [store-unreachable]",
    );
    expect(missing.text).not.toMatch(/\n\s+at \S+ \(/u);

    await seen.create();
    await seen.put("flink/manifests/orders.yaml", "kept");
    const settings = await seen.settings();
    const { up } = await story.again();
    expect(up.text).not.toContain("aws:s3");
    expect(await seen.settings()).toEqual(settings);
    const destroyed = await story.destroy();
    expect(destroyed.code, destroyed.text).toBe(0);
    expect(await seen.keys()).toEqual(["flink/manifests/orders.yaml"]);
  });
});

test("On a server with TLS nothing else is let in, and a key of one's own encrypts.", async () => {
  useAwsStandIn(safe.endpoint);
  const options = { create: true, protect: false, kmsKey: "arn:aws:kms:us-east-1:123456789012:key/state" };
  await withStack(safe, { name: "safe-state", ...options }, async (story, seen) => {
    await story.again();
    const { policy, encryption } = await seen.settings();
    expect(JSON.parse(policy ?? "{}")).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: ["arn:aws:s3:::safe-state", "arn:aws:s3:::safe-state/*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    expect(encryption).toEqual([
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: options.kmsKey },
        BucketKeyEnabled: true,
      },
    ]);
    await story.destroy();
    expect(await seen.exists()).toBe(false);
  });
});

test("Where it is asked for, a bucket is deleted with all that is in it, old versions too.", async () => {
  useAwsStandIn(plain.endpoint);
  const options = { create: true, protect: false, forceDestroy: true };
  await withStack(plain, { name: "short-lived", ...options }, async (story, seen) => {
    await story.again();
    await seen.put("flink/manifests/orders.yaml", "1");
    await seen.put("flink/manifests/orders.yaml", "2");
    const destroyed = await story.destroy();
    expect(destroyed.code, destroyed.text).toBe(0);
    expect(await seen.exists()).toBe(false);
  });
});
