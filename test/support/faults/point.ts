/** One point of the fault table: a change that meets a fault at its n-th request, and then once more without. */

import { reasonOf } from "../../../provider/decide/words/errors.js";
import { type Fault, FaultPlan, type Front, type RunningProxy, startProxy } from "../servers/fault-proxy.js";
import type { Run } from "./hook.js";
import { BUCKET, folderStore, type Lab, type StoreKind } from "./lab.js";
import type { Asked, TableRow } from "./rows.js";
import type { Outcome, Point } from "./table.js";
import { TestJob } from "./test-job.js";

export interface FaultKind {
  readonly title: string;
  readonly fault: Fault;
  readonly kills?: true;
}

export const FAULTS: readonly FaultKind[] = [
  { title: "killed before the request arrives", fault: "lost", kills: true },
  { title: "killed before its answer", fault: "unanswered", kills: true },
  { title: "connection cut", fault: "unanswered" },
  { title: "3 s late", fault: "delayed" },
  { title: "answer 500, not done", fault: "error" },
  { title: "answer 500, done", fault: "error-after" },
];

/** One row on one kind of store, with proxies of its own; its points are tried one after the other. */
export class Bench {
  private readonly faults = new FaultPlan();
  private readonly proxies: RunningProxy[] = [];
  private job: TestJob | undefined;
  private asked = 0;

  constructor(
    private readonly lab: Lab,
    private readonly row: TableRow,
    readonly store: StoreKind,
    private readonly name: string,
  ) {}

  get title(): string {
    return this.store === "folder" ? this.row.title : `${this.row.title}, requests to S3`;
  }

  /** Requests are counted at Flink where the store is a folder, else at S3. */
  private get front(): Front {
    return this.store === "S3" ? "s3" : "flink";
  }

  private async proxy(target: string, front: Front): Promise<string> {
    const proxy = await startProxy(target, this.faults, front);
    this.proxies.push(proxy);
    return proxy.url;
  }

  /** A job that runs; for a row about new jobs, one that is not there yet. */
  private async ready(): Promise<TestJob> {
    if (!this.job) {
      const restUrl = await this.proxy(this.lab.flink.restUrl, "flink");
      const gatewayUrl = await this.proxy(this.lab.gatewayUrl, "flink");
      const s3 = this.store === "S3" ? await this.proxy(this.lab.s3, "s3") : "";
      const store = s3 ? `s3://${BUCKET}/${this.name}?endpoint=${encodeURIComponent(s3)}` : folderStore(this.lab);
      const there = this.lab.there && {
        restUrl: await this.proxy(this.lab.there.restUrl, "flink"),
        gatewayUrl: await this.proxy(this.lab.there.gatewayUrl, "flink"),
      };
      this.job = new TestJob(this.lab, this.name, { restUrl, gatewayUrl, store, there });
    }
    if (this.job.name !== "" && !this.row.isNew) return this.job;
    if (this.job.name !== "") await this.job.end();
    this.job.renew();
    if (!this.row.isNew) await this.job.run(this.job.create());
    return this.job;
  }

  /** How many requests the change makes when nothing is in its way. */
  async requests(): Promise<number> {
    const dry: FaultKind = { title: "none", fault: "noticed" };
    const point = await this.point(dry, Number.POSITIVE_INFINITY);
    if (point) throw new Error(`${this.title}, without a fault: ${point.reason}`);
    return this.faults.count;
  }

  /** Undefined where the change was over before its n-th request; then it has been verified all the same. */
  async point(kind: FaultKind, n: number): Promise<Point | undefined> {
    const about = { row: this.title, fault: kind.title, n };
    try {
      const outcome = await this.tried(kind, n);
      return outcome && { ...about, request: this.faults.struck ?? "", outcome };
    } catch (error) {
      this.faults.disarm();
      // What is wrong with this job must not be found once more at the next point.
      await this.job?.end().catch(() => undefined);
      if (this.job) this.job.name = "";
      const request = this.faults.struck ?? "none";
      return { ...about, request, outcome: "FAILED", reason: reasonOf(error) };
    }
  }

  private async tried(kind: FaultKind, n: number): Promise<Outcome | undefined> {
    const job = await this.ready();
    const { flink } = this.lab;
    const before = this.row.isNew ? { jobId: "", version: 1 } : await job.before();
    const known = (await job.known()).map(({ jid }) => jid);
    await this.row.begin?.(job, flink);
    const asked = this.row.ask(job, ++this.asked);
    const run = await this.withFault(job, kind, n, asked);
    const { struck, arrived } = this.faults;
    this.faults.disarm();
    if (run.ok) job.remember(asked.call, run, asked.changes);
    const isTouched =
      arrived.some((request) => /^(?:POST \/jobs\/\S+\/stop|PATCH )/u.test(request)) ||
      (await job.known()).some(({ jid }) => !known.includes(jid));
    if (!run.ok) await this.again(job, asked, run.text);
    await this.row.verify(job, before, flink);
    if (struck === undefined) return undefined;
    return run.ok ? "same run" : isTouched ? "next run" : "untouched";
  }

  private async again(job: TestJob, { call, changes }: Asked, said: string): Promise<void> {
    const run = await job.provider.run(call);
    if (!run.ok) throw new Error(`with the fault: ${said}\nthen: ${run.text}`);
    job.remember(call, run, changes);
  }

  private withFault(job: TestJob, { fault, kills }: FaultKind, n: number, { call }: Asked): Promise<Run> {
    this.faults.arm(n, fault, () => (kills ? job.provider.kill() : undefined), this.front);
    return job.provider.run(call);
  }

  /** The numbers in the sink must go on to the very end; then its job and its proxies go. */
  async close(): Promise<void> {
    try {
      if (this.job && this.job.name !== "") await this.job.goesOn();
    } finally {
      this.job?.provider.kill();
      await this.job?.end().catch(() => undefined);
      for (const proxy of this.proxies) proxy.stop();
    }
  }
}
