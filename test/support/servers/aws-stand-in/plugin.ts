/**
 * Stand-in for the plugin `pulumi-resource-aws`, which is some hundred megabytes large and speaks to Amazon only: the S3
 * resources of StateBucket, made for real on the server at AWS_ENDPOINT_URL_S3. Pulumi's library gives a plugin in Node no
 * provider configuration, so explicit providers change nothing here.
 */

import { S3Client } from "@aws-sdk/client-s3";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { z } from "zod";
import { bucket } from "./bucket.js";
import { Inputs, type Kind } from "./kind.js";
import { kinds } from "./settings.js";

/** Never anything but a server on this machine, whatever the credentials are good for. */
function endpoint(): string {
  const url = process.env.AWS_ENDPOINT_URL_S3 ?? "";
  if (!/^https?:\/\/127\.0\.0\.1:\d+$/u.test(url))
    throw new Error(`the stand-in for Pulumi's AWS plugin works on loopback only, and AWS_ENDPOINT_URL_S3 is '${url}'`);
  return url;
}

const regionOf = ({ region }: { region?: string | undefined }) => region ?? process.env.AWS_REGION ?? "us-east-1";

const clientFor = (inputs: Inputs) =>
  new S3Client({ endpoint: endpoint(), forcePathStyle: true, region: regionOf(inputs) });

function kindOf(urn: string): Kind {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = type === "aws:s3/bucket:Bucket" ? bucket : kinds[type];
  if (!kind) throw new Error(`the stand-in for Pulumi's AWS plugin has no ${type}`);
  return kind;
}

function outputsOf(inputs: Inputs): Inputs {
  return { ...inputs, arn: `arn:aws:s3:::${inputs.bucket}`, region: regionOf(inputs) };
}

async function put(urn: string, given: unknown, isNew: boolean): Promise<Inputs> {
  const inputs = Inputs.parse(given);
  await kindOf(urn).put(clientFor(inputs), inputs.bucket, inputs, isNew);
  return outputsOf(inputs);
}

const provider: Provider = {
  version: "7.48.0",

  async diff(_id, _urn, olds, news) {
    const [before, now] = [z.looseObject({}).parse(olds), z.looseObject({}).parse(news)];
    const changed = Object.keys(now).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
    const replaces = changed.filter((key) => key === "bucket" || key === "region");
    return { changes: changed.length > 0, replaces, deleteBeforeReplace: false };
  },

  async create(urn, inputs) {
    const outs = await put(urn, inputs, true);
    return { id: outs.bucket, outs };
  },

  async update(_id, urn, _olds, news) {
    return { outs: await put(urn, news, false) };
  },

  async read(id, urn, props) {
    const before = Inputs.parse(props);
    const found = await kindOf(urn).get(clientFor(before), id);
    if (!found) return { id: "", props: {}, inputs: {} };
    const { arn: _arn, ...inputs } = { ...before, ...found };
    return { id, props: outputsOf(inputs), inputs };
  },

  async delete(id, urn, props) {
    const inputs = Inputs.parse(props);
    await kindOf(urn).remove(clientFor(inputs), id, inputs);
  },
};

void main(provider, process.argv.slice(2));
