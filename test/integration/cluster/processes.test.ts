/** Processes that outlive the program that started them, and are found again. */

import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  isProcessAlive,
  posixStartTime,
  readProcesses,
  type Started,
  startedProcess,
  startProcess,
  stopProcess,
  writeProcesses,
} from "../../../provider/cluster/local/processes.js";
import { until } from "../../support/until.js";

let folder: string;
const started: Started[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "processes-"));
});
afterAll(async () => {
  for (const one of started) await stopProcess(one);
  await rm(folder, { recursive: true, force: true });
});

async function start(script: string): Promise<Started> {
  const one = await startProcess(
    "shell",
    "sh",
    ["-c", script],
    { PATH: process.env.PATH ?? "", WORD: "it's $HOME" },
    join(folder, "log"),
  );
  started.push(one);
  return one;
}

test("A process runs on by itself, is found again by what is on the disk, and ends when asked.", async () => {
  const one = await start("exec sleep 600");
  await writeProcesses(folder, { configuration: "abc", processes: [one] });
  const { processes, configuration } = await readProcesses(folder);
  expect({ processes, configuration }).toEqual({ processes: [one], configuration: "abc" });
  expect(await isProcessAlive(processes[0] as Started)).toBe(true);
  await stopProcess(processes[0] as Started);
  expect(await isProcessAlive(one)).toBe(false);
  expect(() => process.kill(one.pid, 0)).toThrow("ESRCH");
});

test("A process with the same number that was started at another time is not ours, and is left alone.", async () => {
  const one = await start("exec sleep 600");
  const earlier = { ...one, startTime: "1" };
  expect(await isProcessAlive(earlier)).toBe(false);
  await stopProcess(earlier);
  expect(await isProcessAlive(one)).toBe(true);
});

test("A process that does not listen is made to end.", async () => {
  const one = await start("trap '' TERM; echo deaf; while :; do sleep 0.2; done");
  await until("the trap", 10, async () => ((await logText()).includes("deaf") ? true : undefined));
  const since = Date.now();
  await stopProcess(one);
  expect(Date.now() - since).toBeGreaterThan(9000);
  expect(await isProcessAlive(one)).toBe(false);
});

test("Variables and output reach where they should.", async () => {
  await start('printf "<%s>" "$WORD"');
  await until("the output", 10, async () => ((await logText()).includes("<it's $HOME>") ? true : undefined));
});

test("A program that is not there is an error, not a process.", async () => {
  await expect(startProcess("none", join(folder, "none"), [], {}, join(folder, "log"))).rejects.toThrow("ENOENT");
});

test("Where there is no /proc, ps tells the start time of a process, and nothing of one that has ended.", async () => {
  const one = await start("exec sleep 600");
  const time = await posixStartTime(one.pid);
  expect(Math.abs(Date.parse(`${time}`) - Date.now())).toBeLessThan(60_000);
  expect(await posixStartTime(one.pid)).toBe(time);
  await stopProcess(one);
  expect(await posixStartTime(one.pid)).toBeUndefined();
});

test("A folder in which nothing was started has no processes.", async () => {
  expect(await readProcesses(join(folder, "new"))).toEqual({ configuration: "", processes: [] });
});

test("A copied folder has none of the processes, which are those of the folder that it was copied from; a moved one has them.", async () => {
  const [own, copy, moved, link] = ["own", "copy", "moved", "link"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  await mkdir(own);
  await writeProcesses(own, { configuration: "abc", processes: [await start("exec sleep 600")] });
  const rolesIn = async (path: string) => (await readProcesses(path)).processes.map(({ role }) => role);
  await cp(own, copy, { recursive: true });
  await symlink(own, link);
  expect([await rolesIn(own), await rolesIn(copy), await rolesIn(link)]).toEqual([["shell"], [], ["shell"]]);
  await rename(own, moved);
  expect(await rolesIn(moved)).toEqual(["shell"]);
});

const logText = () => readFile(join(folder, "log"), "utf8");

test("A provider process ends by itself after its engine was killed.", async () => {
  const engine = await start("provider/process/pulumi-resource-pulumi-nodejs 127.0.0.1:1 & echo provider $!; wait");
  const pid = await until("start of the provider", 60, async () => {
    const [, pid, port] = /provider (\d+)\n(\d+)\n/u.exec(await logText()) ?? [];
    return port ? Number(pid) : undefined;
  });
  const provider = await startedProcess("provider", pid);
  expect(await isProcessAlive(provider)).toBe(true);
  process.kill(engine.pid, "SIGKILL");
  await until("end of the provider", 20, async () => !(await isProcessAlive(provider)) || undefined);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "A provider process that %s finds at work ends within 30 s, and says so.",
  {
    timeout: 60_000,
  },
  async (signal) => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const port = (silent.address() as AddressInfo).port;
    const program = `
    const hooks = require("./provider/compiled.cjs")("provider/process/piece.ts");
    const url = "http://127.0.0.1:${port}";
    const cluster = { target: "remote", self: "urn", restUrl: url, gatewayUrl: url, folder: "x", flinkHome: "",
      taskManagers: 1, slotsPerTaskManager: 1, jobManagerMemory: "", taskManagerMemory: "", properties: {}, store: "file:///x",
      startSeconds: 600, savepointSeconds: 600, requestSeconds: 600 };
    hooks["session-cluster"].check({}, cluster);
    console.log("at work");`;
    const child = execa("node", ["-e", program, "program", "127.0.0.1:1"], { reject: false });
    await new Promise<void>((resolve) =>
      child.stdout.on("data", (data) => String(data).includes("at work") && resolve()),
    );
    const since = Date.now();
    // Not child.kill, which has it killed for good after some seconds.
    process.kill(child.pid ?? 0, signal);
    const { exitCode, stderr } = await child;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cancelled: stopped after 20 s during check of session-cluster");
    expect(Date.now() - since).toBeLessThan(30_000);
    silent.close();
  },
);
