/** The Python program in runner/ as a process that plans and starts jobs: one JSON line in, one out (see runner/README.md). */

import { mkdir, readdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { passedOn } from "../../decide/index.js";
import { workspace } from "../../workspace/index.js";
import { type RunnerAnswer, RunnerProcess, type RunnerRequest, runnerFailed } from "./runner-process.js";
import { shortLived } from "./short-lived.js";

export interface RunnerSpec {
  /** A Python that can `import pyflink`. */
  readonly python: string;
  /** Distribution whose classes it takes. */
  readonly flinkHome: string;
  /** Names of environment variables that it gets beside those that it needs. */
  readonly environment?: readonly string[];
  /** Variables that lead to the store's server, with their values. */
  readonly storeEnvironment?: () => Promise<Readonly<Record<string, string>>>;
}

const runners = new Map<string, Runner>();

/** One process serves all jobs of an update: Java's start, some seconds, is paid once. */
export function runnerOf(spec: RunnerSpec): Runner {
  const key = JSON.stringify(spec);
  const runner = runners.get(key) ?? new Runner(spec);
  runners.set(key, runner);
  return runner;
}

export class Runner {
  private running: Promise<RunnerProcess> | undefined;
  /** Settled once the requests of before are. */
  private before: Promise<unknown> = Promise.resolve();

  constructor(readonly spec: RunnerSpec) {}

  /** Number of the process, once it was started. */
  async pid(): Promise<number | undefined> {
    return (await this.running)?.pid;
  }

  /**
   * One request after another is given to the process, and `limitMs` counts from then. Throws NoAnswer when it is over,
   * runner-failed where the process cannot be started or ends, and where `planner`, the number of the process that planned
   * the job, is not that of the one which runs.
   */
  request(request: RunnerRequest, limitMs: number, planner?: number): Promise<RunnerAnswer> {
    const asked = this.before.then(() => this.ask(request, limitMs, planner));
    this.before = asked.catch(() => undefined);
    return asked;
  }

  private async ask(request: RunnerRequest, limitMs: number, planner?: number): Promise<RunnerAnswer> {
    if (planner !== undefined && planner !== (await this.pid()))
      throw runnerFailed("the Python process that planned the job exited", "its plan is lost");
    this.running ??= this.start();
    const running = await this.running.catch((error: unknown) => {
      this.running = undefined;
      throw error;
    });
    try {
      return await running.ask(request, limitMs);
    } finally {
      if (running.isOver()) this.running = undefined;
    }
  }

  private async start(): Promise<RunnerProcess> {
    // Loaded when it is needed: execa is a pure ES module, which compiled TypeScript cannot require.
    const { execa } = await import("execa");
    const folder = workspace.asset("runner");
    const child = execa(this.spec.python, ["-m", "flink_runner", "-"], {
      env: {
        ...passedOn(process.env, this.spec.environment ?? [], "python"),
        ...(await this.spec.storeEnvironment?.()),
        PYTHONPATH: [folder, ...(process.env.PYTHONPATH ? [process.env.PYTHONPATH] : [])].join(delimiter),
        FLINK_HOME: this.spec.flinkHome,
        FLINK_CONF_DIR: process.env.FLINK_CONF_DIR ?? join(this.spec.flinkHome, "conf"),
        ...shortLived(),
        TMPDIR: await privateFolder(),
      },
      extendEnv: false,
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      buffer: false,
      reject: false,
      forceKillAfterDelay: 5000,
    });
    child.stdin.on("error", () => undefined);
    child.stdin.write(`${JSON.stringify({ format: 1, results: { fd: 3 }, jobs: [] })}\n`);
    const running = new RunnerProcess(
      child.pid ?? 0,
      (line) => void child.stdin.write(line),
      () => void child.kill("SIGKILL"),
    );
    readLines(child.stderr, (line) => running.said(line));
    readLines(child.stdio[3] as Readable, (line) => running.take(line));
    void child.then((ended) => running.end(ended.failed ? (ended.originalMessage ?? "") : ""));
    // It must not keep the provider alive: at the end of its input it ends by itself.
    child.unref();
    return running;
  }
}

function readLines(stream: Readable, take: (line: string) => void): void {
  const lines = createInterface({ input: stream });
  lines.on("line", take);
  lines.on("error", () => undefined);
}

/**
 * Folder for the temporary files of this deployment's runner, for the user's eyes only. The runner empties it; what one
 * left that was killed goes now.
 */
async function privateFolder(): Promise<string> {
  const all = workspace.local("runner");
  await mkdir(all, { recursive: true, mode: 0o700 });
  const left = (await readdir(all)).filter((pid) => !isRunnerProcess(Number(pid)));
  await Promise.all(left.map((pid) => rm(join(all, pid), { recursive: true, force: true })));
  const own = join(all, String(process.pid));
  await mkdir(own, { recursive: true, mode: 0o700 });
  return own;
}

function isRunnerProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
