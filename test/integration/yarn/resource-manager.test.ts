/** What ResourceManagers, and whatever else answers at their addresses, may say; a real YARN is in the project e2e-yarn. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { resourceManagersAt } from "../../support/clients.js";

const servers: Server[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "resource-manager-"));
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  await execa("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...names, ...files]);
});
afterAll(async () => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  delete process.env.YARN_REST_HEADERS;
});

async function listen(server: Server, scheme = "http"): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

async function serveTls(listener: RequestListener): Promise<string> {
  const [key, cert] = await Promise.all(["key", "cert"].map((name) => readFile(join(folder, `${name}.pem`))));
  return listen(createTlsServer({ key, cert }, listener), "https");
}

const asked = (addresses: readonly string[], caFile?: string) =>
  resourceManagersAt(addresses, { timeoutMs: 500, caFile }).flinkApplications();

const APPLICATION = {
  id: "application_1_0001",
  name: "Flink session cluster",
  queue: "default",
  user: "etl",
  state: "RUNNING",
  startedTime: 1,
  amRPCAddress: "node-7:41234",
  trackingUrl: "http://rm:8088/proxy/application_1_0001/",
  applicationTags: "a,b",
};

const works: RequestListener = (_, answer) => void answer.end(JSON.stringify({ apps: { app: [APPLICATION] } }));
const standby: RequestListener = (_, answer) =>
  void answer
    .writeHead(307, { location: "http://rm2.internal:8088/ws/v1/cluster/apps" })
    .end("This is standby RM. The redirect url is: http://rm2.internal:8088/ws/v1/cluster/apps");
const silent: RequestListener = () => undefined;
const page: RequestListener = (_, answer) => void answer.end("<html><head><title>Grafana</title></head></html>");
const negotiate: RequestListener = (_, answer) =>
  void answer.writeHead(401, { "www-authenticate": "Negotiate" }).end("<html>Authentication required</html>");

test("The first that works is taken; what the others say does not matter.", async () => {
  const addresses = await Promise.all([standby, silent, page, works].map(serve));
  expect(await asked(["http://127.0.0.1:9", ...addresses])).toMatchObject([
    {
      id: "application_1_0001",
      restAddress: "node-7:41234",
      proxyUrl: "http://rm:8088/proxy/application_1_0001",
      tags: ["a", "b"],
    },
  ]);
});

test("The one that worked is asked first the next time.", async () => {
  let count = 0;
  const first = await serve((request, answer) => {
    count++;
    standby(request, answer);
  });
  const yarn = resourceManagersAt([first, await serve(works)], { timeoutMs: 500, caFile: undefined });
  for (let i = 0; i < 3; i++) await yarn.flinkApplications();
  expect(count).toBe(1);
});

test.each<[string, RequestListener, RegExp, RegExp]>([
  ["a standby", standby, /it is a standby/u, /list all ResourceManagers/u],
  ["nobody who answers in time", silent, /aborted|timeout/iu, /can reach these addresses/u],
  ["a page of something else", page, /200, not JSON: Grafana/u, /port 8088/u],
  ["one that wants Kerberos", negotiate, /401, it asks for Negotiate/u, /kinit.*YARN_REST_HEADERS/u],
  [
    "one that wants a password",
    (_, answer) => void answer.writeHead(401, { "www-authenticate": 'Basic realm="hue"' }).end(),
    /401, it asks for Basic/u,
    /YARN_REST_HEADERS/u,
  ],
  [
    "a proxy that leads to its login",
    (_, answer) => void answer.writeHead(302, { location: "https://login.example.com" }).end(),
    /302, it redirects to https:\/\/login\.example\.com/u,
    /yarn\.resourceManagers/u,
  ],
  [
    "one that refuses",
    (_, answer) =>
      void answer
        .writeHead(403)
        .end('{"RemoteException":{"exception":"ForbiddenException","message":"not you","javaClassName":"x"}}'),
    /answered 403: not you/u,
    /ResourceManager's answer/u,
  ],
])("%s is told as that, with the way out.", async (_, listener, said, fix) => {
  const address = await serve(listener);
  const error = await asked([address]).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.stringMatching(said), fix: expect.stringMatching(fix) });
  expect(String(error)).toContain(address);
});

describe("TLS", () => {
  test("A certificate of nobody is an error that names the key for its authority, with which it works.", async () => {
    const address = await serveTls(works);
    await expect(asked([address])).rejects.toMatchObject({ fix: expect.stringContaining("yarn.caFile") });
    expect(await asked([address], join(folder, "cert.pem"))).toHaveLength(1);
  });

  test("A file of certificates that is not there is an error of the same key.", async () => {
    const address = await serveTls(works);
    await expect(asked([address], join(folder, "none.pem"))).rejects.toMatchObject({
      message: expect.stringContaining("none.pem"),
      fix: expect.stringContaining("yarn.caFile"),
    });
  });

  test("https at a port for http says so.", async () => {
    const address = (await serve(works)).replace("http:", "https:");
    await expect(asked([address])).rejects.toMatchObject({ fix: expect.stringContaining("http or https") });
  });
});

test("Headers of the environment go along, and into no message.", async () => {
  process.env.YARN_REST_HEADERS = "Cookie: hadoop.auth=secret-ticket\nX-Token: other";
  const address = await serve((request, answer) => {
    const isKnown = request.headers.cookie === "hadoop.auth=secret-ticket" && request.headers["x-token"] === "other";
    return isKnown ? works(request, answer) : negotiate(request, answer);
  });
  expect(await asked([address])).toHaveLength(1);
  const refused = await serve(negotiate);
  const error = await asked([refused]).catch((thrown: unknown) => thrown);
  expect(JSON.stringify(error) + String(error)).not.toContain("secret-ticket");
});

test("Which of them worked is remembered for those headers only.", async () => {
  let count = 0;
  const first = await serve((request, answer) => {
    count++;
    standby(request, answer);
  });
  const addresses = [first, await serve(works)];
  for (const ticket of ["one", "one", "two", "two"]) {
    process.env.YARN_REST_HEADERS = `Cookie: hadoop.auth=${ticket}`;
    await asked(addresses);
  }
  expect(count).toBe(2);
});

test("What an older YARN says of nothing is nothing.", async () => {
  const address = await serve((_, answer) => void answer.end('{"apps":null}'));
  expect(await asked([address])).toEqual([]);
});
