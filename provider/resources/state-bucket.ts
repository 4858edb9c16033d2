/** COMPONENT StateBucket: the S3 bucket of the store, made the way records and state need it, or one that is there already. */

import { createRequire } from "node:module";
import type * as S3 from "@pulumi/aws/s3";
import { all, type Output, output } from "@pulumi/pulumi/output.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type CustomResourceOptions,
  type ProviderResource,
} from "@pulumi/pulumi/resource.js";
import type { BucketOptions, CreatedBucket } from "../decide/index.js";
import { parseS3Address, type S3Address, S3Backend } from "../store/index.js";
import { asRunError } from "./seam/run-error.js";

export interface StateBucketArgs {
  /** Address of the store, `s3://bucket/prefix?…`: it names the bucket. */
  readonly store: string;
  readonly bucket: BucketOptions;
}

export class StateBucket extends ComponentResource {
  /** Address of the store. Not known before the bucket is there; what uses it comes after the bucket and its settings. */
  readonly store: Output<string>;

  constructor(name: string, { store, bucket }: StateBucketArgs, options: ComponentResourceOptions = {}) {
    const protect = "create" in bucket ? { protect: bucket.protect } : {};
    super("flink:index:StateBucket", name, {}, { ...protect, ...options });
    this.store = "create" in bucket ? created(store, bucket, this) : output(attached(store));
    this.registerOutputs({ store: this.store });
  }
}

/** A bucket that is missing would otherwise be found out once for each job, after the cluster was started. */
async function attached(store: string): Promise<string> {
  try {
    await new S3Backend(store).look();
    return store;
  } catch (error) {
    // As a rejected output it would be printed behind the names of all inputs that wait for it.
    setImmediate(() => {
      throw asRunError(error);
    });
    return new Promise(() => undefined);
  }
}

/** Loading all of @pulumi/aws, or any of it in a stack without a bucket, would make each preview slower. */
const load = createRequire(import.meta.url);
const loadS3 = (): typeof S3 => load("@pulumi/aws/s3");

/** What every resource of the bucket is given besides its own arguments. */
interface Shared {
  readonly s3: typeof S3;
  readonly name: string;
  readonly region: { readonly region?: string };
  readonly options: CustomResourceOptions;
}

/** Named after the bucket: what Pulumi says of a resource that it may not delete must tell the reader which one it is. */
function created(store: string, options: CreatedBucket, parent: StateBucket): Output<string> {
  const address = parseS3Address(store);
  const name = address.bucket;
  const provider = address.endpoint === undefined ? undefined : serverProvider(address, parent);
  const shared: Shared = {
    s3: loadS3(),
    name,
    region: address.region === undefined ? {} : { region: address.region },
    options: { parent, ...(provider && { provider }) },
  };
  const { kmsKey, tags, forceDestroy } = options;
  const args = { bucket: address.bucket, forceDestroy, tags, ...shared.region };
  const bucket = new shared.s3.Bucket(name, args, shared.options);
  const settings = [
    versioned(shared, bucket, options, address.prefix),
    encrypted(shared, bucket, kmsKey),
    ...closed(shared, bucket, address),
  ];
  // Not their ids: those are unknown in the preview of an update that adds one of them to a bucket full of state.
  const named = settings.map((setting) => setting.bucket);
  return all([bucket.id, bucket.region, all(named)]).apply(([id, region]) => storeIn(store, id, region));
}

/** The same address with the bucket's region, which the AWS SDK would otherwise take from the environment. */
function storeIn(store: string, bucket: string, region: string): string {
  const named = store.replace(/(?<=^s3[an]?:\/\/)[^/?]+/u, () => bucket);
  if (parseS3Address(store).region !== undefined) return named;
  return `${named}${named.includes("?") ? "&" : "?"}region=${region}`;
}

/** A setting is not taken off a bucket that is deleted too: if S3 refuses that, state stays in a bucket as safe as before. */
function settingOptions({ options }: Shared, bucket: S3.Bucket, ...dependsOn: Setting[]) {
  return { ...options, deletedWith: bucket, dependsOn };
}
type Setting = S3.BucketVersioning | S3.BucketPublicAccessBlock | S3.BucketOwnershipControls;

/** Old versions: of records for a while, of state hardly, since Flink deletes checkpoints all the time. */
function versioned(shared: Shared, bucket: S3.Bucket, options: CreatedBucket, prefix: string): S3.BucketVersioning {
  const { s3, name, region } = shared;
  const common = { bucket: bucket.id, ...region };
  const versioning = new s3.BucketVersioning(
    `${name}-versioning`,
    { ...common, versioningConfiguration: { status: "Enabled" } },
    settingOptions(shared, bucket),
  );
  const forget = (folder: string, noncurrentDays: number) => ({
    id: `old-${folder}`,
    status: "Enabled",
    filter: { prefix: prefix ? `${prefix}/${folder}/` : `${folder}/` },
    noncurrentVersionExpiration: { noncurrentDays },
    expiration: { expiredObjectDeleteMarker: true },
  });
  const abort = {
    id: "aborted-uploads",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: options.abortedUploadDays },
  };
  const state = ["checkpoints", "savepoints"].map((folder) => forget(folder, options.stateVersionDays));
  const rules = [abort, ...state, forget("manifests", options.recordVersionDays)];
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    { ...common, rules },
    settingOptions(shared, bucket, versioning),
  );
  return versioning;
}

function encrypted(shared: Shared, bucket: S3.Bucket, kmsKey: string | undefined) {
  const { s3, name, region } = shared;
  const rule =
    kmsKey === undefined
      ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
      : {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKey },
          // One request to KMS for many objects, and not one for each of a checkpoint's files.
          bucketKeyEnabled: true,
        };
  return new s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { bucket: bucket.id, ...region, rules: [rule] },
    settingOptions(shared, bucket),
  );
}

/** One after the other: S3 answers "a conflicting conditional operation is in progress" to two at a time. */
function closed(shared: Shared, bucket: S3.Bucket, { endpoint }: S3Address) {
  const { s3, name, region } = shared;
  const common = { bucket: bucket.id, ...region };
  const everything = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  const access = new s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    { ...common, ...everything },
    settingOptions(shared, bucket),
  );
  const ownership = new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { ...common, rule: { objectOwnership: "BucketOwnerEnforced" } },
    settingOptions(shared, bucket, access),
  );
  // A server that is spoken to without TLS would shut us out ourselves.
  if (endpoint?.startsWith("http:")) return [access, ownership];
  const policy = new s3.BucketPolicy(
    `${name}-policy`,
    { ...common, policy: bucket.arn.apply(tlsOnly) },
    settingOptions(shared, bucket, ownership),
  );
  return [access, ownership, policy];
}

function tlsOnly(arn: string): string {
  const statement = {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** For an S3-compatible server: the bucket is made where the store's address says, and nothing else of AWS is asked. */
function serverProvider(address: S3Address, parent: StateBucket): ProviderResource {
  const { Provider }: typeof import("@pulumi/aws/provider") = load("@pulumi/aws/provider");
  const args = {
    endpoints: [{ s3: address.endpoint ?? "" }],
    s3UsePathStyle: address.pathStyle,
    ...(address.region === undefined ? {} : { region: address.region }),
    skipCredentialsValidation: true,
    skipMetadataApiCheck: true,
    skipRegionValidation: true,
    skipRequestingAccountId: true,
  };
  return new Provider(`${address.bucket}-server`, args, { parent });
}
