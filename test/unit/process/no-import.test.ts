/** What `pulumi import` meets: Pulumi's own server would end with a TypeError. */

import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { withoutImports } from "../../../provider/process/no-import.js";

const { ReadRequest } = createRequire(import.meta.url)("@pulumi/pulumi/proto/provider_pb.js");
const { Struct } = createRequire(import.meta.url)("google-protobuf/google/protobuf/struct_pb.js");

/** The message of the error, or what the server itself answered. */
function readWith(properties: object): string {
  const request = new ReadRequest();
  request.setUrn("urn:pulumi:dev::p::pulumi-nodejs:dynamic/flink:FlinkSqlJob::orders");
  request.setProperties(Struct.fromJavaScript(properties));
  let answer = "";
  const read = withoutImports(() => {
    answer = "read";
  });
  read({ request } as never, (error) => {
    answer = String(Object(error).details);
  });
  return answer;
}

test("An import is refused, and told of `adopt`.", () => {
  expect(readWith({})).toMatch(/FlinkSqlJob::orders: .*cannot be imported.*`adopt` \[plan-refused\]/su);
});

test("What the state knows is read.", () => {
  expect(readWith({ __provider: "exports.handler = …" })).toBe("read");
});
