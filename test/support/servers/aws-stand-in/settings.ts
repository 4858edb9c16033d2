/** The settings of a bucket on the server, each as one resource: Pulumi's names on one side, S3's on the other. */

import * as s3 from "@aws-sdk/client-s3";
import { z } from "zod";
import type { Kind } from "./kind.js";

const UNUSUAL: { readonly [name: string]: string } = {
  id: "ID",
  sseAlgorithm: "SSEAlgorithm",
  kmsMasterKeyId: "KMSMasterKeyID",
};
const USUAL = Object.fromEntries(Object.entries(UNUSUAL).map(([ours, theirs]) => [theirs, ours]));

const toS3 = (name: string) => UNUSUAL[name] ?? name.charAt(0).toUpperCase() + name.slice(1);
const fromS3 = (name: string) => USUAL[name] ?? name.charAt(0).toLowerCase() + name.slice(1);

/** The same values under the other side's names. */
function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [rename(name), renamed(inner, rename)]));
}

const Bag = z.looseObject({});
const Answer = z.looseObject({});

/** A setting that is read with one command, written with another one, and has one error where it is not there. */
function setting(options: {
  readonly put: (Bucket: string, inputs: { [name: string]: unknown }) => unknown;
  readonly get: (Bucket: string) => unknown;
  readonly read: (answer: { [name: string]: unknown }) => object;
  readonly remove?: (Bucket: string) => unknown;
  readonly missing?: string;
}): Kind {
  const send = async (client: s3.S3Client, command: unknown) => Answer.parse(await client.send(command as never));
  return {
    async put(client, id, inputs) {
      const { bucket: _bucket, region: _region, ...own } = inputs;
      await send(client, options.put(id, Bag.parse(renamed(own, toS3))));
    },
    async get(client, id) {
      try {
        return Bag.parse(renamed(options.read(await send(client, options.get(id))), fromS3));
      } catch (error) {
        if (error instanceof Error && ["NoSuchBucket", options.missing].includes(error.name)) return undefined;
        throw error;
      }
    },
    async remove(client, id) {
      if (options.remove) await send(client, options.remove(id));
    },
  };
}

/** Type → what it does. The casts: a command checks nothing that the server would not check too. */
export const kinds: { readonly [type: string]: Kind } = {
  "aws:s3/bucketVersioning:BucketVersioning": setting({
    put: (Bucket, { VersioningConfiguration }) =>
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration } as s3.PutBucketVersioningCommandInput),
    get: (Bucket) => new s3.GetBucketVersioningCommand({ Bucket }),
    read: ({ Status = "Disabled" }) => ({ VersioningConfiguration: { Status } }),
    remove: (Bucket) => new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting({
    put: (Bucket, { Rules }) =>
      new s3.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: { Rules },
      } as s3.PutBucketEncryptionCommandInput),
    get: (Bucket) => new s3.GetBucketEncryptionCommand({ Bucket }),
    // S3 answers with a default that nobody gave, which would look like a change.
    read: ({ ServerSideEncryptionConfiguration }) => {
      const { Rules } = z.looseObject({ Rules: z.array(Bag) }).parse(ServerSideEncryptionConfiguration);
      return {
        Rules: Rules.map(({ BucketKeyEnabled, ...rule }) => (BucketKeyEnabled ? { ...rule, BucketKeyEnabled } : rule)),
      };
    },
    remove: (Bucket) => new s3.DeleteBucketEncryptionCommand({ Bucket }),
    missing: "ServerSideEncryptionConfigurationNotFoundError",
  }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting({
    put: (Bucket, PublicAccessBlockConfiguration) =>
      new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
    get: (Bucket) => new s3.GetPublicAccessBlockCommand({ Bucket }),
    read: ({ PublicAccessBlockConfiguration }) => Bag.parse(PublicAccessBlockConfiguration),
    remove: (Bucket) => new s3.DeletePublicAccessBlockCommand({ Bucket }),
    missing: "NoSuchPublicAccessBlockConfiguration",
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting({
    put: (Bucket, { Rule }) =>
      new s3.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [Rule] },
      } as s3.PutBucketOwnershipControlsCommandInput),
    get: (Bucket) => new s3.GetBucketOwnershipControlsCommand({ Bucket }),
    read: ({ OwnershipControls }) => ({
      Rule: z.looseObject({ Rules: z.array(Bag) }).parse(OwnershipControls).Rules[0],
    }),
    remove: (Bucket) => new s3.DeleteBucketOwnershipControlsCommand({ Bucket }),
    missing: "OwnershipControlsNotFoundError",
  }),
  "aws:s3/bucketPolicy:BucketPolicy": setting({
    put: (Bucket, { Policy }) => new s3.PutBucketPolicyCommand({ Bucket, Policy } as s3.PutBucketPolicyCommandInput),
    get: (Bucket) => new s3.GetBucketPolicyCommand({ Bucket }),
    read: ({ Policy }) => ({ Policy }),
    remove: (Bucket) => new s3.DeleteBucketPolicyCommand({ Bucket }),
    missing: "NoSuchBucketPolicy",
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting({
    put: (Bucket, { Rules }) =>
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules },
      } as s3.PutBucketLifecycleConfigurationCommandInput),
    get: (Bucket) => new s3.GetBucketLifecycleConfigurationCommand({ Bucket }),
    read: ({ Rules }) => ({ Rules }),
    remove: (Bucket) => new s3.DeleteBucketLifecycleCommand({ Bucket }),
    missing: "NoSuchLifecycleConfiguration",
  }),
};
