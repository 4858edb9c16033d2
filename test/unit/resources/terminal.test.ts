/** How often somebody who does not watch a terminal is told that work goes on. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { isOnTerminal, Pace, UNWATCHED_MS } from "../../../provider/resources/seam/terminal.js";
import { until } from "../../support/until.js";

test("Of a text for each second one in ten is told, for each resource by itself.", () => {
  const pace = new Pace(UNWATCHED_MS);
  const told = (resource: string) =>
    Array.from({ length: 31 }, (_, second) => second).filter((second) => pace.isDue(resource, second * 1000));
  expect(pace.hasTold("cluster")).toBe(false);
  expect(told("cluster")).toEqual([0, 10, 20, 30]);
  expect(pace.hasTold("cluster")).toBe(true);
  expect(told("orders")).toEqual([0, 10, 20, 30]);
});

test("On a terminal every text is told.", () => {
  const pace = new Pace(0);
  expect([0, 1, 2].map((second) => pace.isDue("cluster", second))).toEqual([true, true, true]);
});

test.each<[string, string, string[], boolean]>([
  ["into a pipe", "sleep", ["60"], false],
  ["on a terminal", "script", ["-qefc", "exec sleep 60", "/dev/null"], true],
])("A process that writes %s is told from others.", async (_, program, args, expected) => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  await once(child, "spawn");
  try {
    const pid = expected ? await childOf(child.pid ?? 0) : (child.pid ?? 0);
    // Between its fork and its own program it has the output of the one that started it.
    await until(`${expected}`, 5, async () => (isOnTerminal(pid) === expected ? true : undefined));
  } finally {
    child.kill();
  }
});

async function childOf(parent: number): Promise<number> {
  for (;;) {
    const list = spawn("ps", ["-o", "pid=", "--ppid", String(parent)], { stdio: ["ignore", "pipe", "ignore"] });
    const [text] = await Promise.all([once(list.stdout, "data").catch(() => [""]), once(list, "close")]);
    const pid = Number(String(text));
    if (pid > 0) return pid;
  }
}
