/** What S3 says by which something is decided, through the AWS SDK: answers that moto gave, and codes of AWS's own list. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectS3, parseS3Address, s3Sdk } from "../../../provider/store/s3-client.js";
import { explain, hasMoved, isConflict, isMissing, statusOf } from "../../../provider/store/s3-errors.js";
import recorded from "../../support/servers/s3-answers.json" with { type: "json" };

type Name = keyof typeof recorded.answers;

/** Answers with the recording that a bucket is named after. */
const server: Server = createServer((request, response) => {
  const [, name = ""] = (request.url ?? "").split("/");
  const { status, headers, body } = recorded.answers[name as Name];
  request.resume().on("end", () => response.writeHead(status, headers).end(body));
});
let endpoint: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test-secret" });
});
afterAll(() => void server.close());

/** The error that the SDK makes of it. */
async function saidTo(method: "get" | "put", name: Name): Promise<unknown> {
  const client = await connectS3(parseS3Address(`s3://${name}/p?endpoint=${endpoint}`));
  const { GetObjectCommand, PutObjectCommand } = await s3Sdk();
  const object = { Bucket: name, Key: "manifests/orders.yaml" };
  const sent =
    method === "get"
      ? client.send(new GetObjectCommand(object))
      : client.send(new PutObjectCommand({ ...object, Body: "x", IfMatch: '"0"' }));
  return sent.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test.each<["get" | "put", Name, number, { missing: boolean; moved: boolean }]>([
  ["get", "no-such-key", 404, { missing: true, moved: true }],
  ["get", "no-such-bucket", 404, { missing: false, moved: false }],
  ["put", "put-again", 412, { missing: false, moved: true }],
  ["put", "put-other", 412, { missing: false, moved: true }],
  ["put", "put-gone", 404, { missing: true, moved: true }],
])("moto 5.2.5: %s, %s", async (method, name, status, { missing, moved }) => {
  const error = await saidTo(method, name);
  expect([statusOf(error), isMissing(error), hasMoved(error), isConflict(error)]).toEqual([
    status,
    missing,
    moved,
    false,
  ]);
});

test("A bucket that does not exist is told in S3's words, with the way out.", async () => {
  expect(explain(await saidTo("get", "no-such-bucket"), { endpoint })).toEqual({
    cause: "NoSuchBucket (404): The specified bucket does not exist",
    fix: "create the bucket, or correct the configuration key `store`",
  });
});

/** AWS's own, which moto has no cause to give; from its list of error codes. */
const ofAws = (name: string, status: number) =>
  Object.assign(new Error("said"), { name, $metadata: { httpStatusCode: status } });

test("Two writers that met at AWS.", () => {
  const error = ofAws("ConditionalRequestConflict", 409);
  expect([isConflict(error), hasMoved(error), isMissing(error)]).toEqual([true, true, false]);
});

test.each([
  ["AccessDenied", 403, /s3:GetObject/u],
  ["Forbidden", 403, /s3:GetObject/u],
  ["PermanentRedirect", 301, /region/u],
  ["ExpiredToken", 400, /renew or set the credentials/u],
  ["SlowDown", 503, /check that S3 answers/u],
])("What to do where AWS says %s", (name, status, fix) => {
  expect(explain(ofAws(name, status), { endpoint: undefined }).fix).toMatch(fix);
});
