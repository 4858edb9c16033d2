/** The way to S3: the parts of an address, a client, and what Flink's own S3 file system needs for the same place. */

import { Readable, Transform } from "node:stream";
import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";
import type { DeserializeHandler, DeserializeHandlerArguments } from "@smithy/types";
import { MOST_BYTES } from "../decide/index.js";
import { remember } from "../secrecy/index.js";

/** A place in S3; what the address does not say comes from the environment, as the AWS SDK documents it. */
export interface S3Address {
  readonly bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  readonly prefix: string;
  /** Folder of the records below the prefix, without a slash at either end. */
  readonly records: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly pathStyle: boolean;
}

export function isS3(address: string): boolean {
  return /^s3[an]?:\/\//u.test(address);
}

/** Of `s3://bucket/prefix?endpoint=…&region=…&pathStyle=true`. */
export function parseS3Address(address: string): S3Address {
  const url = new URL(address.replace(/^s3[an]:/u, "s3:"));
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION } = process.env;
  const endpoint = url.searchParams.get("endpoint") ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  // Servers other than AWS mostly take any region, and it would be tiresome to name one.
  const anyRegion = endpoint !== undefined && !AWS_REGION ? "us-east-1" : undefined;
  return {
    bucket: url.hostname,
    prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/gu, ""),
    records: (url.searchParams.get("manifests") ?? "manifests").replace(/^\/+|\/+$/gu, ""),
    endpoint,
    region: url.searchParams.get("region") ?? anyRegion,
    pathStyle: (url.searchParams.get("pathStyle") ?? String(endpoint !== undefined)) === "true",
  };
}

/** Milliseconds: to connect, and for one request; and how often the SDK tries. */
const CONNECT_MS = 5_000;
const REQUEST_MS = 10_000;
const ATTEMPTS = 3;

let loaded: Promise<typeof import("@aws-sdk/client-s3")> | undefined;

/** Loaded when it is needed, once: the SDK takes a moment, and a store in a folder has no use for it. */
export function s3Sdk(): Promise<typeof import("@aws-sdk/client-s3")> {
  loaded ??= import("@aws-sdk/client-s3");
  return loaded;
}

export async function connectS3({ endpoint, region, pathStyle }: S3Address): Promise<S3Client> {
  // The SDK's version is pinned by the project; its advice on Node versions would stand in every preview.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { S3Client: Client } = await s3Sdk();
  const client = new Client({
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  });
  client.middlewareStack.addRelativeTo(
    (next: DeserializeHandler<ServiceInputTypes, ServiceOutputTypes>) =>
      async (args: DeserializeHandlerArguments<ServiceInputTypes>) => {
        const result = await next(args);
        const { response } = result;
        if (hasBody(response)) response.body = limited(response.body);
        return result;
      },
    { name: "limitBody", relation: "after", toMiddleware: "deserializerMiddleware" },
  );
  return client;
}

function hasBody(response: unknown): response is { body: Readable } {
  return typeof response === "object" && response !== null && "body" in response && response.body instanceof Readable;
}

/** The same bytes, up to what is read at most and for as long as they come; then an error, and the connection is closed. */
function limited(body: Readable): Readable {
  let bytes = 0;
  const end = (why: string) => {
    body.destroy();
    counted.destroy(new Error(why));
  };
  // The SDK's own limits are over once an answer begins.
  const silence = setTimeout(() => end(`an answer was cut off: no more data for ${REQUEST_MS / 1000} s`), REQUEST_MS);
  const counted: Transform = new Transform({
    transform(part: Buffer, _, done) {
      silence.refresh();
      bytes += part.length;
      if (bytes > MOST_BYTES) end(`an answer has more than ${MOST_BYTES / 1_000_000} MB; the rest was not read`);
      else done(null, part);
    },
  });
  body.once("end", () => clearTimeout(silence));
  counted.once("close", () => clearTimeout(silence));
  body.once("error", (error) => counted.destroy(error));
  return body.pipe(counted);
}

/** Flink options that lead its S3 file system to the server of an address. None of them is a secret. */
export async function s3FlinkOptions(address: string): Promise<Record<string, string>> {
  if (!isS3(address)) return {};
  const parsed = parseS3Address(address);
  const region = parsed.region ?? (await regionOf(parsed));
  return {
    ...(parsed.endpoint === undefined ? {} : { "s3.endpoint": parsed.endpoint }),
    ...(region === undefined ? {} : { "s3.endpoint.region": region }),
    ...(parsed.pathStyle ? { "s3.path.style.access": "true" } : {}),
  };
}

/** The region of the environment or the profile; undefined where none is set. */
async function regionOf(address: S3Address): Promise<string | undefined> {
  const client = await connectS3(address);
  return client.config.region().catch(() => undefined);
}

/**
 * Environment variables that hand the credentials of whoever runs Pulumi to Flink, which knows no profiles and no SSO.
 * None where they come from the machine's role: Flink asks for those itself where the container says, and renews them.
 */
export async function s3FlinkEnvironment(address: string): Promise<Record<string, string>> {
  if (!isS3(address)) return {};
  const client = await connectS3(parseS3Address(address));
  const found = await client.config.credentials().catch(() => undefined);
  if (!found) return {};
  if (isOfMachine(found)) return Object.fromEntries(Object.entries(process.env).filter(isOfContainer));
  remember([found.secretAccessKey, found.sessionToken]);
  return {
    AWS_ACCESS_KEY_ID: found.accessKeyId,
    AWS_SECRET_ACCESS_KEY: found.secretAccessKey,
    ...(found.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: found.sessionToken }),
  };
}

function isOfContainer(entry: [string, string | undefined]): entry is [string, string] {
  const [name, value] = entry;
  return (
    value !== undefined &&
    /^AWS_CONTAINER_(?:CREDENTIALS_(?:RELATIVE|FULL)_URI|AUTHORIZATION_TOKEN(?:_FILE)?)$/u.test(name)
  );
}

/** The SDK marks where credentials come from: CREDENTIALS_IMDS is the machine, CREDENTIALS_HTTP its container. */
function isOfMachine(credentials: object): boolean {
  const source = "$source" in credentials ? credentials.$source : undefined;
  return (
    typeof source === "object" && source !== null && ("CREDENTIALS_IMDS" in source || "CREDENTIALS_HTTP" in source)
  );
}
