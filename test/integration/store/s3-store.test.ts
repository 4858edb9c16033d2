/** The S3 store against a real S3 server: conditions, pages, states, and one clear error for each fault. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { UserError } from "../../../provider/decide/words/errors.js";
import { newStore } from "../../../provider/remember/store.js";
import { S3Backend } from "../../../provider/store/s3.js";
import { type Moto, startMoto } from "../../support/servers/moto.js";

let moto: Moto;
let client: S3Client;
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  moto = await startMoto();
  client = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "state" }));
});

afterAll(async () => {
  process.env = before;
  client?.destroy();
  await moto?.stop();
});

const storeAt = (path: string, endpoint = moto.endpoint) =>
  newStore(`s3://${path}?endpoint=${encodeURIComponent(endpoint)}`);
const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: "state", Key, Body }));

function record(by: string): JobRecord {
  const manifest = { name: "orders", description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} };
  return {
    status: "running",
    current: {
      manifest,
      meta: { queryId: "q", version: 1, createdAt: "2026-01-01 00:00:00" },
      definitions: [],
      metadataColumns: { timestamp: "ts", query: true },
      secrets: undefined,
      directories: { checkpoints: "s3://state/c", savepoints: "s3://state/s" },
      jobId: "0a",
      startedFrom: null,
    },
    savepoint: undefined,
    resourceId: "orders-1",
    intent: undefined,
    past: [],
    written: { by, at: "2026-01-02T03:04:05.000Z" },
  };
}

async function failureOf(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`expected a UserError, got ${String(error)}`);
}

describe("records", () => {
  test("What is written is read back, and listed by name; nothing is there at first.", async () => {
    const store = storeAt("state/a/b");
    expect(await store.read("orders")).toBeUndefined();
    const mark = await store.write("orders", record("ada"), undefined);
    await put("a/b/manifests/sub/x.yaml", "x");
    expect(await store.read("orders")).toMatchObject({ record: record("ada"), mark });
    expect(await store.list()).toEqual(["orders"]);
  });

  test("They may lie in another folder below the prefix, as flink-sql-runner's do where it is told so.", async () => {
    const store = newStore(`${storeAt("state/other").url}&manifests=rta/jobs/`);
    await store.write("orders", record("ada"), undefined);
    expect(await store.list()).toEqual(["orders"]);
    expect(await storeAt("state/other").list()).toEqual([]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: "state", Key: "other/rta/jobs/orders.yaml" }));
    expect(await Body?.transformToString()).toMatch(/^name: orders$/mu);
  });

  test("Of two writers the second gets an error that says who wrote what when.", async () => {
    const store = storeAt("state/two");
    const mark = await store.write("orders", record("ada"), undefined);
    await store.write("orders", record("bob"), mark);
    const lost = await failureOf(store.write("orders", record("cyd"), mark));
    expect(lost.code).toBe("record-conflict");
    expect(lost.message).toContain("bob wrote it at 2026-01-02T03:04:05.000Z");
    expect((await failureOf(store.write("orders", record("cyd"), undefined))).code).toBe("record-conflict");
    expect((await store.read("orders"))?.record.written?.by).toBe("bob");
  });

  test("Of ten writers at once exactly one wins.", async () => {
    const store = storeAt("state/race");
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => store.write("orders", record(`w${i}`), undefined)),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("states", () => {
  test("Only complete ones of exactly this version count, in pages of a thousand, without EMR's folder markers.", async () => {
    const version = "c/orders/1/";
    const shared = Array.from({ length: 2100 }, (_, i) => `${version}job/shared/${String(i).padStart(5, "0")}`);
    for (let i = 0; i < shared.length; i += 100)
      await Promise.all(shared.slice(i, i + 100).map((key) => put(key, "x")));
    await put(`${version}job/chk-9/_metadata`, "m");
    await put(`${version}job/chk-10/_metadata`, "m");
    await put(`${version}job/chk-11/part`, "no metadata: not complete");
    await put(`${version}job/chk-12/_metadata`, "");
    await put(`${version}job/chk-9_$folder$`, "");
    await put("c/orders/10/job/chk-99/_metadata", "another version");
    const states = await storeAt("state").states("s3://state/c/orders/1");
    expect(states.at(-1)?.path).toBe("s3://state/c/orders/1/job/chk-10");
    expect(states).toHaveLength(2);
  });
});

describe("each fault is one clear error", () => {
  let fake: Server;
  let answer: { status: number; code: string } | "silence";

  beforeAll(async () => {
    fake = createServer((_request, response) => {
      if (answer === "silence") return;
      response.writeHead(answer.status, { "content-type": "application/xml" });
      response.end(
        `<?xml version="1.0"?><Error><Code>${answer.code}</Code><Message>told by the server</Message></Error>`,
      );
    });
    await new Promise<void>((resolve) => fake.listen(0, "127.0.0.1", resolve));
  });

  afterAll(() => {
    fake?.closeAllConnections();
    fake?.close();
  });

  const fakeStore = () => storeAt("state/p", `http://127.0.0.1:${(fake.address() as AddressInfo).port}`);

  test("A bucket that does not exist.", async () => {
    const error = await failureOf(storeAt("no-such-bucket").read("orders"));
    expect(error.code).toBe("store-unreachable");
    expect(error.message).toMatch(/NoSuchBucket.*\n.*create the bucket/u);
  });

  test("A bucket that does not exist is seen by a look at it, one that does is not complained about.", async () => {
    const error = await failureOf(new S3Backend(storeAt("no-such-bucket/flink").url).look());
    expect(error.message).toMatch(/NoSuchBucket.*\n.*create the bucket.*\[store-unreachable\]/u);
    await new S3Backend(storeAt("state/empty-prefix").url).look();
  });

  test.each([
    [403, "AccessDenied", /allow s3:GetObject/u],
    [301, "PermanentRedirect", /set the bucket's region/u],
    [400, "ExpiredToken", /renew or set the credentials/u],
    [403, "InvalidAccessKeyId", /renew or set the credentials/u],
    [503, "SlowDown", /check that the server at http/u],
  ])("The answer %i %s.", async (status, code, fix) => {
    answer = { status, code };
    const error = await failureOf(fakeStore().read("orders"));
    expect(error.parts.cause).toContain(code);
    expect(error.parts.fix).toMatch(fix);
  });

  test("Nobody listens.", async () => {
    const error = await failureOf(storeAt("state/p", "http://127.0.0.1:9").read("orders"));
    expect(error.message).toMatch(/ECONNREFUSED.*\n.*check that the server at http:\/\/127.0.0.1:9/u);
  });
});
