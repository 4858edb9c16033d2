/** What a bucket is set to, asked of the S3 server itself; and the ways in which a person changes it by hand. */

import * as s3 from "@aws-sdk/client-s3";
import { empty } from "./aws-stand-in/bucket.js";

export class SeenBucket {
  private readonly client: s3.S3Client;

  /** Credentials come from the environment. */
  constructor(
    endpoint: string,
    readonly name: string,
    region = "us-east-1",
  ) {
    this.client = new s3.S3Client({ endpoint, region, forcePathStyle: true });
  }

  /** All settings, in S3's words; undefined for those that are not made. */
  async settings() {
    const Bucket = this.name;
    const none = (error: unknown) => {
      if (error instanceof Error && /^NoSuch(?!Bucket$)|NotFoundError$/u.test(error.name)) return undefined;
      throw error;
    };
    const { client } = this;
    const [versioning, encryption, access, ownership, policy, lifecycle, tagging] = await Promise.all([
      client.send(new s3.GetBucketVersioningCommand({ Bucket })),
      client.send(new s3.GetBucketEncryptionCommand({ Bucket })).catch(none),
      client.send(new s3.GetPublicAccessBlockCommand({ Bucket })).catch(none),
      client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket })).catch(none),
      client.send(new s3.GetBucketPolicyCommand({ Bucket })).catch(none),
      client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })).catch(none),
      client.send(new s3.GetBucketTaggingCommand({ Bucket })).catch(none),
    ]);
    return {
      versioning: versioning.Status,
      encryption: encryption?.ServerSideEncryptionConfiguration?.Rules,
      access: access?.PublicAccessBlockConfiguration,
      ownership: ownership?.OwnershipControls?.Rules,
      policy: policy?.Policy,
      lifecycle: lifecycle?.Rules,
      tags: tagging?.TagSet,
    };
  }

  async exists(): Promise<boolean> {
    try {
      await this.client.send(new s3.HeadBucketCommand({ Bucket: this.name }));
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "NotFound") return false;
      throw error;
    }
  }

  async create(): Promise<void> {
    await this.client.send(new s3.CreateBucketCommand({ Bucket: this.name }));
  }

  async put(Key: string, Body: string): Promise<void> {
    await this.client.send(new s3.PutObjectCommand({ Bucket: this.name, Key, Body }));
  }

  async suspendVersioning(): Promise<void> {
    const VersioningConfiguration = { Status: "Suspended" } as const;
    await this.client.send(new s3.PutBucketVersioningCommand({ Bucket: this.name, VersioningConfiguration }));
  }

  /** Keys of the objects, without old versions. */
  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new s3.ListObjectsV2Command({ Bucket: this.name }));
    return Contents.map(({ Key = "" }) => Key);
  }

  empty(): Promise<void> {
    return empty(this.client, this.name);
  }
}
