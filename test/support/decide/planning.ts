/** Manifests as a preview takes them to a real Flink: loaded, planned by its gateway, and for comparison started. */

import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalOrNothing, stopLocal } from "../../../provider/cluster/local/local.js";
import { stateDirectories } from "../../../provider/decide/job/properties.js";
import type { Deployment } from "../../../provider/decide/job/record.js";
import { metadataColumns } from "../../../provider/decide/sql/metadata-columns.js";
import type { FlinkRest } from "../../../provider/flink/rest/flink-rest.js";
import type { SqlGateway } from "../../../provider/flink/rest/gateway.js";
import { awaitRunning } from "../../../provider/flink/wait/lifecycle.js";
import { prepareSubmission } from "../../../provider/prove/submission.js";
import {
  JobRefused,
  refuseWrongRows,
  type SubmissionTarget,
  targetProperties,
} from "../../../provider/prove/submission-parts.js";
import type { LoadedJob } from "../../../provider/read/manifests/load-manifests.js";
import { gatewayAt, restAt } from "../clients.js";
import { flinkOf, localSpec } from "../clusters/cluster.js";
import { Flink } from "../clusters/flink.js";
import { type Shared, sharedCluster } from "../clusters/shared.js";
import { until } from "../until.js";

const TIMEOUT_MS = 60_000;

/** A cluster on which jobs are planned and run. */
export class Planning {
  readonly flink: Flink;

  private constructor(
    readonly folder: string,
    readonly rest: FlinkRest,
    readonly gateway: SqlGateway,
    private readonly isShared: boolean,
  ) {
    this.flink = new Flink(rest.connection.address);
  }

  /** One that nothing else runs on. */
  static async start(version: string): Promise<Planning> {
    const folder = await mkdtemp(join(tmpdir(), "planning-"));
    const spec = { ...(await localSpec(folder, 4)), flinkHome: flinkOf(version) };
    await startLocalOrNothing(spec, () => undefined);
    const at = (port: number) => `http://127.0.0.1:${port}`;
    return Planning.at({ folder, restUrl: at(spec.restPort), gatewayUrl: at(spec.gatewayPort) }, false);
  }

  /** One on which other files have jobs of their own. */
  static async share(version: string): Promise<Planning> {
    return Planning.at(await sharedCluster(version), true);
  }

  private static at({ folder, restUrl, gatewayUrl }: Shared, isShared: boolean): Planning {
    return new Planning(folder, restAt(restUrl, TIMEOUT_MS), gatewayAt(gatewayUrl, TIMEOUT_MS), isShared);
  }

  async end(): Promise<void> {
    if (this.isShared) return;
    await stopLocal(this.folder);
    await rm(this.folder, { recursive: true, force: true });
  }

  target(runner: SubmissionTarget["runner"] = { python: "", flinkHome: "" }): SubmissionTarget {
    const { gateway } = this;
    const jobManager = this.rest.connection;
    return {
      gateway,
      runner,
      jobManager,
      limitMs: TIMEOUT_MS,
      slots: "fixed",
      codePlace: () => undefined,
      options: {},
    };
  }

  deployment(job: LoadedJob): Deployment {
    const { manifest, definitions, metadata } = job;
    const properties = { "parallelism.default": "1", ...manifest.flinkProperties };
    const own = { ...manifest, flinkProperties: properties };
    return {
      manifest: own,
      meta: { queryId: "0f3c", version: 1, createdAt: "2026-01-02 03:04:05" },
      definitions: definitions.map(({ sql }) => sql),
      metadataColumns: metadataColumns(metadata ?? "all", "__create_timestamp"),
      secrets: undefined,
      directories: stateDirectories(own, `file://${this.folder}/store`),
      jobId: randomBytes(16).toString("hex"),
      startedFrom: null,
    };
  }

  /** Undefined where Flink plans the job and the project would start it; else the words of the refusal. */
  async refusal(job: LoadedJob, target = this.target()): Promise<string | undefined> {
    const deployment = this.deployment(job);
    try {
      const submission = await prepareSubmission(deployment, {}, target);
      try {
        refuseWrongRows(submission.facts, deployment);
      } finally {
        await submission.close();
      }
      return undefined;
    } catch (error) {
      if (error instanceof JobRefused) return error.message;
      throw error;
    }
  }

  /** Starts the job as the project does, whatever its plan says, and waits until it has come to its end. */
  async run(job: LoadedJob): Promise<string> {
    const deployment = this.deployment(job);
    const submission = await prepareSubmission(deployment, {}, this.target());
    const jobId = deployment.jobId ?? "";
    try {
      await submission.submit(jobId, undefined);
    } finally {
      await submission.close();
    }
    await this.awaitEnd(jobId, deployment.manifest.name);
    return jobId;
  }

  /** Runs statements after the same definitions, as somebody at the SQL client would; the last of them is an INSERT. */
  async runPlain(job: LoadedJob, statements: readonly string[]): Promise<void> {
    const { manifest, definitions } = job;
    const jobId = randomBytes(16).toString("hex");
    const options = { "parallelism.default": "1", ...manifest.flinkProperties, "pipeline.name": "plain insert" };
    await this.inSession({ ...options, "$internal.pipeline.job-id": jobId }, async (run) => {
      for (const sql of [...definitions.map(({ sql }) => sql), ...statements]) await run(sql);
    });
    await this.awaitEnd(jobId, "plain insert");
  }

  async inSession(
    options: Readonly<Record<string, string>>,
    work: (run: (sql: string) => Promise<unknown[][]>) => Promise<void>,
  ): Promise<void> {
    const session = await this.gateway.openSession("test", { ...targetProperties(this.rest.connection), ...options });
    try {
      await work((sql) => this.gateway.execute(session, sql, {}, TIMEOUT_MS));
    } finally {
      await this.gateway.closeSession(session);
    }
  }

  private async awaitEnd(jobId: string, name: string): Promise<void> {
    const limits = { startSeconds: 60, savepointSeconds: 60 };
    await awaitRunning(this.rest, { name, jobId, limits, progress: () => undefined });
    await this.flink.awaitState(jobId, "FINISHED");
  }

  /** Changes that `print` sinks with this identifier have written: `[["+I", "6, 1"], …]`. */
  async printed(identifier: string): Promise<(readonly [kind: string, row: string])[]> {
    const text = await readFile(join(this.folder, "log", "taskmanager-1.out"), "utf8").catch(() => "");
    const lines = [...text.matchAll(/^(\w+)(?::\d+)?> (\+I|-U|\+U|-D)\[(.*)\]$/gmu)];
    return lines.flatMap(([, id, kind = "", row = ""]) => (id === identifier ? [[kind, row] as const] : []));
  }

  /** The same once as many rows are there as are wanted. */
  async printedAtLeast(identifier: string, count: number): Promise<(readonly [string, string])[]> {
    return until(`${count} rows of ${identifier}`, 60, async () => {
      const rows = await this.printed(identifier);
      return rows.length >= count ? rows : undefined;
    });
  }
}

/** The rows that are left: of a table with a key (its column counts from 0) the newest of each, else each that was not taken back. */
export function standing(changes: readonly (readonly [string, string])[], key?: number): string[] {
  const rows = new Map<string, string[]>();
  for (const [kind, row] of changes) {
    const id = key === undefined ? row : (row.split(", ")[key] ?? "");
    const isGone = kind === "-D" || kind === "-U";
    if (key !== undefined) rows.set(id, isGone ? [] : [row]);
    else rows.set(id, isGone ? (rows.get(id) ?? []).slice(1) : [...(rows.get(id) ?? []), row]);
  }
  return [...rows.values()].flat().sort();
}
