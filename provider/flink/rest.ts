/** The JobManager's REST API, one method per endpoint (Flink docs: REST API, version v1). */

import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { callJson, HttpRefusal, isOutage, NoAnswer } from "./http.js";
import { askedInTurn } from "./in-turn.js";

const JobStatus = z.enum([
  "INITIALIZING",
  "CREATED",
  "RUNNING",
  "FAILING",
  "FAILED",
  "CANCELLING",
  "CANCELED",
  "FINISHED",
  "RESTARTING",
  "SUSPENDED",
  "RECONCILING",
]);
export type JobStatus = z.infer<typeof JobStatus>;

const Overview = z.object({
  taskmanagers: z.number(),
  "slots-total": z.number(),
  "slots-available": z.number(),
  "flink-version": z.string(),
});
export type Overview = z.infer<typeof Overview>;

const JobSummary = z.object({
  jid: z.string(),
  name: z.string(),
  state: JobStatus,
  "start-time": z.number(),
  "end-time": z.number(),
  /** When any of its tasks changed its state last. */
  "last-modification": z.number().optional(),
  tasks: z.object({ total: z.number(), running: z.number(), finished: z.number() }),
});
export type JobSummary = z.infer<typeof JobSummary>;

const Listing = z.object({ jobs: z.array(JobSummary) });

const Checkpoint = z.object({
  id: z.number(),
  is_savepoint: z.boolean(),
  checkpoint_type: z.string().optional(),
  latest_ack_timestamp: z.number(),
  state_size: z.number(),
  external_path: z.string().nullish(),
  discarded: z.boolean().optional(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

const Checkpoints = z.object({
  counts: z.object({ completed: z.number(), restored: z.number() }),
  latest: z.object({
    completed: Checkpoint.nullish(),
    savepoint: Checkpoint.nullish(),
    failed: z.object({ failure_message: z.string().nullish() }).nullish(),
    restored: z.object({ external_path: z.string().nullish(), is_savepoint: z.boolean() }).nullish(),
  }),
  /** Newest first. */
  history: z.array(z.object({ status: z.string() })),
});
export type Checkpoints = z.infer<typeof Checkpoints>;

const Exceptions = z.object({
  "root-exception": z.string().nullish(),
  timestamp: z.number().nullish(),
  exceptionHistory: z
    .object({ entries: z.array(z.object({ stacktrace: z.string(), timestamp: z.number() })) })
    .optional(),
});

/** One failure of a job: when (milliseconds since 1970) and with what stack trace. */
export interface Failure {
  readonly at: number;
  readonly trace: string;
}

const Vertices = z.object({
  vertices: z.array(z.object({ parallelism: z.number(), slotSharingGroupId: z.string().optional() })),
});

/** Without inputs: a task that reads from outside. */
const Tasks = z.object({
  plan: z.object({ nodes: z.array(z.object({ id: z.string(), inputs: z.array(z.unknown()).optional() })) }),
});

/** Flink calls each operator that reads from outside `Source: <name>`, and writes its colon and spaces as underscores here. */
const SOURCE_ROWS = /^Source__.*[.]numRecords(?:In|Out)$/u;

const Metrics = z.array(z.object({ id: z.string(), max: z.number().optional() }));

const SavepointStatus = z.object({
  status: z.object({ id: z.enum(["IN_PROGRESS", "COMPLETED"]) }),
  operation: z
    .object({
      location: z.string().nullish(),
      "failure-cause": z.object({ class: z.string(), "stack-trace": z.string() }).nullish(),
    })
    .nullish(),
});
export type SavepointStatus = z.infer<typeof SavepointStatus>;

const CheckpointStatus = z.object({
  status: z.object({ id: z.enum(["IN_PROGRESS", "COMPLETED"]) }),
  operation: z.object({ failureCause: z.object({ "stack-trace": z.string() }).nullish() }).nullish(),
});
export type CheckpointStatus = z.infer<typeof CheckpointStatus>;

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
  constructor(
    readonly url: string,
    readonly timeoutMs: number,
    /** `patient`: a question that gets no answer at all is asked again too, within the limit, and one answered 500 for a moment. */
    private readonly manner: "prompt" | "patient" = "prompt",
  ) {}

  private async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const since = Date.now();
    const until = since + this.timeoutMs;
    for (;;) {
      try {
        return await callJson(this.url, { method: "GET", path, timeoutMs: this.timeoutMs }, schema);
      } catch (error) {
        const stumbles = error instanceof HttpRefusal && error.status === 500 && Date.now() - since < STUMBLE_MS;
        const passes = isOutage(error) || (this.manner === "patient" && (error instanceof NoAnswer || stumbles));
        if (!passes || Date.now() + PAUSE_MS > until) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  overview(): Promise<Overview> {
    return this.get("/overview", Overview);
  }

  /** Resource ids of the TaskManagers that are registered, among them those whose end was not noticed yet. */
  async taskManagers(): Promise<readonly string[]> {
    const Registered = z.object({ taskmanagers: z.array(z.object({ id: z.string() })) });
    return (await this.get("/taskmanagers", Registered)).taskmanagers.map(({ id }) => id);
  }

  /** For each job that it knows Flink asks that job's own part: of a hundred jobs a listing is a hundred questions. */
  jobsOverview(): Promise<readonly JobSummary[]> {
    const ask = async () => (await this.get("/jobs/overview", Listing)).jobs;
    return askedInTurn(`${this.manner} ${this.timeoutMs} ${this.url}`, ask);
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

  /** Ids of the tasks that read from outside. */
  async sources(jobId: string): Promise<readonly string[]> {
    const { plan } = await this.get(`/jobs/${encodeURIComponent(jobId)}`, Tasks);
    return plan.nodes.filter(({ inputs = [] }) => inputs.length === 0).map(({ id }) => id);
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
    await callJson(this.url, { method: "POST", path, body: options, timeoutMs: this.timeoutMs }, Anything);
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
    await callJson(this.url, { method: "POST", path, body, timeoutMs: this.timeoutMs }, Anything);
  }

  /** Undefined when Flink does not know the operation. */
  checkpointStatus(jobId: string, triggerId: string): Promise<CheckpointStatus | undefined> {
    return unlessUnknown(this.get(`/jobs/${encodeURIComponent(jobId)}/checkpoints/${triggerId}`, CheckpointStatus));
  }

  /** An application on YARN ends with it, and its files there are deleted; whatever runs is lost. */
  async shutDownCluster(): Promise<void> {
    await callJson(this.url, { method: "DELETE", path: "/cluster", timeoutMs: this.timeoutMs }, Anything);
  }

  /** The id under which the JobManager runs: on YARN, that of its application. */
  async clusterId(): Promise<string | undefined> {
    const options = await this.get("/jobmanager/config", z.array(z.object({ key: z.string(), value: z.string() })));
    return options.find(({ key }) => key === "high-availability.cluster-id")?.value;
  }

  async cancel(jobId: string): Promise<void> {
    const path = `/jobs/${encodeURIComponent(jobId)}?mode=cancel`;
    await callJson(this.url, { method: "PATCH", path, timeoutMs: this.timeoutMs }, Anything);
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
