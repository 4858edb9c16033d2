/** A job under test: what the program would give to its hooks, what became of it, and what it wrote. */

import { join } from "node:path";
import { expect } from "vitest";
import type { JobRecord } from "../../../provider/decide/job/record.js";
import { openStore } from "../../../provider/remember/store.js";
import type { FlinkJob } from "../clusters/flink.js";
import { committedRows, type Row } from "../stories/sink.js";
import { until } from "../until.js";
import { type Call, Provider, type Run } from "./hook.js";
import type { Address, Lab } from "./lab.js";

/** Addresses by which a job's hooks reach the servers: mostly those of proxies. */
export interface Reach {
  readonly restUrl: string;
  readonly gatewayUrl: string;
  readonly store: string;
  /** A second cluster, where there is one. */
  readonly there?: Address | undefined;
}

type Inputs = Readonly<Record<string, unknown>>;

/** All numbers from 1 on, each once, which is for the sink to show; slow enough that no test comes to their end. */
const NUMBERS = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '40000')`;

const QUERY_COLUMNS = `__query_name STRING, __query_description STRING, __query_id STRING, __query_version INT,
  __query_create_timestamp TIMESTAMP(6)`;

/** Whatever a checkpoint covers is committed with it, and nothing else is. */
export const sinkAt = (path: string) => `CREATE TABLE sink (n BIGINT, ts TIMESTAMP_LTZ(3), ${QUERY_COLUMNS}) WITH (
  'connector' = 'filesystem', 'format' = 'json', 'path' = '${path}',
  'sink.rolling-policy.rollover-interval' = '500 ms', 'sink.rolling-policy.check-interval' = '250 ms')`;

export class TestJob {
  name = "";
  /** What differs from the first deployment, and stays so. */
  private changes: Inputs = {};
  private id = "";
  private outs: unknown = {};
  private names = 0;
  readonly provider = new Provider();
  /** Committed files do not change: each is read once. */
  private readonly read = new Map<string, readonly Row[]>();

  constructor(
    private readonly lab: Lab,
    private readonly prefix: string,
    readonly reach: Reach,
  ) {}

  /** Goes on with a job of another name. */
  renew(): void {
    this.name = `${this.prefix}-${++this.names}`;
    Object.assign(this, { changes: {}, id: "", outs: {} });
  }

  inputs(changes: Inputs = {}): Inputs {
    const { restUrl, gatewayUrl, store } = this.reach;
    return {
      name: this.name,
      description: "",
      targetTable: "sink",
      sql: "SELECT n FROM numbers",
      flinkProperties: properties(),
      file: "jobs/x.yaml",
      definitions: this.tables,
      metadataColumns: { timestamp: "ts", query: true },
      secretParameters: {},
      cluster: clusterAt({ restUrl, gatewayUrl }),
      store,
      startSeconds: 60,
      savepointSeconds: 60,
      requestSeconds: 10,
      self: `urn:pulumi:test::test::flink::${this.name}`,
      ...this.changes,
      ...changes,
    };
  }

  /** Inputs that lead it to the other one of two clusters. */
  otherCluster(): Inputs {
    const { there = this.reach } = this.reach;
    const { restUrl } = this.inputs().cluster as Address;
    return { cluster: clusterAt(restUrl === there.restUrl ? this.reach : there) };
  }

  get tables(): readonly [object, object] {
    const table = (sql: string) => ({ sql, label: "", file: "t.sql", line: 1, column: 1 });
    return [table(NUMBERS), table(sinkAt(`file://${this.sink}`))];
  }

  private get sink(): string {
    return join(this.lab.folder, "sinks", this.name);
  }

  create(changes: Inputs = {}): Call {
    return { hook: "create", args: [this.inputs(changes)] };
  }

  update(changes: Inputs = {}): Call {
    return { hook: "update", args: [this.id, this.outs, this.inputs(changes)] };
  }

  delete(): Call {
    return { hook: "delete", args: [this.id, this.outs] };
  }

  /** What the stack remembers after a hook went through. */
  remember({ hook }: Call, { text }: Run, changes: Inputs = {}): void {
    this.changes = { ...this.changes, ...changes };
    if (hook === "delete") return;
    const { id = this.id, outs } = JSON.parse(text);
    Object.assign(this, { id, outs });
  }

  /** Runs a hook that nothing is in the way of. */
  async run(call: Call, changes: Inputs = {}): Promise<void> {
    const run = await this.provider.run(call);
    expect(run.ok, `${this.name}: ${call.hook} without a fault: ${run.text}`).toBe(true);
    this.remember(call, run, changes);
  }

  async record(): Promise<JobRecord> {
    const stored = await openStore(this.reach.store).read(this.name);
    if (!stored) throw new Error(`${this.name} has no record`);
    return stored.record;
  }

  /** All jobs of its name that Flink knows. */
  async known(): Promise<readonly FlinkJob[]> {
    return (await this.lab.flink.jobs()).filter(({ name }) => name === this.name);
  }

  alive(): Promise<readonly FlinkJob[]> {
    return this.lab.flink.alive(this.name);
  }

  /** The one job of its name, which its record names, with no work left undone. */
  async running(): Promise<FlinkJob> {
    const [job, ...others] = await this.alive();
    const record = await this.record();
    expect(others, `${this.name}: further copies`).toEqual([]);
    expect(job, `${this.name}: a job that runs`).toMatchObject({ state: "RUNNING" });
    expect(record, this.name).toMatchObject({ status: "running", intent: undefined, current: { jobId: job?.jid } });
    return job as FlinkJob;
  }

  /** Flink's id of it, and the version. */
  async before(): Promise<{ readonly jobId: string; readonly version: number }> {
    const { jid } = await this.running();
    return { jobId: jid, version: (await this.record()).current.meta.version };
  }

  /** Throws unless the sink holds each number once, up to the last, for each version. Gives how many of the newest. */
  async sound(): Promise<number> {
    let seen = "";
    return until(`numbers of ${this.name} in the sink`, 10, async () => {
      const versions = byVersion(await committedRows(this.sink, this.read));
      seen = [...versions].map(([version, rows]) => `version ${version}: ${faultsOf(rows)}`).join("; ");
      const isSound = [...versions.values()].every((rows) => faultsOf(rows) === "");
      return isSound ? (versions.get(Math.max(...versions.keys()))?.length ?? 0) : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : error}: ${seen}`);
    });
  }

  /** Throws unless it writes on from where it was, and what it writes is sound. */
  async goesOn(): Promise<void> {
    const { version } = (await this.record()).current.meta;
    const rows = async () =>
      (await committedRows(this.sink, this.read)).filter((row) => Number(row.__query_version) === version).length;
    const before = await rows();
    await until(`more rows of ${this.name}`, 60, async () => ((await rows()) > before + 10 ? true : undefined));
    await this.sound();
  }

  /** Cancels whatever runs under its name. */
  async end(): Promise<void> {
    for (const { jid } of await this.alive()) await this.lab.flink.cancel(jid);
  }
}

function clusterAt({ restUrl, gatewayUrl }: Address) {
  return { restUrl, gatewayUrl, activity: "none", target: "remote", folder: "x" };
}

export function properties(interval = "1000 ms"): Record<string, string> {
  return { "execution.checkpointing.interval": interval, "parallelism.default": "1" };
}

function byVersion(rows: readonly Row[]): Map<number, Row[]> {
  const versions = new Map<number, Row[]>();
  for (const row of rows) {
    const version = Number(row.__query_version);
    const known = versions.get(version);
    if (known) known.push(row);
    else versions.set(version, [row]);
  }
  return versions;
}

/** What is wrong with numbers that should be all from 1 to the last; empty where nothing is. */
function faultsOf(rows: readonly Row[]): string {
  const numbers = rows.map(({ n }) => Number(n)).sort((a, b) => a - b);
  const missing = Math.max(0, ...numbers) - new Set(numbers).size;
  const repeated = numbers.length - new Set(numbers).size;
  return missing + repeated === 0 ? "" : `${missing} missing, ${repeated} repeated of ${numbers.length}`;
}
