/** What the stand-in for Pulumi's AWS plugin knows of one type of resource. */

import type { S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";

/** Arguments that every resource of a bucket has, and all others as they come. */
export const Inputs = z.looseObject({ bucket: z.string(), region: z.string().optional() });
export type Inputs = z.infer<typeof Inputs>;

/** `id` is the bucket's name. */
export interface Kind {
  put(client: S3Client, id: string, inputs: Inputs, isNew: boolean): Promise<void>;
  /** Arguments as the server has them; undefined where it is not there. */
  get(client: S3Client, id: string): Promise<object | undefined>;
  remove(client: S3Client, id: string, inputs: Inputs): Promise<void>;
}
