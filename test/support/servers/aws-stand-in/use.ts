/** Makes Pulumi use the stand-in for its AWS plugin, and everything in this process the S3 server at `endpoint`. */

import { join } from "node:path";
import { MOTO_CREDENTIALS } from "../moto.js";

export function useAwsStandIn(endpoint: string): void {
  const { AWS_PROFILE: _profile, AWS_REGION: _region, ...others } = process.env;
  const PATH = `${join(process.cwd(), "test", "support", "servers", "aws-stand-in")}:${process.env.PATH}`;
  process.env = { ...others, ...MOTO_CREDENTIALS, PATH, AWS_ENDPOINT_URL_S3: endpoint };
}
