/** Target `remote`: a cluster that somebody else runs, at given addresses. */

import { reasonOf, UserError } from "../../decide/index.js";
import { connectionsOf } from "../../flink/index.js";
import { UNKNOWN } from "../seam/dynamic.js";
import { wasStartedIn } from "./left-cluster.js";
import { reach } from "./reach.js";
import type { ClusterBefore, ClusterChecked, ClusterGiven, Target } from "./target.js";

export const remoteTarget: Target = {
  check,
  async checkStart() {},
  async bringUp(cluster) {
    return cluster;
  },
  async remove() {},
};

async function check(given: ClusterGiven, before: ClusterBefore): Promise<ClusterChecked> {
  const { restUrl = "", gatewayUrl = "" } = given;
  const connections = connectionsOf({ ...given, restUrl, gatewayUrl }, given.requestSeconds);
  if (
    before.target === "local" &&
    before.folder !== undefined &&
    (await wasStartedIn(before.folder, connections.jobManager))
  )
    throw new UserError("plan-refused", {
      what: `the session cluster at ${restUrl} is this stack's own local one, which ends when the stack leaves it; nothing was touched`,
      fix: "set the configuration key `target` back to local, or let `restUrl` and `gatewayUrl` name another cluster",
    });
  const isKnown = restUrl !== UNKNOWN && gatewayUrl !== UNKNOWN;
  const unreachable = isKnown
    ? await reach(connections).then(
        () => undefined,
        (error: unknown) => reasonOf(error),
      )
    : "its address is not known yet";
  const activity = unreachable === undefined ? "none" : "unreachable";
  const plan =
    unreachable === undefined ? "session cluster: attached" : `session cluster: cannot be reached now: ${unreachable}`;
  const ports = { restPort: 0, gatewayPort: 0, rpcPort: 0 };
  return { ...given, restUrl, gatewayUrl, ...ports, storeOptions: {}, activity, plan };
}
