/** Between the look for a free port and the start of what listens there, another program may take it. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stopLocal } from "../../../provider/cluster/local/local.js";
import { localTarget } from "../../../provider/resources/targets/local-target.js";
import type { ClusterChecked } from "../../../provider/resources/targets/target.js";
import { gatewayAt, restAt } from "../../support/clients.js";
import { flinkHome } from "../../support/clusters/cluster.js";

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "taken-port-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await stopLocal(folder);
  await rm(folder, { recursive: true, force: true });
});

const given = () => ({
  target: "local" as const,
  self: "urn:pulumi:test::p::t::cluster",
  folder,
  flinkHome: flinkHome(),
  taskManagers: 1,
  slotsPerTaskManager: 1,
  jobManagerMemory: "1280m",
  taskManagerMemory: "2048m",
  properties: {},
  environment: [],
  store: `file://${folder}/store`,
  startSeconds: 120,
  savepointSeconds: 60,
  requestSeconds: 10,
});

/** As it is while another cluster starts: the port is free when it is looked at, and taken when Flink listens. */
async function taken(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
}

test.each([
  ["gateway", ({ gatewayPort }: ClusterChecked) => gatewayPort],
  ["JobManager", ({ restPort }: ClusterChecked) => restPort],
])("Where the port of the %s is taken, the cluster starts at another one.", async (_, portOf) => {
  const checked = await localTarget.check(given(), {});
  await taken(portOf(checked));
  const told: string[] = [];
  const up = await localTarget.bringUp(checked, (text) => told.push(text));
  expect(told).toContain("another program has taken a port of the cluster: starting at another one");
  expect(portOf(up)).not.toBe(portOf(checked));
  expect((await restAt(up.restUrl, 5000).taskManagers()).length).toBe(1);
  expect((await gatewayAt(up.gatewayUrl, 5000).info()).version).toMatch(/^\d/u);
});
