/** Target `remote`: a cluster that somebody else runs, at given addresses. */

import { reasonOf } from "../core/errors.js";
import { reach } from "./reach.js";
import type { Checked, Given, Target } from "./target.js";

export const remoteTarget: Target = {
  check,
  async checkStart() {},
  async bringUp(cluster) {
    return cluster;
  },
  async remove() {},
};

async function check(given: Given): Promise<Checked> {
  const { restUrl = "", gatewayUrl = "" } = given;
  const unreachable = await reach(restUrl, gatewayUrl, given.requestSeconds * 1000).then(
    () => undefined,
    (error: unknown) => reasonOf(error),
  );
  const activity = unreachable === undefined ? "none" : "unreachable";
  const plan =
    unreachable === undefined ? "session cluster: attached" : `session cluster: cannot be reached now: ${unreachable}`;
  const ports = { restPort: 0, gatewayPort: 0, rpcPort: 0 };
  return { ...given, restUrl, gatewayUrl, ...ports, storeOptions: {}, activity, plan };
}
