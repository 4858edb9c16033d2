/** RESOURCE SessionCluster: a Flink session cluster with a SQL Gateway, started on this machine or found at an address. */

import type { Input, Output, ResourceOptions } from "@pulumi/pulumi";
import { z } from "zod";
import {
  checkFlinkHome,
  type LocalSpec,
  localHealth,
  runningPorts,
  startLocalOrNothing,
  stopLocal,
} from "./cluster/local.js";
import { checkMemory } from "./cluster/memory.js";
import { freePorts } from "./cluster/ports.js";
import { errorMessage, reasonOf, UserError } from "./core/errors.js";
import { shortHash } from "./core/naming.js";
import { compareNames } from "./deploy/compare.js";
import { type SuspendOptions, suspendJobs, suspendRefusal } from "./deploy/suspend.js";
import { DynamicResource, type Hooks, providerOf, UNKNOWN } from "./dynamic.js";
import { tell, tellProgress } from "./engine-log.js";
import { SqlGateway } from "./flink/gateway.js";
import { FlinkRest } from "./flink/rest.js";
import { s3FlinkEnvironment, s3FlinkOptions } from "./store/s3-client.js";

const Activity = z.enum(["none", "starting", "restarting", "repairing", "unreachable"]);

/** What the program says. */
const Given = z.object({
  target: z.enum(["local", "remote"]),
  /** Address of the stack's own messages: see engine-log.ts. */
  self: z.string(),
  /** Only for `remote`. */
  restUrl: z.string().optional(),
  gatewayUrl: z.string().optional(),
  /** Only for `local`; see LocalSpec. */
  folder: z.string(),
  flinkHome: z.string(),
  taskManagers: z.number(),
  slotsPerTaskManager: z.number(),
  jobManagerMemory: z.string(),
  taskManagerMemory: z.string(),
  properties: z.record(z.string(), z.string()),
  /** Where the records of the jobs are, which are stopped with savepoints before a cluster restarts. */
  store: z.string(),
  startSeconds: z.number(),
  savepointSeconds: z.number(),
  requestSeconds: z.number(),
  /** Names of the jobs that the stack deploys or retires: a cluster that runs others does not restart. */
  jobs: z.array(z.string()).optional(),
  /** Another stack with the same manifests, and the names of the jobs of this one: what it lacks is remarked on. */
  compareWith: z.object({ stack: z.string(), store: z.string(), names: z.array(z.string()) }).optional(),
});

/** What check works out: an input, so that the jobs can be planned while the cluster changes. */
const Checked = Given.extend({
  restUrl: z.string(),
  gatewayUrl: z.string(),
  restPort: z.number(),
  rpcPort: z.number(),
  gatewayPort: z.number(),
  /** Flink options that lead to the store's server. */
  storeOptions: z.record(z.string(), z.string()).default({}),
  /** `jobs`, and those of the last update: the engine stops what is not among the first any more. */
  knownJobs: z.array(z.string()).optional(),
  /** What this update does to the cluster before it comes to the jobs. */
  activity: Activity,
  plan: z.string(),
});
type Checked = z.infer<typeof Checked>;

const Before = Checked.pick({ restPort: true, gatewayPort: true, rpcPort: true, jobs: true }).partial();
type Before = z.infer<typeof Before>;

export type SessionClusterArgs = { readonly [K in keyof z.input<typeof Given>]: Input<z.input<typeof Given>[K]> };

export class SessionCluster extends DynamicResource {
  /** JobManager's REST address. */
  declare readonly restUrl: Output<string>;
  declare readonly gatewayUrl: Output<string>;
  declare readonly activity: Output<z.infer<typeof Activity>>;
  declare readonly folder: Output<string>;
  declare readonly target: Output<"local" | "remote">;
  declare readonly flinkVersion: Output<string>;
  /** Task slots in all. */
  declare readonly slots: Output<number>;

  constructor(name: string, args: SessionClusterArgs, options?: ResourceOptions) {
    const computed = {
      activity: undefined,
      plan: undefined,
      restPort: undefined,
      rpcPort: undefined,
      gatewayPort: undefined,
      storeOptions: undefined,
      knownJobs: undefined,
    };
    const outputs = { flinkVersion: undefined, slots: undefined };
    const props = { restUrl: undefined, gatewayUrl: undefined, ...args, ...computed, ...outputs };
    super(providerOf("session-cluster"), name, props, options, "flink", "SessionCluster");
  }
}

export const hooks: Hooks = {
  async check(olds, news) {
    const given = Given.parse(news);
    const before = Before.safeParse(olds).data ?? {};
    const comparing = given.compareWith && compareNames(given.compareWith, given.compareWith.names);
    const checked = given.target === "local" ? await checkLocal(given, before) : await checkRemote(given);
    const problem = given.target === "local" ? await startProblem(checked) : undefined;
    const refusal = await restartRefusal(checked);
    if (refusal) return { inputs: given, failures: [{ property: "", reason: refusal }] };
    if (problem) return { inputs: given, failures: [{ property: "flinkHome", reason: problem }] };
    if (checked.activity !== "none")
      await tell(given.self, checked.plan, checked.activity === "unreachable" ? "warning" : "info");
    const remark = await comparing;
    if (remark) await tell(given.self, remark.words, remark.severity);
    return { inputs: checked };
  },

  async diff(_id, olds, news) {
    const [old, now] = [olds as Partial<Checked>, Checked.parse(news)];
    const changes =
      now.activity !== "none" ||
      old.restUrl !== now.restUrl ||
      old.gatewayUrl !== now.gatewayUrl ||
      old.target !== now.target;
    return { changes, replaces: old.target === now.target ? [] : ["target"], deleteBeforeReplace: true };
  },

  async create(inputs) {
    const cluster = Checked.parse(inputs);
    return { id: `${cluster.target}-${shortHash(cluster.self)}`, outs: await bringUp(cluster) };
  },

  async update(_id, _olds, news) {
    return { outs: await bringUp(Checked.parse(news)) };
  },

  async delete(_id, props) {
    const cluster = Checked.parse(props);
    if (cluster.target === "local") await stopLocal(cluster.folder);
  },

  async read(id, props) {
    const cluster = Checked.parse(props);
    const activity =
      cluster.target === "local"
        ? (await checkLocal(cluster, cluster)).activity
        : (await checkRemote(cluster)).activity;
    return { id, props: { ...(props as object), activity } };
  },
};

async function checkLocal(given: z.infer<typeof Given>, before: Before): Promise<Checked> {
  const ports = (await runningPorts(given.folder)) ?? (await freePorts(before));
  const addresses = {
    restUrl: `http://127.0.0.1:${ports.restPort}`,
    gatewayUrl: `http://127.0.0.1:${ports.gatewayPort}`,
  };
  const storeOptions = await s3FlinkOptions(given.store);
  const health = await localHealth({ ...given, ...ports, storeOptions });
  const activity = !health.jobManagerRuns
    ? "starting"
    : !health.isCurrent || given.store === UNKNOWN
      ? "restarting"
      : health.dead.length > 0
        ? "repairing"
        : "none";
  const words = {
    none: "runs",
    starting: before.restPort
      ? `starts again (${health.dead.join(", ")} not running), jobs resume from their latest state`
      : "starts",
    restarting:
      given.store === UNKNOWN
        ? "restarts if the store needs other settings, which `pulumi up` finds out: its bucket is not there yet"
        : "restarts with other settings: all jobs are stopped with savepoints before and resume after",
    repairing: `${health.dead.join(", ")} not running: started again`,
  };
  const plan = `session cluster: ${words[activity]}`;
  const knownJobs = given.jobs && [...new Set([...given.jobs, ...(before.jobs ?? [])])];
  return { ...given, ...addresses, ...ports, storeOptions, activity, plan, ...(knownJobs && { knownJobs }) };
}

/** Why the cluster could not start, as far as that can be told before one that runs is stopped. */
async function startProblem(cluster: Checked): Promise<string | undefined> {
  if (cluster.activity === "none") return undefined;
  try {
    await checkFlinkHome(cluster);
    await checkMemory(cluster);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Jobs that would be stopped for good are no surprise of `up`. */
async function restartRefusal(cluster: Checked): Promise<string | undefined> {
  if (cluster.activity !== "restarting" || cluster.store === UNKNOWN) return undefined;
  const refusal = await suspendRefusal(suspension(cluster, () => undefined));
  return refusal && errorMessage("plan-refused", refusal);
}

function suspension(cluster: Checked, progress: (text: string) => void): SuspendOptions {
  return { ...cluster, jobs: cluster.knownJobs, progress };
}

async function checkRemote(given: z.infer<typeof Given>): Promise<Checked> {
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

async function reach(
  restUrl: string,
  gatewayUrl: string,
  timeoutMs: number,
): Promise<{ flinkVersion: string; slots: number }> {
  const [overview] = await Promise.all([
    new FlinkRest(restUrl, timeoutMs).overview(),
    // Without one, the runner submits the jobs.
    gatewayUrl === "" ? undefined : new SqlGateway(gatewayUrl, timeoutMs).info(),
  ]);
  return { flinkVersion: overview["flink-version"], slots: overview["slots-total"] };
}

/** Makes what the check found missing, and gives the outputs of a cluster that answers. */
async function bringUp(cluster: Checked): Promise<Checked & { flinkVersion: string; slots: number }> {
  const progress = tellProgress(cluster.self);
  if (cluster.target === "local") await bringUpLocal(cluster, progress);
  try {
    const found = await reach(cluster.restUrl, cluster.gatewayUrl, cluster.requestSeconds * 1000);
    return { ...cluster, activity: "none", plan: "session cluster: runs", ...found };
  } catch (error) {
    throw new UserError("cluster-unreachable", {
      what: `the session cluster cannot be reached at ${[cluster.restUrl, cluster.gatewayUrl].filter(Boolean).join(" and ")}; no job was touched`,
      cause: reasonOf(error),
      fix: "check the configuration keys `restUrl` and `gatewayUrl`, and that this machine may reach them",
    });
  }
}

async function bringUpLocal(cluster: Checked, progress: (text: string) => void): Promise<void> {
  const spec: LocalSpec = cluster;
  const health = await localHealth(spec);
  if (health.jobManagerRuns && !health.isCurrent) await suspendJobs(suspension(cluster, progress));
  // What is left of a cluster without a JobManager, or of one with other settings, is of no use to a new one.
  if (!health.jobManagerRuns || !health.isCurrent) await stopLocal(cluster.folder);
  await startLocalOrNothing(spec, progress, await s3FlinkEnvironment(cluster.store));
}
