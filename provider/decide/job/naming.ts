/** Names and paths that follow from a job's name and version; the layout is that of flink-sql-runner 0.2.0. */

import { createHash } from "node:crypto";

/** Kafka consumer group of one version of a job, put in place of `{group_id}` in table definitions. */
export function groupId(job: string, version: number): string {
  return `rta-${job}-${version}`;
}

/** Where a job's checkpoints go, without the version: what a manifest may say instead. */
export function defaultCheckpointsDirectory(store: string, job: string): string {
  return join(withoutSettings(store), "checkpoints", job);
}

/** Where a job's savepoints go, without the version: what a manifest may say instead. */
export function defaultSavepointsDirectory(store: string, job: string): string {
  return join(withoutSettings(store), "savepoints", job);
}

/** `s3://bucket/prefix?region=…` without what is meant for our client only. */
function withoutSettings(store: string): string {
  return store.replace(/\?.*$/u, "");
}

/** The directory that Flink is given for one version: `<directory>/<version>`. */
export function versionDirectory(directory: string, version: number): string {
  return join(directory, String(version));
}

/** Joins a URL or path and further segments with single slashes. */
export function join(base: string, ...segments: readonly string[]): string {
  return [base.replace(/\/+$/u, ""), ...segments].join("/");
}

/** Last part of a state path, by which a person knows it: `chk-1416`, `savepoint-7918c9-120160d03d8f`. */
export function stateName(path: string): string {
  return (
    path
      .replace(/\/_metadata$/u, "")
      .replace(/\/+$/u, "")
      .split("/")
      .at(-1) ?? path
  );
}

/** `file:/a`, `file:///a` and `/a` name one place; Flink prints the first form for what was given as the second. */
export function sameLocation(a: string, b: string): boolean {
  return canonicalLocation(a) === canonicalLocation(b);
}

export function canonicalLocation(location: string): string {
  const local = location.replace(/^file:\/*/u, "/").replace(/\/+$/u, "");
  return local.startsWith("/") ? local.replaceAll(/\/{2,}/gu, "/") : local.replace(/^s3[an]:/u, "s3:");
}

/** Eight hexadecimal digits that stay the same for the same text. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** The version in whose directory a state lies: of `…/3/<job id>/chk-7` and `…/3/savepoint-…`; undefined elsewhere. */
export function versionOf(state: string): number | undefined {
  const found = /\/(\d+)\/(?:[0-9a-f]{32}\/chk-\d+|savepoint-[^/]+)\/?$/u.exec(state)?.[1];
  return found === undefined ? undefined : Number(found);
}
