/** What Flink's own REST API says of jobs, asked for directly and not through the project's client. */

import { z } from "zod";
import { until } from "../until.js";

const Overview = z.object({
  jobs: z.array(z.object({ jid: z.string(), name: z.string(), state: z.string(), "start-time": z.number() })),
});
export type FlinkJob = z.infer<typeof Overview>["jobs"][number];

const Checkpoints = z.object({
  counts: z.object({ completed: z.number() }),
  latest: z.object({
    completed: z.object({ external_path: z.string() }).nullish(),
    restored: z.object({ external_path: z.string() }).nullish(),
  }),
});

export type SeenCheckpoints = z.infer<typeof Checkpoints>;

const ENDED = ["FAILED", "CANCELED", "FINISHED"];

export class Flink {
  constructor(readonly restUrl: string) {}

  private async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await fetch(this.restUrl + path, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return schema.parse(await answer.json());
  }

  /** All jobs that the JobManager knows, ended ones too. */
  async jobs(): Promise<FlinkJob[]> {
    return (await this.get("/jobs/overview", Overview)).jobs;
  }

  /** Jobs of exactly this name that have not ended. */
  async alive(name: string): Promise<FlinkJob[]> {
    return (await this.jobs()).filter((job) => job.name === name && !ENDED.includes(job.state));
  }

  /** The one job of this name that runs. Throws where there is none, or more than one. */
  async one(name: string): Promise<FlinkJob> {
    const found = await this.alive(name);
    const [job] = found;
    if (!job || found.length !== 1 || job.state !== "RUNNING")
      throw new Error(`${name}: expected one running job, found ${JSON.stringify(found)}`);
    return job;
  }

  async state(jobId: string): Promise<string | undefined> {
    return (await this.jobs()).find(({ jid }) => jid === jobId)?.state;
  }

  /** Path of the state that a job was started from; undefined for a clean start. */
  async restoredFrom(jobId: string): Promise<string | undefined> {
    return (await this.checkpoints(jobId)).latest.restored?.external_path;
  }

  checkpoints(jobId: string): Promise<SeenCheckpoints> {
    return this.get(`/jobs/${jobId}/checkpoints`, Checkpoints);
  }

  /** Waits until the job has completed this many checkpoints since its start. */
  async awaitCheckpoints(jobId: string, count = 1): Promise<void> {
    await until(`checkpoint ${count} of ${jobId}`, 60, async () => {
      const { counts, latest } = await this.checkpoints(jobId);
      return counts.completed >= count && latest.completed ? true : undefined;
    });
  }

  /** Waits until the job has failed this many times. */
  async awaitFailures(jobId: string, count: number): Promise<void> {
    const Exceptions = z.object({ exceptionHistory: z.object({ entries: z.array(z.unknown()) }) });
    await until(`failure ${count} of ${jobId}`, 120, async () => {
      const { exceptionHistory } = await this.get(`/jobs/${jobId}/exceptions`, Exceptions);
      return exceptionHistory.entries.length >= count ? true : undefined;
    });
  }

  async awaitState(jobId: string, state: string, seconds = 60): Promise<void> {
    await until(`${jobId} ${state}`, seconds, async () => ((await this.state(jobId)) === state ? true : undefined));
  }

  /** Takes a savepoint of a job that goes on, as somebody at the command line would; gives its path. */
  takeSavepoint(jobId: string, folder: string): Promise<string> {
    return this.savepoint(jobId, "savepoints", { "target-directory": folder, "cancel-job": false });
  }

  /** Ends a job with a savepoint, likewise. */
  stop(jobId: string, folder: string): Promise<string> {
    return this.savepoint(jobId, "stop", { targetDirectory: folder, drain: false });
  }

  private async savepoint(jobId: string, how: string, body: object): Promise<string> {
    const answer = await fetch(`${this.restUrl}/jobs/${jobId}/${how}`, { method: "POST", body: JSON.stringify(body) });
    const { "request-id": trigger } = z.object({ "request-id": z.string() }).parse(await answer.json());
    const Status = z.object({ operation: z.object({ location: z.string().nullish() }).nullish() });
    return until(`savepoint of ${jobId}`, 60, async () => {
      const { operation } = await this.get(`/jobs/${jobId}/savepoints/${trigger}`, Status);
      return operation?.location ?? undefined;
    });
  }

  /** Ends a job without a savepoint, as somebody at the dashboard would. */
  async cancel(jobId: string): Promise<void> {
    await fetch(`${this.restUrl}/jobs/${jobId}?mode=cancel`, { method: "PATCH" });
    await until(`end of ${jobId}`, 60, async () =>
      ENDED.includes((await this.state(jobId)) ?? "") ? true : undefined,
    );
  }
}

/** Two clusters as if they were one: all their jobs, and of each what its own one tells. */
export class FlinkPair extends Flink {
  constructor(
    readonly here: Flink,
    readonly there: Flink,
  ) {
    super(here.restUrl);
  }

  private async ofJob(jobId: string): Promise<Flink> {
    return (await this.there.state(jobId)) === undefined ? this.here : this.there;
  }

  override async jobs(): Promise<FlinkJob[]> {
    return [...(await this.here.jobs()), ...(await this.there.jobs())];
  }

  override async checkpoints(jobId: string): Promise<SeenCheckpoints> {
    return (await this.ofJob(jobId)).checkpoints(jobId);
  }

  override async cancel(jobId: string): Promise<void> {
    await (await this.ofJob(jobId)).cancel(jobId);
  }
}
