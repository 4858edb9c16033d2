/** A store in S3 or a compatible server: `s3://bucket/prefix?endpoint=…&region=…&pathStyle=true&manifests=…`. */

import type { S3Client } from "@aws-sdk/client-s3";
import { type StateRef, type StoredFile, UserError } from "../decide/index.js";
import { type Backend, type MarkedText, metadataAndRest, oldestFirst, stateDirectory, TextMoved } from "./backend.js";
import { connectS3, parseS3Address, type S3Address, s3Sdk } from "./s3-client.js";
import { explain, hasMoved, isConflict, isMissing, statusOf } from "./s3-errors.js";

/** The engine checks one job after another: those that follow need not each wait for a server that did not answer. */
const REMEMBER_SILENCE_MS = 10_000;

/** So many objects S3 takes in one request. */
const DELETED_AT_ONCE = 1000;

export class S3Backend implements Backend {
  private readonly address: S3Address;
  private client: Promise<S3Client> | undefined;
  /** The last time that nobody answered. */
  private silence: { readonly error: UserError; readonly until: number } | undefined;

  constructor(readonly url: string) {
    this.address = parseS3Address(url);
  }

  async read(job: string): Promise<MarkedText | undefined> {
    if (this.silence && Date.now() < this.silence.until) throw this.silence.error;
    const { GetObjectCommand } = await s3Sdk();
    return this.guard(async (client) => {
      try {
        const found = await client.send(new GetObjectCommand({ Bucket: this.address.bucket, Key: this.keyOf(job) }));
        const text = (await found.Body?.transformToString("utf8")) ?? "";
        return { text, mark: found.ETag ?? "" };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async write(job: string, text: string, mark: string | undefined): Promise<string> {
    const { PutObjectCommand } = await s3Sdk();
    const condition = mark === undefined ? { IfNoneMatch: "*" } : { IfMatch: mark };
    const object = {
      Bucket: this.address.bucket,
      Key: this.keyOf(job),
      Body: text,
      ContentType: "application/yaml",
    };
    return this.guard(async (client) => {
      try {
        return (await client.send(new PutObjectCommand({ ...object, ...condition }))).ETag ?? "";
      } catch (error) {
        if (!hasMoved(error)) throw error;
        return this.writtenAlready(job, object.Body, error);
      }
    });
  }

  /** A retry by the SDK meets its own first write where the answer to that was lost. */
  private async writtenAlready(job: string, text: string, error: unknown): Promise<string> {
    const now = await this.read(job);
    if (now?.text === text) return now.mark;
    if (!now && isConflict(error)) throw error;
    throw new TextMoved(now?.text);
  }

  async list(): Promise<readonly string[]> {
    const folder = this.keyOf("").replace(/\.yaml$/u, "");
    const objects = await this.objectsBelow(this.address.bucket, folder);
    const names = objects.map(({ key }) => key.slice(folder.length));
    return names
      .filter((name) => /^[^/]+\.yaml$/u.test(name))
      .map((name) => name.slice(0, -".yaml".length))
      .sort();
  }

  async states(directory: string): Promise<readonly StateRef[]> {
    const { bucket, prefix } = parseS3Address(directory);
    const objects = await this.objectsBelow(bucket, `${prefix}/`);
    const states = objects.flatMap((object) => stateOf(bucket, object));
    return states.sort(oldestFirst);
  }

  async files(directory: string): Promise<readonly StoredFile[]> {
    const { bucket, prefix } = parseS3Address(directory);
    return (await this.objectsBelow(bucket, `${prefix}/`)).map((object) => toFile(bucket, object));
  }

  async content(path: string): Promise<Uint8Array | undefined> {
    const { GetObjectCommand } = await s3Sdk();
    const { bucket, prefix: key } = parseS3Address(path);
    return this.guard(async (client) => {
      try {
        return await (
          await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        ).Body?.transformToByteArray();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  /** With the marker that EMR's file systems leave beside a folder. */
  async remove(directory: string): Promise<void> {
    const { bucket, prefix } = parseS3Address(stateDirectory(directory));
    const alike = await this.objectsBelow(bucket, prefix);
    const own = alike.filter(({ key }) => key.startsWith(`${prefix}/`) || key === `${prefix}_$folder$`);
    for (const part of metadataAndRest(own.map((object) => toFile(bucket, object))))
      for (let done = 0; done < part.length; done += DELETED_AT_ONCE)
        await this.deleteObjects(bucket, part.slice(done, done + DELETED_AT_ONCE));
  }

  /** S3 answers 200 also where it deleted only some: each object that it refused is in the answer. */
  private async deleteObjects(bucket: string, files: readonly StoredFile[]): Promise<void> {
    const { DeleteObjectsCommand } = await s3Sdk();
    const objects = files.map(({ path }) => ({ Key: path.slice(`s3://${bucket}/`.length) }));
    const request = { Bucket: bucket, Delete: { Objects: objects, Quiet: true } };
    await this.guard(async (client) => {
      const { Errors: [first] = [], $metadata } = await client.send(new DeleteObjectsCommand(request));
      const about = { name: first?.Code ?? "Refused", $metadata };
      if (first) throw Object.assign(new Error(`${first.Key}: ${first.Message}`), about);
    });
  }

  /** Throws store-unreachable where there is no such bucket, or where it may not be listed. */
  async look(): Promise<void> {
    const { ListObjectsV2Command } = await s3Sdk();
    await this.guard((client) => client.send(new ListObjectsV2Command({ Bucket: this.address.bucket, MaxKeys: 1 })));
  }

  private keyOf(job: string): string {
    const { prefix, records } = this.address;
    return [prefix, records, `${job}.yaml`].filter((part) => part !== "").join("/");
  }

  private async objectsBelow(bucket: string, prefix: string): Promise<Listed[]> {
    const { paginateListObjectsV2 } = await s3Sdk();
    return this.guard(async (client) => {
      const found: Listed[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
        for (const { Key, Size, LastModified } of page.Contents ?? [])
          if (Key !== undefined) found.push({ key: Key, size: Size ?? 0, at: LastModified?.getTime() ?? 0 });
      return found;
    });
  }

  private connected(): Promise<S3Client> {
    this.client ??= connectS3(this.address);
    return this.client;
  }

  private async guard<T>(work: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await work(await this.connected());
    } catch (error) {
      if (error instanceof UserError || error instanceof TextMoved) throw error;
      const { cause, fix } = explain(error, this.address);
      const told = new UserError("store-unreachable", { what: `the store ${this.url} cannot be used`, cause, fix });
      if (statusOf(error) === undefined) this.silence = { error: told, until: Date.now() + REMEMBER_SILENCE_MS };
      throw told;
    }
  }
}

interface Listed {
  readonly key: string;
  readonly size: number;
  /** S3 keeps whole seconds. */
  readonly at: number;
}

/** Folder markers of EMR (`…_$folder$`) and unfinished checkpoints have no `_metadata` with content. */
function stateOf(bucket: string, { key, size, at }: Listed): StateRef[] {
  const found = /^(.*\/(chk-\d+|savepoint-[^/]+))\/_metadata$/u.exec(key);
  if (!found || size === 0) return [];
  const kind = found[2]?.startsWith("chk-") ? "checkpoint" : "savepoint";
  return [{ kind, path: `s3://${bucket}/${found[1]}`, at }];
}

function toFile(bucket: string, { key, size, at }: Listed): StoredFile {
  return { path: `s3://${bucket}/${key}`, bytes: size, at };
}
