/** RESOURCE SessionCluster: a Flink session cluster, started or found; what its kinds do is in targets/. */

import type { Output, ResourceOptions } from "@pulumi/pulumi";
import { all } from "@pulumi/pulumi/output.js";
import { compareNames, lookAhead } from "../ask/index.js";
import { runningPorts } from "../cluster/index.js";
import { reasonOf, shortHash, UserError } from "../decide/index.js";
import { connectionsOf, FlinkRest } from "../flink/index.js";
import { keepSessionsFor } from "../prove/index.js";
import { openStore } from "../remember/index.js";
import type { ClusterAsGiven, ClusterOfJobs, SessionClusterArgs } from "./arguments.js";
import { DynamicResource, type Hooks, providerOf, UNKNOWN } from "./seam/dynamic.js";
import { tell, tellEnd, tellProgress } from "./seam/engine-log.js";
import { Findings } from "./seam/findings.js";
import { argumentsAs, inputsAs } from "./seam/inputs.js";
import { packed } from "./seam/packed.js";
import { collectRefusals } from "./seam/refusals.js";
import { localTarget } from "./targets/local-target.js";
import { reach } from "./targets/reach.js";
import { remoteTarget } from "./targets/remote-target.js";
import {
  type Activity,
  ClusterBefore,
  ClusterChecked,
  ClusterGiven,
  type Session,
  type Target,
} from "./targets/target.js";
import { yarnTarget } from "./targets/yarn-target.js";
import { asGiven, clusterWire } from "./wire.js";

const TARGETS: Readonly<Record<ClusterGiven["target"], Target>> = {
  local: localTarget,
  remote: remoteTarget,
  yarn: yarnTarget,
};

export class SessionCluster extends DynamicResource implements ClusterOfJobs {
  /** JobManager's REST address. */
  declare readonly restUrl: Output<string>;
  declare readonly gatewayUrl: Output<string>;
  declare readonly activity: Output<Activity>;
  declare readonly folder: Output<string>;
  declare readonly target: Output<ClusterGiven["target"]>;
  /** On YARN: how the session is found again. */
  declare readonly session: Output<Session | undefined>;
  declare readonly flinkVersion: Output<string>;
  /** Task slots in all. */
  declare readonly slots: Output<number>;
  /** What its jobs keep of it, made once for all of them; see packed.ts. */
  readonly packed: Output<string>;
  readonly packedSession: Output<string> | undefined;
  readonly given: ClusterAsGiven;

  constructor(name: string, args: SessionClusterArgs, options?: ResourceOptions) {
    const computed = {
      activity: undefined,
      plan: undefined,
      restPort: undefined,
      rpcPort: undefined,
      gatewayPort: undefined,
      storeOptions: undefined,
      session: undefined,
      knownJobs: undefined,
    };
    const wire = clusterWire(name, args, options?.parent);
    const outputs = { flinkVersion: undefined, slots: undefined };
    const props = { restUrl: undefined, gatewayUrl: undefined, ...wire, ...computed, ...outputs };
    super(providerOf("session-cluster"), name, props, options, "flink", "SessionCluster");
    const { restUrl, gatewayUrl, activity, target, folder } = this;
    this.packed = all({ restUrl, gatewayUrl, activity, target, folder }).apply(packed);
    this.packedSession = args.yarn && this.session.apply((session) => (session === undefined ? "" : packed(session)));
    this.given = asGiven(args);
  }
}

/** Inputs too, by which the jobs are planned while the cluster changes. */
const findings = new Findings<ClusterChecked>();

export const hooks: Hooks = {
  async check(olds, news) {
    const found = argumentsAs(ClusterGiven, news);
    if ("failures" in found) return { inputs: news, failures: found.failures };
    const { isPreview, ignoredKeys = [], ...given } = found.given;
    keepSessionsFor(isPreview === false ? "update" : "preview");
    collectRefusals(isPreview === true && given.jobs !== undefined);
    const before = ClusterBefore.safeParse(olds).data ?? {};
    if (ignoredKeys.length > 0) await tell(given.self, ignoredWords(given, ignoredKeys), "warning");
    const comparing = given.compareWith && compareNames(given.compareWith, given.compareWith.names);
    try {
      const target = TARGETS[given.target];
      const folder = await foundAgain(given.folder, before.folder);
      const knownJobs = given.jobs && [...new Set([...given.jobs, ...(before.jobs ?? [])])];
      const known = { ...(knownJobs && { knownJobs }), ...storeBefore(given.store, before.store) };
      const checked = { ...(await target.check({ ...given, folder }, before)), ...known };
      if (checked.activity !== "none") await target.checkStart(checked);
      const isWarning = checked.activity === "unreachable" || checked.activity === "read-only";
      if (checked.activity !== "none") await tell(given.self, checked.plan, isWarning ? "warning" : "info");
      const remark = await comparing;
      if (remark) await tell(given.self, remark.words, remark.severity);
      // A cluster that changes has the jobs' records written again before they are checked.
      if (checked.activity === "none" && given.jobs && !given.store.includes(UNKNOWN))
        lookAhead(
          given.jobs,
          openStore(given.store),
          new FlinkRest(connectionsOf(checked, given.requestSeconds).jobManager),
        );
      findings.note(given.self, checked);
      return { inputs: checked };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { inputs: given, failures: [{ property: "", reason: error.message }] };
    }
  },

  async diff(_id, olds, news) {
    const [old, given] = [ClusterChecked.partial().safeParse(olds).data ?? {}, inputsAs(ClusterChecked, news)];
    const now = findings.latest(given.self) ?? given;
    const changes =
      now.activity !== "none" ||
      old.restUrl !== now.restUrl ||
      old.gatewayUrl !== now.gatewayUrl ||
      old.session?.applicationId !== now.session?.applicationId ||
      old.target !== now.target;
    return { changes, replaces: old.target === now.target ? [] : ["target"], deleteBeforeReplace: true };
  },

  async create(inputs) {
    const cluster = inputsAs(ClusterChecked, inputs);
    return { id: `${cluster.target}-${shortHash(cluster.self)}`, outs: await bringUp(cluster) };
  },

  async update(_id, _olds, news) {
    return { outs: await bringUp(inputsAs(ClusterChecked, news)) };
  },

  async delete(_id, props) {
    const cluster = inputsAs(ClusterChecked, props);
    await TARGETS[cluster.target].remove(cluster, tellProgress(cluster.self));
  },

  async read(id, props) {
    const cluster = inputsAs(ClusterChecked, props);
    findings.forget(cluster.self);
    return { id, props: { ...(props as object), activity: await activityNow(cluster) } };
  },
};

/** Of a bucket that is yet to be made the address is not known. */
function storeBefore(now: string, before: string | undefined): Pick<ClusterChecked, "storeBefore"> {
  const isOther = before !== undefined && before !== now && ![now, before].some((store) => store.includes(UNKNOWN));
  return isOther ? { storeBefore: before } : {};
}

/** Somebody who sets a key expects it to do something. */
function ignoredWords({ target, yarn }: Pick<ClusterGiven, "target" | "yarn">, keys: readonly string[]): string {
  const which = yarn && !yarn.start ? "with a session that the stack does not start" : "";
  const whole = `target ${target}${which && ` ${which}`}`;
  return `session cluster: ${keys.join(", ")}: ignored by ${whole}; remove ${keys.length === 1 ? "the key" : "these keys"}, or correct \`target\``;
}

/** After a rename of the stack, what was started in its folder of before is still that stack's. */
async function foundAgain(folder: string, before: string | undefined): Promise<string> {
  if (before === undefined || before === folder || (await runningPorts(folder))) return folder;
  return (await runningPorts(before)) ? before : folder;
}

/** A refresh tells what is wrong, and goes on. */
async function activityNow(cluster: ClusterChecked): Promise<Activity> {
  try {
    const { activity, plan } = await TARGETS[cluster.target].check(cluster, cluster);
    if (activity !== "none") await tell(cluster.self, plan, "warning");
    return activity;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await tell(cluster.self, error.message, "warning");
    return "unreachable";
  }
}

/** Makes what the check found missing, and gives the outputs of a cluster that answers. */
async function bringUp(cluster: ClusterChecked): Promise<ClusterChecked & { flinkVersion: string; slots: number }> {
  const up = await TARGETS[cluster.target].bringUp(cluster, tellProgress(cluster.self));
  try {
    const found = await reach(connectionsOf(up, up.requestSeconds));
    await tellEnd(cluster.self, "session cluster: runs");
    return { ...up, activity: "none", plan: "session cluster: runs", ...found };
  } catch (error) {
    throw new UserError("cluster-unreachable", {
      what: `the session cluster cannot be reached at ${[up.restUrl, up.gatewayUrl].filter(Boolean).join(" and ")}; no job was touched`,
      cause: reasonOf(error),
      fix: "check the configuration keys `restUrl` and `gatewayUrl`, and that this machine can reach them",
    });
  }
}
