/** The bucket itself on the server: made, tagged, looked at, emptied where that is asked for, deleted. */

import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import type { Kind } from "./kind.js";

const Tags = z.record(z.string(), z.string());

export const bucket: Kind = {
  async put(client, Bucket, inputs, isNew) {
    const region = await client.config.region();
    const place = region === "us-east-1" ? {} : { LocationConstraint: region as BucketLocationConstraint };
    if (isNew) await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: place }));
    const TagSet = Object.entries(Tags.parse(inputs.tags ?? {})).map(([Key, Value]) => ({ Key, Value }));
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  },

  async get(client, Bucket) {
    try {
      await client.send(new HeadBucketCommand({ Bucket }));
      const { TagSet = [] } = await client.send(new GetBucketTaggingCommand({ Bucket }));
      return { bucket: Bucket, tags: Object.fromEntries(TagSet.map(({ Key = "", Value = "" }) => [Key, Value])) };
    } catch (error) {
      if (error instanceof Error && error.name === "NotFound") return undefined;
      throw error;
    }
  },

  async remove(client, Bucket, { forceDestroy }) {
    if (forceDestroy === true) await empty(client, Bucket);
    try {
      await client.send(new DeleteBucketCommand({ Bucket }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new Error(`deleting S3 Bucket (${Bucket}): api error ${error.name}: ${error.message}`);
    }
  },
};

/** Deletes every version of every object. */
export async function empty(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    if (Errors.length > 0) throw new Error(`${Bucket} cannot be emptied: ${JSON.stringify(Errors[0])}`);
  }
}
