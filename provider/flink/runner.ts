/** The Python program in runner/ as a process that plans and starts jobs: one JSON line in, one out (see runner/README.md). */

import { mkdir, readdir, rm } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";
import { passedOn } from "../core/environment.js";
import { reasonOf, UserError } from "../core/errors.js";
import { NoAnswer } from "./http.js";
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

const Failure = z.object({
  part: z.string(),
  message: z.string(),
  index: z.number().optional(),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  /** Messages of a Java exception's chain, outermost first. */
  causes: z.array(z.string()).optional(),
});
export type RunnerFailure = z.infer<typeof Failure>;

const Answer = z.object({
  ok: z.boolean(),
  plan: z.string().optional(),
  catalogs: z.array(z.string()).optional(),
  jobId: z.string().optional(),
  error: Failure.optional(),
});
export type RunnerAnswer = z.infer<typeof Answer>;

/** The way out where it does not run, or not to the end. */
export const WHOLE_PYTHON =
  "check that the configuration key `pyClientExecutable` names a Python with PyFlink of Flink's version (`npm run setup -- --pyflink` installs one), and that Java runs";

interface Waiting {
  readonly answer: (answer: RunnerAnswer) => void;
  readonly fail: (error: Error) => void;
}

interface Running {
  readonly pid: number;
  readonly write: (line: string) => void;
  readonly kill: () => void;
}

/** Lines of the process's output that are kept for a message. */
const KEPT_LINES = 40;

const runners = new Map<string, Runner>();

/** One process serves all jobs of an update: Java's start, some seconds, is paid once. */
export function runnerOf(spec: RunnerSpec): Runner {
  const key = JSON.stringify(spec);
  const runner = runners.get(key) ?? new Runner(spec);
  runners.set(key, runner);
  return runner;
}

export class Runner {
  private running: Promise<Running> | undefined;
  /** Answers come in the order of the requests. */
  private waiting: Waiting[] = [];
  private lastWords: string[] = [];

  constructor(readonly spec: RunnerSpec) {}

  /** Number of the process, once it was started. */
  async pid(): Promise<number | undefined> {
    return (await this.running)?.pid;
  }

  /** Throws NoAnswer when `limitMs` is over or the process ends, runner-failed where it cannot be started. */
  async request(request: object, limitMs: number): Promise<RunnerAnswer> {
    this.running ??= this.start();
    const running = await this.running.catch((error: unknown) => {
      this.running = undefined;
      throw error;
    });
    const limit = setTimeout(() => {
      this.failAll(new NoAnswer("the runner", `no answer within ${limitMs / 1000} s`));
      running.kill();
    }, limitMs);
    try {
      return await new Promise<RunnerAnswer>((answer, fail) => {
        this.waiting.push({ answer, fail });
        running.write(`${JSON.stringify(request)}\n`);
      });
    } finally {
      clearTimeout(limit);
    }
  }

  private async start(): Promise<Running> {
    // Loaded when it is needed: execa is a pure ES module, which compiled TypeScript cannot require.
    const { execa } = await import("execa");
    const folder = resolve("runner");
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
    this.lastWords = [];
    this.readLines(child.stderr, (line) => this.lastWords.push(line));
    this.readLines(child.stdio[3] as Readable, (line) => this.take(line));
    void child.then((ended) => this.ended(ended.failed ? (ended.originalMessage ?? "") : ""));
    child.stdin.on("error", () => undefined);
    child.stdin.write(`${JSON.stringify({ format: 1, results: { fd: 3 }, jobs: [] })}\n`);
    // It must not keep the provider alive: at the end of its input it ends by itself.
    child.unref();
    return {
      pid: child.pid ?? 0,
      write: (line) => void child.stdin.write(line),
      kill: () => void child.kill("SIGKILL"),
    };
  }

  private readLines(stream: Readable, take: (line: string) => void): void {
    const lines = createInterface({ input: stream });
    lines.on("line", (line) => {
      take(line);
      this.lastWords = this.lastWords.slice(-KEPT_LINES);
    });
    lines.on("error", () => undefined);
  }

  private take(line: string): void {
    const waiting = this.waiting.shift();
    try {
      waiting?.answer(Answer.parse(JSON.parse(line)));
    } catch (error) {
      waiting?.fail(new Error(`the runner's answer cannot be read: ${reasonOf(error)}`, { cause: error }));
    }
  }

  private ended(why: string): void {
    this.running = undefined;
    if (this.waiting.length === 0) return;
    const words = lastWords(this.lastWords) || why || "it printed nothing";
    this.failAll(
      new UserError("runner-failed", {
        what: "the Python process that plans and starts jobs exited",
        cause: words,
        fix: WHOLE_PYTHON,
      }),
    );
  }

  private failAll(error: Error): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const { fail } of waiting) fail(error);
  }
}

/**
 * Folder for the temporary files of this deployment's runner, for the user's eyes only. The runner empties it; what one
 * left that was killed goes now.
 */
async function privateFolder(): Promise<string> {
  const all = resolve(".local", "runner");
  await mkdir(all, { recursive: true, mode: 0o700 });
  const left = (await readdir(all)).filter((pid) => !isRunning(Number(pid)));
  await Promise.all(left.map((pid) => rm(join(all, pid), { recursive: true, force: true })));
  const own = join(all, String(process.pid));
  await mkdir(own, { recursive: true, mode: 0o700 });
  return own;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The end of a trace says what happened; the frames before it do not help whoever deploys. */
function lastWords(lines: readonly string[]): string {
  return lines
    .filter((line) => line.trim() !== "" && !/^\s+(?:at |File )|^WARNING/u.test(line))
    .slice(-3)
    .join("\n");
}
