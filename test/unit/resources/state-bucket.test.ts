import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BucketOptions, bucketProblems } from "../../../provider/decide/store/bucket-options.js";
import { StateBucket } from "../../../provider/resources/state-bucket.js";
import { type Registered, register } from "../../support/stories/mocked-stack.js";

const STORE = "s3://orders-state/flink/prod?region=eu-central-1";

/** The environment may lead to another server and region. */
const before = { ...process.env };
beforeAll(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
});
afterAll(() => {
  process.env = before;
});

const make = (options: object = {}, store = STORE) =>
  register(() => new StateBucket("state", { store, bucket: BucketOptions.parse({ create: true, ...options }) }));

/** One property of each resource, by kind. */
function each(resources: { [kind: string]: Registered }, property: keyof Registered): { [kind: string]: unknown } {
  return Object.fromEntries(Object.entries(resources).map(([kind, found]) => [kind, found[property]]));
}

const SETTINGS = [
  "BucketLifecycleConfiguration",
  "BucketOwnershipControls",
  "BucketPolicy",
  "BucketPublicAccessBlock",
  "BucketServerSideEncryptionConfiguration",
  "BucketVersioning",
];

const forget = (folder: string, noncurrentDays: number) => ({
  id: `old-${folder.split("/").at(-1)}`,
  status: "Enabled",
  filter: { prefix: `${folder}/` },
  noncurrentVersionExpiration: { noncurrentDays },
  expiration: { expiredObjectDeleteMarker: true },
});

const abort = (daysAfterInitiation: number) => ({
  id: "aborted-uploads",
  status: "Enabled",
  filter: { prefix: "" },
  abortIncompleteMultipartUpload: { daysAfterInitiation },
});

test("Every argument of every resource, where nothing but `create` is said.", async () => {
  const { resources } = await make();
  const common = { bucket: "orders-state-id", region: "eu-central-1" };
  const { BucketPolicy: policy, ...others } = each(resources, "inputs");
  expect(others).toEqual({
    StateBucket: {},
    Bucket: { bucket: "orders-state", region: "eu-central-1", forceDestroy: false, tags: {} },
    BucketVersioning: { ...common, versioningConfiguration: { status: "Enabled" } },
    BucketServerSideEncryptionConfiguration: {
      ...common,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
    BucketPublicAccessBlock: {
      ...common,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    BucketOwnershipControls: { ...common, rule: { objectOwnership: "BucketOwnerEnforced" } },
    BucketLifecycleConfiguration: {
      ...common,
      rules: [
        abort(7),
        forget("flink/prod/checkpoints", 1),
        forget("flink/prod/savepoints", 1),
        forget("flink/prod/manifests", 30),
      ],
    },
  });
  const { policy: text, ...rest } = policy as { policy: string };
  expect(rest).toEqual(common);
  expect(JSON.parse(text)).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::orders-state", "arn:aws:s3:::orders-state/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
});

test("Resources are named after the bucket.", async () => {
  const { StateBucket: component, ...names } = each((await make()).resources, "name");
  expect(component).toBe("state");
  expect(Object.values(names).sort()).toEqual([
    "orders-state",
    "orders-state-encryption",
    "orders-state-lifecycle",
    "orders-state-ownership",
    "orders-state-policy",
    "orders-state-public-access",
    "orders-state-versioning",
  ]);
});

test("Bucket and settings are protected, belong to the component, and go with the bucket.", async () => {
  const { resources } = await make();
  expect(each(resources, "type")).toMatchObject({
    StateBucket: "flink:index:StateBucket",
    Bucket: "aws:s3/bucket:Bucket",
  });
  expect(new Set(Object.values(each(resources, "protect")))).toEqual(new Set([true]));
  expect(new Set(Object.values(each(resources, "provider")))).toEqual(new Set([""]));
  const { StateBucket: component, ...parents } = each(resources, "parent");
  expect([component, new Set(Object.values(parents))]).toEqual(["", new Set(["StateBucket"])]);
  const { StateBucket: none, Bucket: self, ...gone } = each(resources, "deletedWith");
  expect([none, self]).toEqual(["", ""]);
  expect(gone).toEqual(Object.fromEntries(SETTINGS.map((kind) => [kind, "Bucket"])));
});

test("Settings that S3 does not take at the same time come one after the other.", async () => {
  const { resources } = await make();
  expect(each(resources, "dependencies")).toEqual({
    StateBucket: [],
    Bucket: [],
    BucketVersioning: ["Bucket"],
    BucketLifecycleConfiguration: ["Bucket", "BucketVersioning"],
    BucketServerSideEncryptionConfiguration: ["Bucket"],
    BucketPublicAccessBlock: ["Bucket"],
    BucketOwnershipControls: ["Bucket", "BucketPublicAccessBlock"],
    BucketPolicy: ["Bucket", "BucketOwnershipControls"],
  });
});

test("Every option arrives.", async () => {
  const { resources } = await make({
    kmsKey: "alias/state",
    tags: { team: "orders", cost: 7 },
    protect: false,
    forceDestroy: true,
    recordVersionDays: 90,
    stateVersionDays: 2,
    abortedUploadDays: 3,
  });
  const inputs = each(resources, "inputs");
  expect(inputs.Bucket).toMatchObject({ forceDestroy: true, tags: { team: "orders", cost: "7" } });
  expect(inputs.BucketServerSideEncryptionConfiguration).toMatchObject({
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/state" },
        bucketKeyEnabled: true,
      },
    ],
  });
  expect(inputs.BucketLifecycleConfiguration).toMatchObject({
    rules: [
      abort(3),
      forget("flink/prod/checkpoints", 2),
      forget("flink/prod/savepoints", 2),
      forget("flink/prod/manifests", 90),
    ],
  });
  expect(new Set(Object.values(each(resources, "protect")))).toEqual(new Set([false]));
});

test("A store that is the whole bucket has its folders at the top.", async () => {
  const { resources } = await make({}, "s3://orders-state");
  expect(each(resources, "inputs").BucketLifecycleConfiguration).toMatchObject({
    rules: [abort(7), forget("checkpoints", 1), forget("savepoints", 1), forget("manifests", 30)],
  });
});

describe("a server of one's own", () => {
  const at = (endpoint: string, more = "") =>
    make({}, `s3://orders-state/flink?endpoint=${encodeURIComponent(endpoint)}${more}`);

  test("The bucket is made at the store's endpoint, and no service of AWS is asked.", async () => {
    const { resources } = await at("https://minio:9000", "&region=eu-west-1");
    const { aws: server } = each(resources, "inputs");
    expect(server).toEqual({
      region: "eu-west-1",
      endpoints: '[{"s3":"https://minio:9000"}]',
      s3UsePathStyle: "true",
      skipCredentialsValidation: "true",
      skipMetadataApiCheck: "true",
      skipRegionValidation: "true",
      skipRequestingAccountId: "true",
    });
    const { StateBucket: none, aws: self, ...others } = each(resources, "provider");
    expect([none, self]).toEqual(["", ""]);
    expect(others).toEqual(Object.fromEntries(["Bucket", ...SETTINGS].map((kind) => [kind, "aws"])));
  });

  test("A server without TLS is not shut by a policy that demands it.", async () => {
    expect(Object.keys((await at("http://minio:9000")).resources)).not.toContain("BucketPolicy");
    expect(Object.keys((await at("https://minio:9000")).resources)).toContain("BucketPolicy");
  });
});

describe("the store's address", () => {
  const addressOf = async (store: string, isPreview = false): Promise<string> => {
    const bucket = BucketOptions.parse({ create: true });
    const program = () => {
      const seen = { address: "not known" };
      new StateBucket("state", { store, bucket }).store.apply((address) => {
        seen.address = address;
      });
      return seen;
    };
    return (await register(program, { isPreview })).made.address;
  };

  test.each([
    ["is what is configured, with the bucket's id", STORE, "s3://orders-state-id/flink/prod?region=eu-central-1"],
    [
      "has the bucket's region where none is given",
      "s3://orders-state/flink",
      "s3://orders-state-id/flink?region=eu-central-1",
    ],
    ["needs no prefix", "s3://orders-state", "s3://orders-state-id?region=eu-central-1"],
    [
      "keeps its settings",
      "s3a://orders-state/a%20b/?endpoint=http%3A%2F%2Fminio%3A9000",
      "s3a://orders-state-id/a%20b/?endpoint=http%3A%2F%2Fminio%3A9000",
    ],
  ])("It %s.", async (_case, store, address) => {
    expect(await addressOf(store)).toBe(address);
  });

  test("It is not known before the bucket is there.", async () => {
    expect(await addressOf(STORE, true)).toBe("not known");
  });
});

describe("the configuration key", () => {
  test.each([
    [{}, "create: either `create: true` or `attach: true`"],
    [{ create: false }, "create: either `create: true` or `attach: true`"],
    [{ attach: true, create: true }, "there is no such key: create"],
    [{ attach: true, tags: {} }, "there is no such key: tags"],
    [{ create: true, recordVersionDays: 0 }, "recordVersionDays: must be a whole number of 1 or more"],
    [{ create: true, forceDestory: true }, "there is no such key: forceDestory; did you mean forceDestroy?"],
    [true, "must be a map"],
  ])("%j is refused: %s", (given, message) => {
    expect(BucketOptions.safeParse(given).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  test.each([
    ["file:///data/store", "bucket: the store is not in S3; set `store` to s3://<bucket>/<prefix>, or remove `bucket`"],
    [
      "s3://Orders/flink",
      "store: S3 takes no bucket of the name Orders: 3 to 63 lower-case letters, digits, dots and hyphens",
    ],
  ])("It does not go with the store %s.", (store, problem) => {
    expect(bucketProblems(BucketOptions.parse({ create: true }), store)).toEqual([problem]);
  });

  test("A bucket that is there already may have an older kind of name.", () => {
    expect(bucketProblems(BucketOptions.parse({ attach: true }), "s3://Orders_1/flink")).toEqual([]);
    expect(bucketProblems(undefined, "file:///data/store")).toEqual([]);
  });
});
