/** A job is found by its own id and its exact name, never by a part of one. */

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { gatewayAt } from "../../support/clients.js";
import { smallEngine } from "../../support/stories/engines.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
beforeAll(async () => {
  story = await Story.begin("names", {}, smallEngine());
  await story.step(1);
});
afterAll(() => story?.end());

test("With orders, orders-agg and orders-eu running, a change of orders leaves the other two alone.", async () => {
  const before = await Promise.all(["orders-agg", "orders-eu"].map((job) => story.running(job)));
  const old = await story.running("orders");
  const { preview } = await story.step(2);
  expect(Object.keys(preview.lines)).toEqual(["orders"]);
  expect((await story.running("orders")).flink.jid).not.toBe(old.flink.jid);
  expect(await Promise.all(["orders-agg", "orders-eu"].map((job) => story.running(job)))).toEqual(before);
});

test("Dead orders beside running orders-eu goes on from its own state.", async () => {
  const before = await Promise.all(["orders-agg", "orders-eu"].map((job) => story.running(job)));
  const { flink } = await story.running("orders");
  await story.flink.awaitCheckpoints(flink.jid, 2);
  await story.flink.cancel(flink.jid);
  const { preview } = await story.step(3);
  expect(Object.keys(preview.lines)).toEqual(["orders"]);
  const now = await story.running("orders");
  expect(await story.flink.restoredFrom(now.flink.jid)).toContain(`/checkpoints/orders/1/${flink.jid}/chk-`);
  expect(await Promise.all(["orders-agg", "orders-eu"].map((job) => story.running(job)))).toEqual(before);
});

test("A job of the same name that somebody started by hand is refused, and adopted where the user says so.", async () => {
  const jobId = await startByHand("names-by-hand");
  await story.place(4);
  for (const ran of [await story.preview(), await story.up()]) {
    expect(ran.code).not.toBe(0);
    expect(ran.text).toContain(`names-by-hand: a job of this name is already running: ${jobId} (RUNNING)`);
  }
  expect((await story.flink.alive("names-by-hand")).map(({ jid }) => jid)).toEqual([jobId]);
  await expect(story.record("names-by-hand")).rejects.toThrow(/ENOENT|specified key does not exist/u);
  await story.configure({ adopt: { "names-by-hand": jobId } });
  const { preview } = await story.again();
  expect(preview.lines).toEqual({ "names-by-hand": "adopted as it runs, not restarted, version 1 stays" });
  const adopted = await story.running("names-by-hand");
  expect(adopted.flink.jid).toBe(jobId);
  expect((await story.again()).preview.lines).toEqual({});
});

/** As a person at a SQL client would. */
async function startByHand(name: string): Promise<string> {
  const gateway = gatewayAt(inject("gatewayUrl"), 30_000);
  const { hostname, port } = new URL(inject("restUrl"));
  const session = await gateway.openSession("by hand", {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port,
    "execution.checkpointing.dir": `file://${story.folder}/by-hand`,
  });
  const run = (sql: string, options = {}) => gateway.execute(session, sql, options, 30_000);
  await run("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')");
  await run("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')");
  const jobId = randomBytes(16).toString("hex");
  await run("INSERT INTO nowhere SELECT n FROM numbers", { "pipeline.name": name, "$internal.pipeline.job-id": jobId });
  await gateway.closeSession(session);
  await story.flink.awaitState(jobId, "RUNNING");
  return jobId;
}
