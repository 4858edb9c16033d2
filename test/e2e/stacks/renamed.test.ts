/** A stack with a local cluster that gets another name: the cluster is found again, and no job of it runs twice. */

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { livingRoles } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
/** Folder of the cluster, named after the stack of before. */
let local: string;
beforeAll(async () => {
  story = await Story.begin("renamed", { target: "local", slots: 1 });
  await story.step(1);
});
afterAll(() => story?.end());

test("After a rename the cluster of before is the stack's, with its job as it runs.", async () => {
  const flink = new Flink((await story.outputs()).restUrl);
  const before = await story.running("local", flink);
  local = story.local;
  await story.rename();
  const { preview } = await story.again();
  expect(preview.lines).toEqual({ local: "no change, version 1 stays; its record takes the stack's new name" });
  expect((await story.outputs()).restUrl).toBe(flink.restUrl);
  expect((await story.running("local", flink)).flink).toEqual(before.flink);
  expect(await livingRoles(story.local)).toEqual([]);
  expect((await story.again()).preview.lines).toEqual({});
  await story.configure({ flinkProperties: { "table.exec.mini-batch.size": "6000" } });
  expect((await story.again()).preview.lines.local).toMatch(/^restart from a savepoint/u);
  await story.running("local", flink);
  expect(await livingRoles(local)).toEqual(["jobmanager", "sql-gateway", "taskmanager-1"]);
});

test("A new stack of that store in the same folder is refused; the old cluster is ended with its stack.", async () => {
  const flink = new Flink((await story.outputs()).restUrl);
  const before = await story.running("local", flink);
  await story.asAnotherStack(async () => {
    const ran = await story.up();
    expect(ran.code).not.toBe(0);
    expect(ran.text).toMatch(
      /local: its record in the store belongs to the stack flink-sql\/\S+ \(version 1, running\)/u,
    );
    expect((await story.destroy()).code).toBe(0);
  });
  expect((await story.running("local", flink)).flink).toEqual(before.flink);
});

test("A stack of the same name elsewhere, without its state, starts no second copy beside the cluster that it does not know.", async () => {
  const flink = new Flink((await story.outputs()).restUrl);
  const before = await story.running("local", flink);
  const lost = await story.loseStack();
  const ran = await story.up();
  expect(ran.code).not.toBe(0);
  expect(ran.text).toMatch(
    /local: it runs on the local cluster in \S+ on \S+ as job [0-9a-f]{32} \(RUNNING\), but this stack/u,
  );
  expect((await story.destroy()).code).toBe(0);
  expect((await story.running("local", flink)).flink).toEqual(before.flink);
  story.regain(lost);
});

test("From its own cluster to another one: stopped there with a savepoint, resumed here, and the cluster of before is ended.", async () => {
  const { flink: before } = await story.running("local", new Flink((await story.outputs()).restUrl));
  await story.configure({ target: "remote", restUrl: inject("restUrl"), gatewayUrl: inject("gatewayUrl") });
  const ran = await story.upWithPreview();
  expect(ran.code, ran.text).toBe(0);
  const { flink, record } = await story.running("local");
  expect(record.startedFrom).toContain(`/savepoint-${before.jid.slice(0, 6)}-`);
  expect(await story.flink.restoredFrom(flink.jid)).toBe(record.startedFrom);
  expect(await livingRoles(local)).toEqual([]);
});
