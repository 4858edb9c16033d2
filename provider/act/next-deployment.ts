/** What a plan starts, or says that it runs: the manifest as it is now, and the record of a job that never ran. */

import { randomBytes, randomUUID } from "node:crypto";
import { type Deployment, digestSecrets, type JobRecord, type Start } from "../decide/index.js";
import type { DeployContext } from "./context.js";

/** What is to be started: the manifest as it is now, under a job id that is fixed beforehand. */
export function nextDeployment(
  { desired, plan, before }: Pick<DeployContext, "desired" | "plan" | "before">,
  start?: Pick<Start, "version" | "isChosen">,
): Deployment {
  const fresh = { queryId: randomUUID(), version: plan.version, createdAt: utcSeconds(new Date()) };
  const isNext = !before || start?.version === "next";
  return {
    manifest: desired.manifest,
    meta: isNext ? fresh : before.current.meta,
    definitions: desired.definitions,
    templates: desired.templates,
    metadataColumns: desired.metadataColumns,
    secrets: digestSecrets(desired.secrets, randomBytes(16).toString("hex")),
    directories: desired.directories,
    files: desired.files,
    jobId: randomBytes(16).toString("hex"),
    cluster: desired.here,
    startedFrom: null,
    ...(start?.isChosen && { since: Date.now() }),
  };
}

/** The record of a job that never ran. */
export function neverRan(current: Deployment, { resourceId, desired }: DeployContext): JobRecord {
  return {
    status: "stopped",
    current,
    savepoint: undefined,
    resourceId,
    owner: desired.stack?.now,
    intent: undefined,
    past: [],
    written: undefined,
  };
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
function utcSeconds(date: Date): string {
  return date.toISOString().slice(0, 19).replace("T", " ");
}
