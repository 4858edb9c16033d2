/** What a kind of session cluster can do, and the inputs and outputs that all kinds share. */

import { z } from "zod";
import { Wanted } from "../../decide/index.js";

/**
 * What an update does to the cluster before it comes to the jobs. `unreachable` and `read-only` (only reading gets
 * through) need a person.
 */
export const Activity = z.enum(["none", "starting", "restarting", "repairing", "unreachable", "read-only"]);
export type Activity = z.infer<typeof Activity>;

/** How a session on YARN is found again; jobs keep it, since its address changes. */
export const Session = z.object({
  resourceManagers: z.array(z.string()),
  caFile: z.string().optional(),
  wanted: Wanted,
  /** The tag of all sessions that this stack started: they are ended when they are left, and with the stack. */
  owner: z.string(),
  /** Empty while there is none. */
  applicationId: z.string(),
  through: z.string().optional(),
  /** Ids of other sessions that jobs of this stack run in, or that it started: they are left for this one. */
  leaves: z.array(z.string()),
  /** Addresses of ResourceManagers that are gone for good. */
  lost: z.array(z.string()).default([]),
});
export type Session = z.infer<typeof Session>;

/** What the program says. */
export const ClusterGiven = z.object({
  target: z.enum(["local", "remote", "yarn"]),
  /** Address of the stack's own messages: see engine-log.ts. */
  self: z.string(),
  /** Only for `remote`. */
  restUrl: z.string().optional(),
  /** For `remote` and `yarn`. */
  gatewayUrl: z.string().optional(),
  /** For `local` and `yarn`; see LocalSpec. */
  folder: z.string(),
  flinkHome: z.string(),
  /** Only for `local`. */
  taskManagers: z.number(),
  slotsPerTaskManager: z.number(),
  jobManagerMemory: z.string(),
  taskManagerMemory: z.string(),
  properties: z.record(z.string(), z.string()),
  /** Whether one of `properties` is a secret, so that none of them is told. */
  propertiesAreSecret: z.boolean().optional(),
  /** Names of environment variables that Flink's processes on this machine get beside those that they need. */
  environment: z.array(z.string()).default([]),
  /** Only for `yarn`; see decide/cluster/yarn-options.ts. */
  yarn: z
    .object({
      resourceManagers: z.array(z.string()),
      applicationId: z.string().optional(),
      name: z.string(),
      queue: z.string().optional(),
      start: z.boolean(),
      shipFiles: z.array(z.string()),
      gateway: z.boolean(),
      caFile: z.string().optional(),
      /** Addresses of a YARN that is gone for good, with all that ran on it. */
      lost: z.array(z.string()),
      /** Where the JobManager is reached when its own address leads nowhere: a tunnel's end. */
      through: z.string().optional(),
    })
    .optional(),
  /** Where the records of the jobs are, which are stopped with savepoints before a cluster restarts. */
  store: z.string(),
  startSeconds: z.number(),
  savepointSeconds: z.number(),
  requestSeconds: z.number(),
  /** Of the run of the program; no part of the state. */
  isPreview: z.boolean().optional(),
  /** Keys of the configuration that this target does not look at, though they are given; likewise. */
  ignoredKeys: z.array(z.string()).optional(),
  /** Names of the jobs that the stack deploys or retires: a cluster that runs others does not restart. */
  jobs: z.array(z.string()).optional(),
  /** Another stack with the same manifests, and the names of the jobs of this one: what it lacks is remarked on. */
  compareWith: z.object({ stack: z.string(), store: z.string(), names: z.array(z.string()) }).optional(),
});
export type ClusterGiven = z.infer<typeof ClusterGiven>;

/** What check works out: an input, so that the jobs can be planned while the cluster changes. */
export const ClusterChecked = ClusterGiven.extend({
  restUrl: z.string(),
  gatewayUrl: z.string(),
  restPort: z.number(),
  rpcPort: z.number(),
  gatewayPort: z.number(),
  /** Flink options that lead to the store's server. */
  storeOptions: z.record(z.string(), z.string()).default({}),
  /** `jobs`, and those of the last update: the engine stops what is not among the first any more. */
  knownJobs: z.array(z.string()).optional(),
  /** The store of the last update, where that was another one. */
  storeBefore: z.string().optional(),
  /** Only for `yarn`. */
  session: Session.optional(),
  activity: Activity,
  plan: z.string(),
});
export type ClusterChecked = z.infer<typeof ClusterChecked>;

export const ClusterBefore = ClusterChecked.pick({
  target: true,
  folder: true,
  restPort: true,
  gatewayPort: true,
  rpcPort: true,
  session: true,
  jobs: true,
  store: true,
}).partial();
export type ClusterBefore = z.infer<typeof ClusterBefore>;

export interface Target {
  /** Looks what is there and says what an update will do. Throws UserError where none can be done. */
  check(given: ClusterGiven, before: ClusterBefore): Promise<ClusterChecked>;
  /** Throws UserError where a cluster could not start, as far as that can be told before one that runs is stopped. */
  checkStart(cluster: ClusterChecked): Promise<void>;
  /** Makes what is missing; gives the cluster with its addresses as they are then. */
  bringUp(cluster: ClusterChecked, progress: (text: string) => void): Promise<ClusterChecked>;
  /** Ends what the stack started, and nothing else. */
  remove(cluster: ClusterChecked, progress: (text: string) => void): Promise<void>;
}
