/** Progress on the line of a resource, as an engine gets it whose output nobody watches. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { tellEnd, tellProgress } from "../../../provider/resources/seam/engine-log.js";
import { isOnTerminal } from "../../../provider/resources/seam/terminal.js";
import { listenAsEngine } from "../../support/stories/engine.js";

test("A wait is told once in a while where nobody watches, and what happens once is told always.", async () => {
  const engine = await listenAsEngine();
  const progress = tellProgress("urn:waits");
  const waits = [1, 2, 3].map((second) => `session cluster: it does not answer yet, ${second} s`);
  const told = isOnTerminal(process.ppid) ? waits : waits.slice(0, 1);
  for (const text of waits) progress(text);
  progress("orders: not every source had a row within 20 s");
  await tellEnd("urn:waits", "session cluster: runs");
  await tellEnd("urn:other", "was not waited for");
  await sleep(300);
  engine.close();
  expect(engine.told.map(({ words }) => words)).toEqual([
    ...told,
    "orders: not every source had a row within 20 s",
    "session cluster: runs",
  ]);
});
