/** A cluster that must restart, with jobs on it that the store does not know, because it is not the store they were deployed with. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { refuseUnknownJobs } from "../../../provider/resources/targets/unknown-jobs.js";
import { connectionTo } from "../../support/clients.js";

const root = mkdtempSync(join(tmpdir(), "unknown-jobs-"));
const store = pathToFileURL(join(root, "mistyped")).href;
let server: Server;
let restUrl: string;

beforeAll(async () => {
  const tasks = { total: 1, running: 1, finished: 0 };
  const jobs = [{ jid: "0a", name: "orders", state: "RUNNING", "start-time": 1, "end-time": -1, tasks }];
  server = createServer((_, answer) => void answer.end(JSON.stringify({ jobs })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  restUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

async function refusal(storeBefore?: string): Promise<UserError> {
  const limits = { savepointSeconds: 5, startSeconds: 5 };
  const refused = await refuseUnknownJobs(
    { store, storeBefore, knownJobs: ["orders"], ...limits },
    connectionTo(restUrl),
  ).catch((error: unknown) => error);
  return refused instanceof UserError ? refused : expect.fail(String(refused));
}

test("The store of the last update is named, and how to set it back.", async () => {
  const { code, parts } = await refusal("file:///srv/store");
  expect(code).toBe("plan-refused");
  expect(parts.what).toContain("jobs run on it that the store does not know: orders (0a); nothing was stopped");
  expect(parts.what).toContain(`deployed its jobs with the store file:///srv/store, and \`store\` is ${store} now`);
  expect(parts.fix).toMatch(/^set it back: pulumi config set store file:\/\/\/srv\/store /u);
});

test("With the same store as before they are jobs of somebody else.", async () => {
  expect((await refusal()).parts.fix).toBe("stop them first, or deploy them with a manifest");
});
