/** What lies in S3 at a store's address, asked for with the SDK and not through the project's adapter. */

import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { MOTO_CREDENTIALS } from "./moto.js";

const credentials = {
  accessKeyId: MOTO_CREDENTIALS.AWS_ACCESS_KEY_ID,
  secretAccessKey: MOTO_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
};

/** A client for the server of `s3://bucket/prefix?endpoint=…`, and the two parts of the address. */
function at(address: string): { client: S3Client; bucket: string; prefix: string } {
  const url = new URL(address);
  const endpoint = url.searchParams.get("endpoint") ?? "";
  // The SDK's advice on Node versions would stand between the results.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  return { client, bucket: url.hostname, prefix: url.pathname.slice(1) };
}

export async function createBucket(address: string): Promise<void> {
  const { client, bucket } = at(address);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
}

/** Text of the object at `path` below the address. Throws where there is none. */
export async function objectText(address: string, path: string): Promise<string> {
  const { client, bucket, prefix } = at(address);
  const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}/${path}` }));
  return (await found.Body?.transformToString()) ?? "";
}

/** Keys of all objects below `path`. */
export async function objectsBelow(address: string, path: string): Promise<string[]> {
  const { client, bucket, prefix } = at(address);
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}/${path}/` }))
    keys.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
  return keys;
}

/** Deletes all objects below `path`. */
export async function deleteBelow(address: string, path: string): Promise<void> {
  const { client, bucket } = at(address);
  const Objects = (await objectsBelow(address, path)).map((Key) => ({ Key }));
  if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
}
