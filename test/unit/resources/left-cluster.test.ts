/** A local cluster that runs on though its folder's list of processes is gone or an old one, played by a local server. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClusterUnreachable } from "../../../provider/ask/cluster-reach.js";
import { writeProcesses } from "../../../provider/cluster/local/processes.js";
import { newStore } from "../../../provider/remember/store.js";
import { refuseLeftCluster } from "../../../provider/resources/targets/left-cluster.js";
import { localTarget } from "../../../provider/resources/targets/local-target.js";
import type { ClusterChecked } from "../../../provider/resources/targets/target.js";
import { clusterNow, locateCluster } from "../../../provider/resources/targets/whereabouts.js";
import { connectionTo } from "../../support/clients.js";
import { aRecord } from "../../support/decide/a-record.js";

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "left-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

/** Answers with these bodies, by path; `undefined`: never. Other paths are answered 404. */
async function listening(answers: Readonly<Record<string, unknown>> | undefined): Promise<string> {
  const server = createServer(({ url = "" }, answer) => {
    if (!answers) return;
    answer.writeHead(url in answers ? 200 : 404).end(JSON.stringify(answers[url] ?? {}));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const flinkIn = (where: string) =>
  listening({
    "/jobmanager/environment": { jvm: { options: ["-Xmx1g", `-Dlog.file=${resolve(where)}/log/x.log`] } },
    "/jobs/overview": { jobs: [] },
  });
const own = () => flinkIn(folder);
const foreign = () => flinkIn(`${folder}-other`);
const program = () => listening({});
const page = () => listening({ "/jobs/overview": "a page", "/jobmanager/environment": "a page" });
const frozen = () => listening(undefined);
const nobody = async () => "http://127.0.0.1:9";

const portOf = (restUrl: string) => Number(new URL(restUrl).port);

/** A list of processes that have ended, as of a backup. */
async function oldList(restPort = 9): Promise<void> {
  const processes = [{ role: "jobmanager", pid: 1, startTime: "long ago" }];
  await writeProcesses(folder, { configuration: "x", ports: { restPort, gatewayPort: 9, rpcPort: 9 }, processes });
}

const listGone = async () => undefined;
const ways = [
  ["asked for by its jobs", (restUrl: string) => clusterNow({ target: "local", folder, restUrl }, 0.3)],
  [
    "named by a record",
    (restUrl: string) =>
      locateCluster({ target: "local", folder, restUrl, host: hostname() }, [], connectionTo(restUrl, 300)),
  ],
] as const;

describe.each(ways)("A local cluster, %s,", (_, look) => {
  it.each([
    ["gone, and its Flink answers", listGone, own, false],
    ["gone, and another folder's Flink answers", listGone, foreign, true],
    ["gone, and another program answers", listGone, program, true],
    ["gone, and a web page answers", listGone, page, true],
    ["gone, and nobody listens", listGone, nobody, true],
    ["an old one, and its Flink answers", oldList, own, false],
    ["an old one, and another folder's Flink answers", oldList, foreign, true],
    ["an old one, and nobody listens", oldList, nobody, true],
    ["an old one, and who listens does not answer", oldList, frozen, true],
  ])("whose list of processes is %s", async (_words, list, who, isDown) => {
    await list();
    const restUrl = await who();
    const found = await look(restUrl);
    expect([found.jobManager.address, found.isDown]).toEqual([restUrl, isDown]);
  });

  it("whose list of processes is gone, and which does not answer, may run.", async () => {
    await expect(look(await frozen())).rejects.toThrow(ClusterUnreachable);
  });
});

function clusterAt(restUrl: string, parts: Partial<ClusterChecked> = {}): ClusterChecked {
  const memory = { jobManagerMemory: "1g", taskManagerMemory: "1g" };
  const limits = { startSeconds: 1, savepointSeconds: 1, requestSeconds: 1 };
  const ports = { restPort: portOf(restUrl), gatewayPort: 9, rpcPort: 9 };
  const size = { taskManagers: 1, slotsPerTaskManager: 1, properties: {}, environment: [], storeOptions: {} };
  const store = pathToFileURL(join(folder, "store")).href;
  const given = { target: "local" as const, self: "", folder, flinkHome: "/nowhere", store, gatewayUrl: "" };
  return { ...given, ...memory, ...limits, ...ports, ...size, restUrl, activity: "none", plan: "", ...parts };
}

describe("The end of a stack", () => {
  const end = (restUrl: string) => localTarget.remove(clusterAt(restUrl), () => undefined);

  it.each([
    ["gone", listGone],
    ["an old one", oldList],
  ])("is refused where its cluster runs on and the list is %s", async (_, list) => {
    await list();
    const restUrl = await own();
    await expect(end(restUrl)).rejects.toMatchObject({
      code: "plan-refused",
      parts: {
        what: `the session cluster runs at ${restUrl}, and ${folder} does not know its processes any more; it was not ended`,
        fix: `end those processes with \`pkill -f -- -Dlog.file=${folder}/\`, then run \`pulumi destroy\` again`,
      },
    });
  });

  it.each([
    ["another folder's Flink", foreign],
    ["another program", program],
    ["nobody", nobody],
  ])("comes where %s is at its address", async (_, who) => {
    const restUrl = await who();
    await expect(end(restUrl)).resolves.toBeUndefined();
    await oldList();
    await expect(end(restUrl)).resolves.toBeUndefined();
  });
});

describe("No second cluster is started beside one that runs, with an old list of processes,", () => {
  const start = (before: { restPort?: number } = {}, jobs: string[] = []) =>
    refuseLeftCluster(clusterAt("http://127.0.0.1:9", { jobs }), before);
  const refusal = / runs at http:\/\/127\.0\.0\.1:\d+, and .*; nothing was started\n.*is an older one/u;

  it("at the address that the stack knows", async () => {
    await oldList();
    await expect(start({ restPort: portOf(await own()) })).rejects.toThrow(refusal);
  });

  it("at that of the list", async () => {
    await oldList(portOf(await own()));
    await expect(start()).rejects.toThrow(refusal);
  });

  it("at that of a job's record", async () => {
    await oldList();
    const cluster = { target: "local", restUrl: await own(), host: hostname(), folder };
    const record = aRecord({ cluster }, { resourceId: "orders-1" });
    await newStore(pathToFileURL(join(folder, "store")).href).write("orders", record, undefined);
    await expect(start({}, ["orders"])).rejects.toThrow(refusal);
  });

  it("nor where the list is gone, and who listens at the address of before does not answer", async () => {
    await expect(start({ restPort: portOf(await frozen()) })).rejects.toThrow(
      /may run: at http:\/\/127\.0\.0\.1:\d+, where it ran, somebody listens who does not answer, .*; nothing was started/u,
    );
    await oldList();
    await expect(start({ restPort: portOf(await frozen()) })).resolves.toBeUndefined();
  }, 30_000);

  it("but where nobody listens, or another folder's Flink, it is", async () => {
    const port = portOf(await foreign());
    await oldList(port);
    await expect(start({ restPort: port })).resolves.toBeUndefined();
    await oldList();
    await expect(start({ restPort: 9 })).resolves.toBeUndefined();
  });
});
