/** Sessions on a real YARN: one that somebody else started, then one of the stack's own, which is killed, then another. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { resourceManagersAt } from "../support/clients.js";
import { flinkHome, livingRoles } from "../support/clusters/cluster.js";
import { Flink } from "../support/clusters/flink.js";
import { startYarn, type Yarn, type YarnApplication } from "../support/clusters/yarn.js";
import { FaultPlan, startProxy } from "../support/servers/fault-proxy.js";
import { awaitMoreRows, gapsAndRepeats, visibleRows } from "../support/stories/sink.js";
import { Story } from "../support/stories/story.js";

const NAME = "Flink session cluster";
const JOBS = ["coded", "plain"];

let yarn: Yarn;
let stopYarn: () => Promise<void>;
let place: { readonly resourceManagers: readonly string[] };
let folder: string;
let story: Story;
let others: string[];
const since = Date.now();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "e2e-yarn-"));
  ({ yarn, stop: stopYarn } = await startYarn(folder));
  place = { resourceManagers: [yarn.resourceManager] };
  Object.assign(process.env, yarn.env);
  others = await Promise.all([1, 2].map(() => yarn.startSession(flinkHome(), NAME)));
  story = await Story.begin("yarn", {
    target: "yarn",
    yarn: place,
    slots: 2,
    startSeconds: 240,
    jobManagerMemory: "1024m",
    taskManagerMemory: "1280m",
    clusterProperties: yarn.sessionOptions,
  });
});
afterAll(async () => {
  try {
    await story?.end();
  } finally {
    await stopYarn?.();
    await rm(folder, { recursive: true, force: true });
    const seconds = Math.round((Date.now() - since) / 1000);
    process.stdout.write(`YARN: ${seconds} s, with the start and the end of its daemons\n`);
  }
});

const flinkNow = async () => new Flink((await story.outputs()).restUrl);

async function own(): Promise<YarnApplication[]> {
  return (await yarn.alive()).filter(({ applicationTags }) => applicationTags.includes("flink-sql-e2e-yarn"));
}

/** The one session of the stack's own, which runs. */
async function ownSession(): Promise<YarnApplication> {
  const found = await own();
  const [session] = found;
  if (!session || found.length !== 1) throw new Error(`expected one session, found ${JSON.stringify(found)}`);
  return session;
}

async function runningJobs() {
  const flink = await flinkNow();
  const [coded, plain] = await Promise.all(JOBS.map((job) => story.running(job, flink)));
  if (!coded || !plain) throw new Error("no jobs");
  return { coded, plain, flink };
}

async function othersRun(): Promise<void> {
  const alive = (await yarn.alive()).map(({ id }) => id);
  expect(alive).toEqual(expect.arrayContaining(others));
}

/** The count of the `code` job is keyed state, the numbers of both come from the state of their source. */
async function expectNothingLost(): Promise<void> {
  for (const job of JOBS) await awaitMoreRows(story.output(job), 50);
  const rows = await visibleRows(story.output("coded"));
  expect(rows.every(({ n, counted }) => n === counted)).toBe(true);
  const plain = await visibleRows(story.output("plain"));
  const version1 = plain.filter(({ __query_version }) => __query_version === 1);
  const end = Math.max(...version1.map(({ n }) => Number(n)));
  expect(gapsAndRepeats(version1, "n", end).missing).toBe(0);
}

test("What YARN does not know is undefined, or nothing, and an end of it is refused in YARN's own words.", async () => {
  const client = resourceManagersAt(["http://127.0.0.1:9", yarn.resourceManager], {
    timeoutMs: 10_000,
    caFile: undefined,
  });
  const unknown = "application_1700000000000_0001";
  expect(await client.application(unknown)).toBeUndefined();
  expect(await client.application("no id at all")).toBeUndefined();
  expect(await client.tagged("nobody's")).toEqual([]);
  await expect(client.kill(unknown)).rejects.toThrow(
    `${yarn.resourceManager} answered 404: app with id: ${unknown} not found`,
  );
});

test("Two sessions of the name that is looked for are an error that lists them; nothing is touched.", async () => {
  await story.place(1);
  for (const ran of [await story.preview(), await story.up()]) {
    expect(ran.code).not.toBe(0);
    expect(ran.text).toContain(`2 Flink applications named "${NAME}" run on YARN; no job was touched`);
    for (const id of others) expect(ran.text).toContain(`${id} "${NAME}", queue root.default, RUNNING, started by`);
    expect(ran.text).toContain("[session-not-found]");
  }
});

test("A session that somebody else started is attached to by its id, through a tunnel and without a SQL Gateway: a job of SQL and one of code start in it.", async () => {
  const tunnel = await startProxy(`http://${(await yarn.application(others[0] ?? "")).amRPCAddress}`, new FaultPlan());
  onTestFinished(tunnel.stop);
  await story.configure({ yarn: { ...place, applicationId: others[0] }, restUrl: tunnel.url });
  const { preview } = await story.step(1);
  expect(preview.lines).toEqual({
    coded: "new, version 1, starts clean",
    plain: "new, version 1, starts clean",
    // The story has them for the session that it starts later.
    "session cluster": expect.stringMatching(
      /^slots, .*: ignored by target yarn with a session that the stack does not start/u,
    ),
  });
  const { flink } = await runningJobs();
  expect(flink.restUrl).toBe(tunnel.url);
  expect(await own()).toEqual([]);
});

test("From there the jobs move to a session of the stack's own with a SQL Gateway, which runs before they are stopped.", async () => {
  const flink = new Flink(`http://${(await yarn.application(others[0] ?? "")).amRPCAddress}`);
  const before = await flink.one("coded");
  await story.configure({ yarn: { ...place, start: true, gateway: true }, restUrl: undefined });
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toMatch(
    /^moves from application_\S+ to one that is started for it: all jobs/u,
  );
  expect(await ownSession()).toMatchObject({ state: "RUNNING", name: expect.stringContaining("flink-sql-e2e-yarn") });
  expect(await livingRoles(story.local)).toEqual(["sql-gateway"]);
  const now = await runningJobs();
  expect(now.flink.restUrl).toBe(`http://${(await ownSession()).amRPCAddress}`);
  expect(await now.flink.restoredFrom(now.coded.flink.jid)).toContain(`/savepoint-${before.jid.slice(0, 6)}-`);
  expect(await flink.alive("coded")).toEqual([]);
  expect((await story.preview()).lines).toEqual({});
  await expectNothingLost();
  await othersRun();
});

test("A JobManager that cannot be reached itself is read through YARN's proxy; a tunnel that leads to another is not used.", async () => {
  const { id } = await ownSession();
  await story.configure({ restUrl: "http://127.0.0.1:9" });
  const deaf = await story.preview();
  expect(deaf.lines["session cluster"]).toContain(`the JobManager of ${id} at `);
  expect(deaf.lines["session cluster"]).toContain("only YARN's read-only proxy");
  const ran = await story.up();
  expect(ran.code).not.toBe(0);
  expect(ran.text).toContain("cannot be reached from this machine; no job was touched");
  const other = await yarn.application(others[0] ?? "");
  await story.configure({ restUrl: `http://${other.amRPCAddress}` });
  expect((await story.preview()).lines["session cluster"]).toContain(`there is ${other.id}, not ${id}`);
  await story.configure({ restUrl: undefined });
  expect((await story.preview()).lines).toEqual({});
});

test("A changed property restarts both from savepoints, in the same session.", async () => {
  const [session, before] = [await ownSession(), await runningJobs()];
  const { preview } = await story.step(2);
  const words = "restart from a savepoint (execution.checkpointing.interval 1 s → 2 s), version 1 stays";
  expect(preview.lines).toEqual({ coded: words, plain: words });
  const now = await runningJobs();
  for (const job of ["coded", "plain"] as const) {
    const restored = await now.flink.restoredFrom(now[job].flink.jid);
    expect(restored).toContain(`/savepoint-${before[job].flink.jid.slice(0, 6)}-`);
  }
  expect((await ownSession()).id).toBe(session.id);
  await expectNothingLost();
});

test("A changed query is a new version; the other job runs on.", async () => {
  const before = await runningJobs();
  const { preview } = await story.step(3);
  expect(Object.keys(preview.lines)).toEqual(["plain"]);
  expect(preview.lines.plain).toMatch(/^new version 2, starts clean \(SQL changed\)/u);
  const now = await runningJobs();
  expect(now.plain.record.version).toBe(2);
  expect(now.coded.flink.jid).toBe(before.coded.flink.jid);
});

test("A session that was killed is seen by preview and refresh; an update starts another, and the jobs go on from their state.", async () => {
  const [{ id }, { coded, plain, flink }] = [await ownSession(), await runningJobs()];
  for (const job of [coded, plain]) await flink.awaitCheckpoints(job.flink.jid, 1);
  await yarn.kill(id);
  const said = `${id} is KILLED: Application ${id} was killed by user dr.who; a new one is started, jobs resume from their latest state`;
  const refreshed = await story.refresh();
  expect(refreshed.code, refreshed.text).toBe(0);
  expect(refreshed.lines).toMatchObject({ "session cluster": said, coded: "it is NOT RUNNING" });
  const { preview } = await story.again();
  expect(preview.lines["session cluster"]).toBe(said);
  expect(preview.lines.coded).toMatch(/^resume from chk-\d+, N s old, version 1 stays/u);
  expect(preview.lines.plain).toMatch(/^resume from chk-\d+, N s old, version 2 stays/u);
  expect((await ownSession()).id).not.toBe(id);
  const now = await runningJobs();
  expect(await now.flink.restoredFrom(now.coded.flink.jid)).toContain(`/${coded.flink.jid}/chk-`);
  await expectNothingLost();
  await othersRun();
});

test("`pulumi destroy` stops the jobs with savepoints and ends the stack's session, and no other.", async () => {
  const destroyed = await story.destroy();
  expect(destroyed.code, destroyed.text).toBe(0);
  expect(await own()).toEqual([]);
  expect(await livingRoles(story.local)).toEqual([]);
  for (const job of JOBS)
    expect(await story.record(job)).toMatchObject({
      status: "deleted",
      savepoint: expect.stringContaining("/savepoint-"),
    });
  await othersRun();
});
