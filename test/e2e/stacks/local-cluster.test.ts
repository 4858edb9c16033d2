/** A stack with a cluster of its own on this machine: from nothing, through broken parts, to nothing again. */

import { readdir, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readProcesses } from "../../../provider/cluster/local/processes.js";
import { killRole, livingRoles } from "../../support/clusters/cluster.js";
import { Flink } from "../../support/clusters/flink.js";
import { isFree } from "../../support/servers/free-port.js";
import { Story } from "../../support/stories/story.js";
import { until } from "../../support/until.js";

const ROLES = ["jobmanager", "sql-gateway", "taskmanager-1"];

let story: Story;
let other: Story;
beforeAll(async () => {
  story = await Story.begin("local", { target: "local", slots: 1 });
  other = await Story.begin("empty", { target: "local", slots: 1 });
});
afterAll(async () => {
  await Promise.all([story?.end(), other?.end()]);
});

/** Another program at this port. What the killed process still holds, or a connection that only passes, is waited out. */
async function holding(port: number | undefined): Promise<Server> {
  return until(`port ${port} for another program`, 30, async () => {
    const server = createServer();
    const isOurs = new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    return (await isOurs) ? server : undefined;
  });
}

const flinkOf = async (of: Story) => new Flink((await of.outputs()).restUrl);

test("An update makes the cluster and the job out of nothing.", async () => {
  const { preview } = await story.step(1);
  expect(preview.lines).toEqual({
    "session cluster": "starts",
    local: "new, version 1, starts clean; checked by Flink once the cluster is up",
  });
  expect(await livingRoles(story.local)).toEqual(ROLES);
  await story.running("local", await flinkOf(story));
  expect((await story.again()).preview.lines).toEqual({});
});

test("All temporary files of the cluster are in a folder that only its user may look into.", async () => {
  const folder = join(story.local, "tmp");
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const names = await readdir(folder);
  for (const kind of ["tm_taskmanager-1-", "jm_", "flink-web-", "archivedApplicationStore-"])
    expect(
      names.some((name) => name.startsWith(kind)),
      `${kind} in ${names}`,
    ).toBe(true);
  const { processes } = await readProcesses(story.local);
  const ids = processes.flatMap(({ resourceId = [] }) => resourceId);
  const outside = (await readdir(tmpdir())).filter((name) => ids.some((id) => name.includes(id)));
  expect(outside).toEqual([]);
});

test("A killed SQL Gateway is seen by the preview and brought back; the job runs on.", async () => {
  const before = await story.running("local", await flinkOf(story));
  await killRole(story.local, "sql-gateway");
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toBe("sql-gateway not running: started again");
  expect(await livingRoles(story.local)).toEqual(ROLES);
  expect((await story.running("local", await flinkOf(story))).flink).toEqual(before.flink);
});

test("A killed SQL Gateway whose port another program has taken comes back at another one; the job runs on.", async () => {
  const before = await story.running("local", await flinkOf(story));
  const { ports } = await readProcesses(story.local);
  await killRole(story.local, "sql-gateway");
  const other = await holding(ports?.gatewayPort);
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toBe("sql-gateway not running: started again");
  expect((await readProcesses(story.local)).ports?.gatewayPort).not.toBe(ports?.gatewayPort);
  expect((await story.running("local", await flinkOf(story))).flink).toEqual(before.flink);
  other.close();
  expect((await story.again()).preview.lines).toEqual({});
});

test("A killed TaskManager is seen by the preview and brought back, and the job with it, though it changes too.", async () => {
  const { flink } = await story.running("local", await flinkOf(story));
  await (await flinkOf(story)).awaitCheckpoints(flink.jid, 1);
  await killRole(story.local, "taskmanager-1");
  const preview = await story.preview();
  expect(preview.lines["session cluster"]).toBe("taskmanager-1 not running: started again");
  await story.configure({ flinkProperties: { "table.exec.mini-batch.size": "6000" } });
  const up = await story.up();
  expect(up.code, up.text).toBe(0);
  expect(await livingRoles(story.local)).toEqual(ROLES);
  const now = await story.running("local", await flinkOf(story));
  expect(now.flink.jid).not.toBe(flink.jid);
  expect(await (await flinkOf(story)).restoredFrom(now.flink.jid)).toContain("/local/1/");
});

test("A second stack beside it gets ports of its own, and its end leaves the first one alone.", async () => {
  await other.step(1);
  const [mine, others] = await Promise.all([story, other].map(async ({ local }) => (await readProcesses(local)).ports));
  expect(new Set([...Object.values(mine ?? {}), ...Object.values(others ?? {})]).size).toBe(6);
  const destroyed = await other.destroy();
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(await livingRoles(other.local)).toEqual([]);
  await story.running("local", await flinkOf(story));
});

test("`pulumi destroy` stops the job with a savepoint and leaves no process and no open port.", async () => {
  const { ports } = await readProcesses(story.local);
  const destroyed = await story.destroy();
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(await livingRoles(story.local)).toEqual([]);
  expect(await readdir(story.local)).not.toContain("tmp");
  expect(await Promise.all(Object.values(ports ?? {}).map(isFree))).toEqual([true, true, true]);
  expect(await story.record("local")).toMatchObject({
    status: "deleted",
    savepoint: expect.stringContaining("/1/savepoint-"),
  });
});
