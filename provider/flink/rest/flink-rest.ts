/** The JobManager's REST API, one method per endpoint (Flink docs: REST API, version v1). */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isWaitedFor } from "../wait/waited-for.js";
import {
  CheckpointStatus,
  Checkpoints,
  Exceptions,
  type Failure,
  type JobStatus,
  type JobSummary,
  Listing,
  Metrics,
  Overview,
  SavepointStatus,
  Tasks,
  Vertices,
} from "./answers.js";
import type { Connection } from "./connection.js";
import { callJson, HttpRefusal, isOutage, NoAnswer } from "./http.js";
import { askedInTurn } from "./in-turn.js";

/** Flink calls each operator that reads from outside `Source: <name>`, and writes its colon and spaces as underscores here. */
const SOURCE_ROWS = /^Source__.*[.]numRecords(?:In|Out)$/u;

const Anything = z.unknown();

/** An answer 500 may be that of a JobManager too busy to answer in time; one that stays the same is meant. */
const STUMBLE_MS = 3000;

/** Between two tries of a question that met a JobManager which is just coming back. */
const PAUSE_MS = 250;

/**
 * Talks to one JobManager; every request has the same time limit. Throws HttpRefusal and NoAnswer. A question that is
 * answered with 502, 503 or 504, as a JobManager's fail-over does, is asked again within that limit.
 */
export class FlinkRest {
  constructor(readonly connection: Connection) {}

  private async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const since = Date.now();
    const { timeoutMs, patience } = this.connection;
    const until = since + timeoutMs;
    for (;;) {
      try {
        return await callJson(this.connection, { method: "GET", path }, schema);
      } catch (error) {
        const stumbles = error instanceof HttpRefusal && error.status === 500 && Date.now() - since < STUMBLE_MS;
        const passes = isOutage(error) || (patience === "patient" && (error instanceof NoAnswer || stumbles));
        if (!passes || !isWaitedFor() || Date.now() + PAUSE_MS > until) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  overview(): Promise<Overview> {
    return this.get("/overview", Overview);
  }

  /** The cluster's own options, as the JobManager was started with them. */
  async configuration(): Promise<ReadonlyMap<string, string>> {
    const Options = z.array(z.object({ key: z.string(), value: z.string() }));
    return new Map((await this.get("/jobmanager/config", Options)).map(({ key, value }) => [key, value]));
  }

  /** What the JobManager's Java was started with: `-Xmx…`, `-Dlog.file=…`. */
  async javaOptions(): Promise<readonly string[]> {
    const Environment = z.object({ jvm: z.object({ options: z.array(z.string()) }) });
    return (await this.get("/jobmanager/environment", Environment)).jvm.options;
  }

  /** Resource ids of the TaskManagers that are registered, among them those whose end was not noticed yet. */
  async taskManagers(): Promise<readonly string[]> {
    const Registered = z.object({ taskmanagers: z.array(z.object({ id: z.string() })) });
    return (await this.get("/taskmanagers", Registered)).taskmanagers.map(({ id }) => id);
  }

  /** For each job that it knows Flink asks that job's own part: of a hundred jobs a listing is a hundred questions. */
  jobsOverview(): Promise<readonly JobSummary[]> {
    const ask = async () => (await this.get("/jobs/overview", Listing)).jobs;
    const { key, timeoutMs, patience } = this.connection;
    return askedInTurn(`${patience} ${timeoutMs} ${key}`, ask);
  }

  async checkpoints(jobId: string): Promise<Checkpoints | undefined> {
    return unlessUnknown(this.get(`/jobs/${encodeURIComponent(jobId)}/checkpoints`, Checkpoints));
  }

  /** From the listing: asked for an unknown job, `/jobs/<id>/status` answers 500 and not 404, and it is cached. */
  async statusOf(jobId: string): Promise<JobStatus | undefined> {
    return (await this.summaryOf(jobId))?.state;
  }

  async summaryOf(jobId: string): Promise<JobSummary | undefined> {
    return (await this.jobsOverview()).find(({ jid }) => jid === jobId);
  }

  /** Slots that a running job takes: the widest task of each slot sharing group. */
  async slotsOf(jobId: string): Promise<number> {
    const { vertices } = await this.get(`/jobs/${encodeURIComponent(jobId)}`, Vertices);
    const widest = new Map<string, number>();
    for (const { slotSharingGroupId = "", parallelism } of vertices)
      widest.set(slotSharingGroupId, Math.max(widest.get(slotSharingGroupId) ?? 0, parallelism));
    return [...widest.values()].reduce((sum, slots) => sum + slots, 0);
  }

  /** Ids of the tasks that read from outside, and have not come to their end. */
  async sources(jobId: string): Promise<readonly string[]> {
    const { vertices, plan } = await this.get(`/jobs/${encodeURIComponent(jobId)}`, Tasks);
    const over = vertices.filter(({ status }) => status === "FINISHED").map(({ id }) => id);
    return plan.nodes.filter(({ id, inputs = [] }) => inputs.length === 0 && !over.includes(id)).map(({ id }) => id);
  }

  /**
   * Whether a source has read a row since its task was started. Other operators of the task count what is no row, such as
   * commits. Flink asks the TaskManagers for its metrics when it is asked itself, and no sooner than
   * `metrics.fetcher.update-interval` (10 s) after the time before.
   */
  async hasRows(jobId: string, task: string): Promise<boolean> {
    const path = `/jobs/${encodeURIComponent(jobId)}/vertices/${encodeURIComponent(task)}/subtasks/metrics`;
    const names = (await this.get(path, Metrics)).map(({ id }) => id).filter((id) => SOURCE_ROWS.test(id));
    if (names.length === 0) return false;
    const counts = await this.get(`${path}?get=${names.map(encodeURIComponent).join(",")}&agg=max`, Metrics);
    return counts.some(({ max = 0 }) => max > 0);
  }

  /** The failures that Flink remembers (16 by default), newest first. */
  async failures(jobId: string): Promise<readonly Failure[]> {
    const found = await unlessUnknown(this.get(`/jobs/${encodeURIComponent(jobId)}/exceptions`, Exceptions));
    const entries = found?.exceptionHistory?.entries ?? [];
    if (entries.length > 0) return entries.map(({ stacktrace, timestamp }) => ({ at: timestamp, trace: stacktrace }));
    const [trace, at] = [found?.["root-exception"], found?.timestamp];
    return trace ? [{ at: at ?? 0, trace }] : [];
  }

  /** Stack trace of the newest failure, if the job ever failed. */
  async rootException(jobId: string): Promise<string | undefined> {
    return (await this.failures(jobId))[0]?.trace;
  }

  /** Stops with a savepoint; `triggerId` (32 hexadecimal digits) names the operation, so it can be asked for later. */
  async stop(jobId: string, options: { targetDirectory: string; triggerId: string; drain: boolean }): Promise<void> {
    const path = `/jobs/${encodeURIComponent(jobId)}/stop`;
    await callJson(this.connection, { method: "POST", path, body: options }, Anything);
  }

  /** For how long Flink answers from its caches, in milliseconds (option web.refresh-interval). */
  async refreshInterval(): Promise<number> {
    return (await this.get("/config", z.object({ "refresh-interval": z.number() })))["refresh-interval"];
  }

  /** Undefined when Flink does not know the operation (never triggered, or forgotten after some minutes). */
  savepointStatus(jobId: string, triggerId: string): Promise<SavepointStatus | undefined> {
    return unlessUnknown(this.get(`/jobs/${encodeURIComponent(jobId)}/savepoints/${triggerId}`, SavepointStatus));
  }

  /** Milliseconds between checkpoints, Java's largest long where there are none; undefined for a job that cannot have any. */
  async checkpointInterval(jobId: string): Promise<number | undefined> {
    const path = `/jobs/${encodeURIComponent(jobId)}/checkpoints/config`;
    return (await unlessUnknown(this.get(path, z.object({ interval: z.number() }))))?.interval;
  }

  /** Asks for a checkpoint of the configured kind now; `triggerId` as for a stop. */
  async triggerCheckpoint(jobId: string, triggerId: string): Promise<void> {
    const path = `/jobs/${encodeURIComponent(jobId)}/checkpoints`;
    const body = { checkpointType: "CONFIGURED", triggerId };
    await callJson(this.connection, { method: "POST", path, body }, Anything);
  }

  /** Undefined when Flink does not know the operation. */
  checkpointStatus(jobId: string, triggerId: string): Promise<CheckpointStatus | undefined> {
    return unlessUnknown(this.get(`/jobs/${encodeURIComponent(jobId)}/checkpoints/${triggerId}`, CheckpointStatus));
  }

  /** An application on YARN ends with it, and its files there are deleted; whatever runs is lost. */
  async shutDownCluster(): Promise<void> {
    await callJson(this.connection, { method: "DELETE", path: "/cluster" }, Anything);
  }

  /** The id under which the JobManager runs: on YARN, that of its application. */
  async clusterId(): Promise<string | undefined> {
    return (await this.configuration()).get("high-availability.cluster-id");
  }

  async cancel(jobId: string): Promise<void> {
    const path = `/jobs/${encodeURIComponent(jobId)}?mode=cancel`;
    await callJson(this.connection, { method: "PATCH", path }, Anything);
  }
}

async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HttpRefusal && error.status === 404) return undefined;
    throw error;
  }
}
