/** Which ports a local cluster takes. */

import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePorts } from "../../../provider/cluster/local/ports.js";
import { freeRandomPorts, isFree } from "../../support/servers/free-port.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const take = (port: number) =>
  new Promise<void>((resolve) => {
    const server = createServer();
    servers.push(server);
    server.once("error", () => resolve());
    server.listen(port, "127.0.0.1", resolve);
  });

test("With Flink's usual ports taken, a folder's cluster takes the same others each time, and another folder's different ones.", async () => {
  for (const port of [8081, 8083, 6123]) await take(port);
  const one = await freePorts({}, {}, "/a/.local/dev");
  expect(await freePorts({}, {}, "/a/.local/dev")).toEqual(one);
  expect(await freePorts({}, {}, "/b/.local/dev")).not.toEqual(one);
  expect(new Set(Object.values(one)).size).toBe(3);
});

test("The ports of before stay as far as they are free.", async () => {
  const [restPort = 0, gatewayPort = 0, rpcPort = 0] = await freeRandomPorts(3);
  const before = { restPort, gatewayPort, rpcPort };
  expect(await freePorts(before, {}, "/a/.local/dev")).toEqual(before);
  await take(gatewayPort);
  const now = await freePorts(before, {}, "/a/.local/dev");
  expect(now).toMatchObject({ restPort, rpcPort });
  expect(now.gatewayPort).not.toBe(gatewayPort);
});

test("No port has two roles, not even one that is held while nobody listens.", async () => {
  const [port = 0] = await freeRandomPorts(1);
  const ports = await freePorts({ gatewayPort: port, rpcPort: port }, { restPort: port });
  expect(new Set(Object.values(ports)).size).toBe(3);
});

test("What processes that live hold stays theirs, though it is not free.", async () => {
  const held = { restPort: 18_081, rpcPort: 16_123 };
  await take(held.restPort);
  expect(await freePorts({ gatewayPort: undefined }, held)).toMatchObject(held);
});

test("A port that was given out just now is free until somebody listens.", async () => {
  const [port = 0] = await freeRandomPorts(1);
  expect(await isFree(port)).toBe(true);
  await take(port);
  expect(await isFree(port)).toBe(false);
});
