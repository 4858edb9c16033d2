/** A session is asked for each time: its JobManager moves, it ends, and a YARN is replaced by another one. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ClusterUnreachable } from "../../../provider/ask/cluster-reach.js";
import type { Session } from "../../../provider/resources/targets/target.js";
import { clusterNow } from "../../../provider/resources/targets/whereabouts.js";
import { refuseOtherYarn } from "../../../provider/resources/targets/yarn-sighting.js";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

/** Answers each path with JSON, or 404. */
async function serve(answer: (path: string) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    const json = answer(request.url ?? "");
    response.writeHead(json === undefined ? 404 : 200).end(JSON.stringify(json ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ID = "application_1_0001";

interface Known {
  readonly state: string;
  readonly amRPCAddress?: string;
}

/** A ResourceManager that knows one application, or none. */
function resourceManager(known: () => Known | undefined): Promise<string> {
  const base = { id: ID, name: "n", queue: "q", user: "u", startedTime: 1, applicationTags: "owner" };
  return serve((path) => {
    const application = known();
    if (path.startsWith(`/ws/v1/cluster/apps/${ID}`)) return application && { app: { ...base, ...application } };
    return { apps: application ? { app: [{ ...base, ...application }] } : null };
  });
}

/** As much of a JobManager as tells which application it belongs to. */
const jobManager = (id: string) =>
  serve((path) => (path === "/jobmanager/config" ? [{ key: "high-availability.cluster-id", value: id }] : undefined));

const sessionAt = (address: string, applicationId = ID): Session => ({
  resourceManagers: [address],
  wanted: { by: "tags", owner: "owner", settings: "settings" },
  owner: "owner",
  applicationId,
  leaves: [],
  lost: [],
});

const hostOf = (url: string) => url.replace("http://", "");

describe("where a session is now", () => {
  let known: Known | undefined;
  let session: Session;
  beforeEach(async () => {
    session = sessionAt(await resourceManager(() => known));
  });
  const now = async () => {
    const cluster = { target: "yarn", folder: "", restUrl: "http://the-address-of-before:1", session };
    const { jobManager, isDown } = await clusterNow(cluster, 1);
    return { restUrl: jobManager.address, isDown };
  };

  test("is where YARN says, also after its JobManager has started again elsewhere.", async () => {
    const [first, second] = [await jobManager(ID), await jobManager(ID)];
    known = { state: "RUNNING", amRPCAddress: hostOf(first) };
    expect(await now()).toEqual({ restUrl: first, isDown: false });
    known = { state: "RUNNING", amRPCAddress: hostOf(second) };
    expect(await now()).toEqual({ restUrl: second, isDown: false });
  });

  test.each<[string, Known | undefined]>([
    ["has ended, though YARN still tells its address", { state: "FINISHED", amRPCAddress: "127.0.0.1:1" }],
    ["was killed", { state: "KILLED" }],
    ["is no longer known", undefined],
  ])("is nowhere where it %s.", async (_, application) => {
    known = application;
    expect(await now()).toEqual({ restUrl: "", isDown: true });
  });

  test("cannot be told while YARN starts it again, nor where another JobManager answers at its address.", async () => {
    known = { state: "ACCEPTED" };
    await expect(now()).rejects.toThrow(ClusterUnreachable);
    known = { state: "RUNNING", amRPCAddress: hostOf(await jobManager("application_1_0002")) };
    await expect(now()).rejects.toThrow(`there is application_1_0002, not ${ID}`);
  });

  test("cannot be told where no ResourceManager answers: that is not an end.", async () => {
    session = sessionAt("http://127.0.0.1:9");
    await expect(now()).rejects.toThrow(ClusterUnreachable);
  });
});

describe("another YARN than before", () => {
  const empty = () => resourceManager(() => undefined);
  const alive = () => resourceManager(() => ({ state: "RUNNING" }));
  const silent = async () => "http://127.0.0.1:9";

  test.each([
    ["whose session still runs", alive, ID, `${ID} is RUNNING there`],
    ["whose session, known by its tag, still runs", alive, "", `${ID} is RUNNING there`],
    ["that nobody can ask", silent, ID, "connect ECONNREFUSED"],
  ])("is refused for one %s.", async (_, before, applicationId, cause) => {
    const old = await before();
    const refused = refuseOtherYarn(sessionAt(old, applicationId), sessionAt(await empty()), [], 1);
    await expect(refused).rejects.toMatchObject({
      code: "plan-refused",
      parts: { cause: expect.stringContaining(cause), fix: expect.stringContaining(`'yarn.lost[0]' ${old}`) },
    });
  });

  test("is taken where the session of before has ended, or a person says that the old one is gone.", async () => {
    const now = sessionAt(await empty());
    await refuseOtherYarn(sessionAt(await empty()), now, [], 1);
    await refuseOtherYarn(sessionAt(await resourceManager(() => ({ state: "KILLED" }))), now, [], 1);
    await refuseOtherYarn(sessionAt("http://127.0.0.1:9"), now, ["http://127.0.0.1:9"], 1);
  });

  test("is none where it knows the session: the same YARN has another address.", async () => {
    await refuseOtherYarn(sessionAt("http://127.0.0.1:9"), sessionAt(await alive()), [], 1);
  });

  test("is no question for a stack that has no session yet.", async () => {
    await refuseOtherYarn(undefined, sessionAt(await silent()), [], 1);
  });
});
