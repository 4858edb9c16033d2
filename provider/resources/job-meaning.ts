/** What the inputs of a job mean to those who observe, plan and apply. */

import { hostname } from "node:os";
import { activityForJobs, type Surroundings, type World } from "../ask/index.js";
import { choiceOf, type Desired, isLoopback, type Place, stateDirectories } from "../decide/index.js";
import { connectionsOf, FlinkRest, type Patience, SqlGateway } from "../flink/index.js";
import type { SubmissionTarget } from "../prove/index.js";
import { openStore } from "../remember/index.js";
import { s3FlinkEnvironment } from "../store/index.js";
import { workspace } from "../workspace/index.js";
import type { JobBefore, JobInputs } from "./job-inputs.js";
import { codePlaceOf } from "./job-places.js";
import { clusterNow, locateCluster } from "./targets/whereabouts.js";

/** Where a cluster is, in the words of a record. */
function placeOf({ target, restUrl, gatewayUrl, folder, session }: JobInputs["cluster"]): Place {
  const isLocal = target === "local";
  return {
    target,
    restUrl,
    ...(gatewayUrl ? { gatewayUrl } : {}),
    ...(isLocal || isLoopback(restUrl) ? { host: hostname() } : {}),
    ...(isLocal ? { folder: workspace.path(folder) } : {}),
    ...(session ? { resourceManagers: session.resourceManagers, applicationId: session.applicationId } : {}),
  };
}

/** `project/stack`, from the address of a resource's messages, which is its URN. */
function stackOf(self: string): string {
  const [, stack, project] = /^urn:pulumi:([^:]*)::([^:]*)::/u.exec(self) ?? [];
  return `${project}/${stack}`;
}

/** The clusters that a job may run on beside the configured one, and the way to them. */
function surroundingsOf({ cluster, requestSeconds }: JobInputs, before: JobBefore): Surroundings {
  const sessions = [cluster.session, before.cluster?.session].filter((session) => session !== undefined);
  const { jobManager } = connectionsOf(cluster, requestSeconds);
  return {
    here: placeOf(cluster),
    before: before.cluster && placeOf(before.cluster),
    locate: (place) => locateCluster(place, sessions, jobManager),
  };
}

export function desiredOf(job: JobInputs, before: JobBefore): Desired {
  const { name, description, sql, code, flinkProperties } = job;
  const source = code === undefined ? { sql } : { code };
  const manifest = { name, description, "target-table": job.targetTable, ...source, flinkProperties };
  return {
    manifest,
    definitions: job.definitions.map(({ sql }) => sql),
    templates: job.definitions.map(({ sql, template }) => template ?? sql),
    metadataColumns: job.metadata ?? job.metadataColumns,
    secrets: job.secretParameters,
    directories: stateDirectories(manifest, job.store),
    files: job.files,
    adopt: job.adopt,
    choice: job.choice && choiceOf(job.choice),
    deployedTo: before.store,
    here: placeOf(job.cluster),
    before: before.cluster && placeOf(before.cluster),
    stack: { now: stackOf(job.self), before: before.self && stackOf(before.self) },
    staleSeconds: job.staleSeconds,
  };
}

/** In an update an outage is waited out, as long as one request may take; a preview says at once what it cannot see. */
export function worldOf(job: JobInputs, before: JobBefore, patience: Patience = "prompt"): World {
  return {
    store: openStore(job.store),
    rest: new FlinkRest(connectionsOf(job.cluster, job.requestSeconds, patience).jobManager),
    activity: activityForJobs(job.cluster.activity),
    surroundings: surroundingsOf(job, before),
  };
}

/** Without a check before it, the address may be one of the past, and the cluster be gone. */
export async function worldNow(job: JobInputs, patience: Patience = "prompt"): Promise<World> {
  const { jobManager, isDown } = await clusterNow(job.cluster, job.requestSeconds);
  const activity = isDown ? "starting" : "none";
  const now = worldOf({ ...job, cluster: { ...job.cluster, restUrl: jobManager.address, activity } }, {});
  return { ...now, rest: new FlinkRest(jobManager.with({ patience })) };
}

export function targetOf(job: JobInputs): SubmissionTarget {
  const { python, cluster } = job;
  const { jobManager, gateway } = connectionsOf(cluster, job.requestSeconds);
  const workers = python.workers ? { "python.executable": python.workers } : {};
  const client = { "python.client.executable": python.client };
  return {
    gateway: gateway && new SqlGateway(gateway),
    runner: {
      python: python.client,
      flinkHome: python.flinkHome,
      environment: python.environment,
      storeEnvironment: () => s3FlinkEnvironment(job.store),
    },
    jobManager,
    limitMs: job.startSeconds * 1000,
    slots: cluster.target === "yarn" ? "on-demand" : "fixed",
    codePlace: () => codePlaceOf(job.file, job.code),
    options: python.workers ? { ...client, ...workers } : {},
  };
}
