/** The configuration key `bucket`: whether the store's bucket is made with the stack or attached to, and how it is made. */

import { z } from "zod";
import { plainWords, wholeNumberWords } from "../words/plain-words.js";

const DAYS = wholeNumberWords(1);
const Days = z.number(DAYS).int(DAYS).min(1, DAYS);
const Tags = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const yes = z.literal(true, "either `create: true` or `attach: true`");

/** The bucket is there already: it is looked up, and nothing of it is managed. */
const Attached = z.strictObject({ attach: yes });

/** The bucket is made with the stack, and is the stack's. */
const Created = z.strictObject({
  create: yes,
  /** Id or ARN of a KMS key; without it S3 encrypts with keys of its own. */
  kmsKey: z.string().min(1).optional(),
  tags: Tags.default({}),
  /** Whether Pulumi refuses to delete or to replace the bucket and its settings. */
  protect: z.boolean().default(true),
  /** Whether the bucket's deletion takes everything that is in it along. */
  forceDestroy: z.boolean().default(false),
  /** Time until the old version of a record that was overwritten is deleted. */
  recordVersionDays: Days.default(30),
  /** The same for checkpoints and savepoints: Flink itself deletes checkpoints all the time. */
  stateVersionDays: Days.default(1),
  /** Time after which the parts of an upload that was never completed are deleted. */
  abortedUploadDays: Days.default(7),
});

export type CreatedBucket = z.output<typeof Created>;
export type BucketOptions = z.output<typeof Attached> | CreatedBucket;

/** Not a union of the two, whose messages would be those of both. */
export const BucketOptions = z.unknown().transform((given, context): BucketOptions => {
  const isAttached = typeof given === "object" && given !== null && "attach" in given;
  const found = (isAttached ? Attached : Created).safeParse(given, { error: plainWords });
  if (found.success) return found.data;
  const messages = found.error.issues.map(({ path, message }) => [...path, message].join(": "));
  context.addIssue({ code: "custom", message: messages.join("; ") });
  return z.NEVER;
});

/** S3's rule for the names of buckets, as far as a stack's own bucket is concerned. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u;

/** What is wrong with the key for this store. */
export function bucketProblems(bucket: BucketOptions | undefined, store: string): string[] {
  if (!bucket) return [];
  const name = /^s3[an]?:\/\/([^/?]+)/u.exec(store)?.[1];
  if (name === undefined)
    return ["bucket: the store is not in S3; set `store` to s3://<bucket>/<prefix>, or remove `bucket`"];
  if ("create" in bucket && !BUCKET_NAME.test(name))
    return [`store: S3 takes no bucket of the name ${name}: 3 to 63 lower-case letters, digits, dots and hyphens`];
  return [];
}
