/** Whatever is wrong with S3: one clear error in the preview and in the update, and the running job is not touched. */

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type S3Front, startS3Front } from "../support/servers/s3-front.js";
import { Story } from "../support/stories/story.js";

let front: S3Front;
let story: Story;
let jobId: string;
beforeAll(async () => {
  const stores = new URL(inject("stores"));
  front = await startS3Front(stores.searchParams.get("endpoint") ?? "");
  story = await Story.begin("store-faults", { store: `s3://${stores.hostname}/faults?endpoint=${front.endpoint}` });
  await story.step(1);
  jobId = (await story.running("guarded")).flink.jid;
  await story.place(2);
});
afterAll(async () => {
  await story?.end();
  front?.stop();
});

/** The job as it was; and nothing was written of it meanwhile. */
async function expectUntouched(said: string): Promise<void> {
  expect(await story.flink.state(jobId), said).toBe("RUNNING");
  expect((await story.flink.one("guarded")).jid).toBe(jobId);
  const { record } = await story.running("guarded");
  expect(record.properties["parallelism.default"]).toBeUndefined();
}

test.each([
  ["a bucket that does not exist", { status: 404, code: "NoSuchBucket" }, "create the bucket"],
  ["denied access", { status: 403, code: "AccessDenied" }, "allow s3:GetObject"],
  ["the wrong region", { status: 301, code: "PermanentRedirect" }, "set the bucket's region"],
  ["expired credentials", { status: 400, code: "ExpiredToken" }, "renew or set the credentials"],
  ["a broken server", { status: 500, code: "InternalError" }, "check that the server at http://127.0.0.1"],
  ["a server that does not answer", "silent", "check that the server at http://127.0.0.1"],
] as const)("With %s the preview and the update say so and stop nothing.", async (_what, mood, fix) => {
  let said = "";
  for (const run of [() => story.preview(), () => story.up()]) {
    front.mood = mood;
    const ran = await run();
    said += ran.text;
    front.mood = "well";
    expect(ran.code).not.toBe(0);
    expect(ran.text).toContain(`the store ${story.store} cannot be used`);
    expect(ran.text).toContain(fix);
    if (mood !== "silent") expect(ran.text).toContain(mood.code);
  }
  await expectUntouched(said);
});

test("With S3 well again the update goes through.", async () => {
  const { preview } = await story.again();
  expect(preview.lines.guarded).toMatch(/^restart from a savepoint/u);
  expect((await story.running("guarded")).flink.jid).not.toBe(jobId);
});
