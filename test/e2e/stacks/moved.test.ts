/** A stack whose cluster changes: the job moves with it, and never runs on both; what may still run is not started again. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { killRole, localSpec } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { smallEngine } from "../../support/stories/engines.js";
import { Story } from "../../support/stories/story.js";

let story: Story;
let folder: string;
let other: Flink;
let here: { restUrl: string; gatewayUrl: string };
let there: { restUrl: string; gatewayUrl: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moved-cluster-"));
  const spec = await localSpec(folder, 4);
  await startLocalOrNothing(spec, () => undefined);
  here = { restUrl: inject("restUrl"), gatewayUrl: inject("gatewayUrl") };
  there = { restUrl: `http://127.0.0.1:${spec.restPort}`, gatewayUrl: `http://127.0.0.1:${spec.gatewayPort}` };
  other = new Flink(there.restUrl);
  story = await Story.begin("moved", {}, smallEngine());
});
afterAll(async () => {
  await story?.end();
  await stopLocal(folder);
  await rm(folder, { recursive: true, force: true });
});

test("With another address the preview says that the job moves, and the update stops it there with a savepoint.", async () => {
  await story.step(1);
  const { flink: before } = await story.running("moved");
  await story.flink.awaitCheckpoints(before.jid, 1);
  await story.configure(there);
  const { preview } = await story.again();
  expect(preview.lines.moved).toMatch(
    /^restart from a savepoint, version 1 stays; it moves: stopped on http:\/\/127\.0\.0\.1:\d+ on \S+, started here$/u,
  );
  expect(await story.flink.alive("moved")).toEqual([]);
  const { flink, record } = await story.running("moved", other);
  expect(record.startedFrom).toContain(`/savepoint-${before.jid.slice(0, 6)}-`);
  expect(await other.restoredFrom(flink.jid)).toBe(record.startedFrom);
  expect((await story.again()).preview.lines).toEqual({});
});

test("A move with a query that fails at once ends with the job of before on the cluster of before.", async () => {
  await story.place(3);
  await story.configure(here);
  const up = await story.up();
  expect(up.code).not.toBe(0);
  expect(up.text).toContain("rolled back to version 1 as it was before, resumed from savepoint-");
  expect(await story.flink.alive("moved")).toEqual([]);
  await story.running("moved", other);
});

test("A stack that lost its state finds the job where the record says that it runs, and moves it.", async () => {
  const { flink: before } = await story.running("moved", other);
  await story.loseStack();
  const { preview } = await story.step(2);
  expect(preview.lines.moved).toMatch(/^restart from a savepoint \(.*\), version 1 stays; it moves: /u);
  expect(await other.alive("moved")).toEqual([]);
  const { record } = await story.running("moved");
  expect(record.startedFrom).toContain(`/savepoint-${before.jid.slice(0, 6)}-`);
});

test("Another stack with the same store is refused, and told whose record it is.", async () => {
  const before = await story.running("moved");
  const mine = await story.asAnotherStack(async (owner) => {
    for (const ran of [await story.preview(), await story.up()]) {
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain(`moved: its record in the store belongs to the stack ${owner} (version 1, running)`);
      expect(ran.text).toContain(`adopt["moved"]' ${before.flink.jid}`);
    }
    return story.running("moved");
  });
  expect(mine.flink).toEqual(before.flink);
  expect((await story.again()).preview.lines).toEqual({});
});

test("A cluster that gives no answer may run it still: refused while its state is fresh, unless the cluster is given up.", async () => {
  await story.configure(there);
  await story.again();
  const { flink: before } = await story.running("moved", other);
  await other.awaitCheckpoints(before.jid, 1);
  await killRole(folder, "jobmanager");
  await story.configure(here);
  for (const ran of [await story.preview(), await story.up()]) {
    expect(ran.code).not.toBe(0);
    expect(ran.text).toMatch(
      /moved: it may still run: http:\/\/127\.0\.0\.1:\d+ on \S+, where it ran last, does not answer/u,
    );
  }
  expect(await story.flink.alive("moved")).toEqual([]);
  await story.configure({ choices: { moved: { lost: there.restUrl } } });
  const { preview } = await story.again();
  expect(preview.lines.moved).toMatch(/^resume from chk-\d+, N s old, version 1 stays; .* does not answer; /u);
  const { flink } = await story.running("moved");
  expect(await story.flink.restoredFrom(flink.jid)).toContain(`/${before.jid}/chk-`);
});
