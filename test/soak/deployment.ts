/** The stack of a soak, with a local cluster of its own, and `pulumi` on it as a person would run it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { startLocalOrNothing, stopLocal } from "../../provider/cluster/local/local.js";
import type { LocalSpec } from "../../provider/cluster/local/local-configuration.js";
import { readProcesses } from "../../provider/cluster/local/processes.js";
import { flinkHome, localSpec } from "../support/clusters/cluster.js";
import { Flink } from "../support/clusters/flink.js";
import { environmentOf, onStack, type Stack } from "../support/stories/pulumi.js";
import { exportState, importState, makeStack, writeConfig } from "../support/stories/stack.js";
import { type During, disturb } from "./disturb.js";
import { choicesOf, type Wanted, writeManifests } from "./fleet.js";

export interface Updated {
  readonly code: number;
  readonly text: string;
  readonly seconds: number;
  /** Whether the disturbance came while it ran. */
  readonly isDisturbed: boolean;
}

const LIMIT_MS = 600_000;

export class Deployment {
  /** A cluster that is not the stack's own; undefined until the jobs move there for the first time. */
  private other: LocalSpec | undefined;
  private isMoved = false;

  private constructor(
    readonly folder: string,
    private stack: Stack,
    private readonly slots: number,
  ) {}

  static async begin(slots: number): Promise<Deployment> {
    const folder = await mkdtemp(join(tmpdir(), "soak-"));
    const stack = { name: `soak-${folder.slice(-6).toLowerCase()}`, folder: join(folder, "pulumi") };
    const begun = new Deployment(folder, stack, slots);
    await makeStack(stack);
    return begun;
  }

  /** Of the local cluster. */
  get cluster(): string {
    return join(process.cwd(), ".local", this.stack.name);
  }

  get store(): string {
    return `file://${this.folder}/store`;
  }

  get output(): string {
    return join(this.folder, "output");
  }

  async flink(): Promise<Flink> {
    if (this.isMoved && this.other) return flinkOf(this.other);
    const { ports } = await readProcesses(this.cluster);
    return new Flink(`http://127.0.0.1:${ports?.restPort}`);
  }

  /** The cluster that the jobs have left, where it runs on. */
  left(): Flink | undefined {
    return !this.isMoved && this.other ? flinkOf(this.other) : undefined;
  }

  /** From the stack's own cluster to one that is there already, or back; the next update does it. */
  async move(): Promise<void> {
    this.isMoved = !this.isMoved;
    if (this.other) return;
    this.other = await localSpec(join(this.folder, "other"), this.slots);
    await startLocalOrNothing(this.other, () => undefined);
  }

  /** Puts manifests and configuration in place. */
  async place(fleet: readonly Wanted[]): Promise<void> {
    const manifests = join(this.folder, "manifests");
    await writeManifests(manifests, this.output, fleet);
    await writeConfig(this.stack, {
      ...(this.isMoved && this.other ? addressOf(this.other) : { target: "local" }),
      slots: this.slots,
      taskManagerMemory: "2560m",
      flinkHome: flinkHome(),
      clusterProperties: { "taskmanager.memory.jvm-metaspace.size": "768m" },
      store: this.store,
      manifests,
      template: join(manifests, "job-template.yaml"),
      tables: [join(manifests, "tables.sql")],
      queryMetadata: false,
      choices: choicesOf(fleet),
    });
  }

  /** `during` happens after so many milliseconds, where the update still runs then. */
  async up(during?: { readonly what: During; readonly afterMs: number }): Promise<Updated> {
    const since = Date.now();
    const args = ["up", "--yes", ...onStack(this.stack), "--non-interactive", "--color", "never"];
    const running = execa("pulumi", args, this.options);
    let isDisturbed = false;
    const timer =
      during &&
      setTimeout(() => {
        isDisturbed = true;
        void disturb(running.pid ?? 0, during.what, this.cluster);
      }, during.afterMs);
    const { exitCode, all } = await running;
    clearTimeout(timer);
    return { code: exitCode ?? -1, text: all, seconds: (Date.now() - since) / 1000, isDisturbed };
  }

  private get options() {
    // Apart from ours, so that an interruption of a soak is one of the soak, not of the update.
    return {
      env: environmentOf(this.stack),
      reject: false,
      all: true,
      timeout: LIMIT_MS,
      detached: true,
    } as const;
  }

  /** What Pulumi asks for where an update was killed: its lock stays behind. */
  async unlock(): Promise<void> {
    await execa("pulumi", ["cancel", "--yes", "--stack", this.stack.name, "--non-interactive"], this.options);
  }

  exportState(): Promise<string> {
    return exportState(this.stack);
  }

  importState(state: string): Promise<void> {
    return importState(this.stack, state);
  }

  /** A new stack of the same name, which knows nothing. */
  async loseStack(): Promise<void> {
    await rm(this.stack.folder, { recursive: true });
    await makeStack(this.stack);
  }

  async destroy(): Promise<Updated> {
    const since = Date.now();
    const { exitCode, all } = await execa("pulumi", ["destroy", "--yes", ...onStack(this.stack)], this.options);
    return { code: exitCode ?? -1, text: all, seconds: (Date.now() - since) / 1000, isDisturbed: false };
  }

  /** Leaves no process, and no file but those of a run that failed. */
  async end(isKept: boolean): Promise<void> {
    await stopLocal(this.cluster);
    if (this.other) await stopLocal(this.other.folder);
    if (isKept) return;
    await rm(this.cluster, { recursive: true, force: true });
    await rm(this.folder, { recursive: true, force: true });
  }
}

function flinkOf({ restPort }: LocalSpec): Flink {
  return new Flink(`http://127.0.0.1:${restPort}`);
}

function addressOf({ restPort, gatewayPort }: LocalSpec) {
  return {
    target: "remote",
    restUrl: `http://127.0.0.1:${restPort}`,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
  };
}
