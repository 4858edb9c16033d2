/** Progress on the line of a resource, as an engine gets it whose output nobody watches. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { tellProgress } from "../../provider/engine-log.js";
import { isOnTerminal } from "../../provider/process/terminal.js";
import { listenAsEngine } from "../support/engine.js";

test.skipIf(isOnTerminal(process.ppid))(
  "A wait is told once in a while where nobody watches, and what happens once is told always.",
  async () => {
    const engine = await listenAsEngine();
    const progress = tellProgress("urn:waits");
    progress("starting jobmanager");
    const waits = [1, 2, 3].map((second) => `session cluster: it does not answer yet, ${second} s`);
    for (const text of waits) progress(text);
    progress("orders: not every source had a row within 20 s; the stream may be quiet");
    await sleep(300);
    engine.close();
    expect(engine.told.map(({ words }) => words)).toEqual([
      "starting jobmanager",
      "orders: not every source had a row within 20 s; the stream may be quiet",
    ]);
  },
);
