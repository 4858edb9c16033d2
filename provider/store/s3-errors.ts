/** What went wrong with S3: its codes, by which something is decided, its own words, and what a person can do. */

import { z } from "zod";
import { reasonOf } from "../decide/index.js";

const Answer = z.object({ $metadata: z.object({ httpStatusCode: z.number() }) });

/** HTTP status of an answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  return Answer.safeParse(error).data?.$metadata.httpStatusCode;
}

/** S3's code; the AWS SDK makes an error's name of it. */
function codeOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** There is no such object. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === "NoSuchKey";
}

/** Two writers met, and S3 let neither of them through: nobody may have written. */
export function isConflict(error: unknown): boolean {
  return codeOf(error) === "ConditionalRequestConflict";
}

/** What a write went on from is not what is there: another object, or none. */
export function hasMoved(error: unknown): boolean {
  return codeOf(error) === "PreconditionFailed" || isMissing(error) || isConflict(error);
}

const CREDENTIALS_FIX = "renew or set the credentials that Pulumi runs with (AWS_PROFILE, AWS_ACCESS_KEY_ID …)";

/** What to do, by the code that S3 or the SDK gives. */
const FIXES: Readonly<Record<string, string>> = {
  NoSuchBucket: "create the bucket, or correct the configuration key `store`",
  AccessDenied:
    "allow s3:GetObject, s3:PutObject, s3:ListBucket and, for the configuration key `retain`, s3:DeleteObject on the bucket for the credentials that Pulumi runs with",
  PermanentRedirect: "set the bucket's region: `region=…` in the configuration key `store`, or AWS_REGION",
  AuthorizationHeaderMalformed: "set the bucket's region: `region=…` in the configuration key `store`, or AWS_REGION",
  ExpiredToken: CREDENTIALS_FIX,
  InvalidAccessKeyId: CREDENTIALS_FIX,
  SignatureDoesNotMatch: CREDENTIALS_FIX,
  CredentialsProviderError: CREDENTIALS_FIX,
};

/** The cause in the words of S3, and what to do. */
export function explain(
  error: unknown,
  { endpoint }: { readonly endpoint: string | undefined },
): { cause: string; fix: string } {
  const status = statusOf(error);
  const code = codeOf(error);
  const cause = `${code}${status === undefined ? "" : ` (${status})`}: ${reasonOf(error)}`;
  const place = endpoint === undefined ? "S3" : `the server at ${endpoint}`;
  const byStatus = status === 403 ? FIXES.AccessDenied : status === 301 ? FIXES.PermanentRedirect : undefined;
  return { cause, fix: FIXES[code] ?? byStatus ?? `check that ${place} answers and that this machine can reach it` };
}
