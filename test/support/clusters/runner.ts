/** The runner as a process of its own, asked one request after another, as a deployment asks it. */

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";

const Answer = z.object({
  do: z.string().nullable(),
  job: z.string().nullable(),
  ok: z.boolean(),
  seconds: z.number(),
  plan: z.string().optional(),
  jobId: z.string().optional(),
  error: z
    .object({
      part: z.string(),
      message: z.string(),
      index: z.number().optional(),
      file: z.string().optional(),
      line: z.number().optional(),
      column: z.number().optional(),
      trace: z.array(z.object({ file: z.string(), line: z.number(), function: z.string() })).optional(),
    })
    .optional(),
});
export type Answer = z.infer<typeof Answer>;

export type Request = Readonly<{ [key: string]: unknown }>;

/** A Flink and the Python that runs its PyFlink. */
export interface PyFlink {
  readonly version: string;
  readonly flinkHome: string;
  readonly python: string;
}

/** What `npm test -- integration` sets; a missing one is a failure, not a reason to skip. */
export function pyFlinkOf(version: string): PyFlink {
  const name = version.replaceAll(".", "_");
  const flinkHome = process.env[`FLINK_${name}_HOME`];
  const python = process.env[`PYFLINK_${name}_PYTHON`];
  if (!flinkHome || !python) throw new Error(`no PyFlink ${version}: run it as \`npm test -- integration\``);
  return { version, flinkHome, python };
}

const RUNNER = resolve("runner");

function environmentOf({ flinkHome }: PyFlink, scratch: string): { [name: string]: string } {
  return { FLINK_HOME: flinkHome, PYTHONPATH: RUNNER, PYTHONDONTWRITEBYTECODE: "1", TMPDIR: scratch };
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  /** Names of what it left in its temporary folder. */
  readonly left: readonly string[];
}

/** One process for many requests; its temporary folder is one of its own, so that leftovers are seen. */
export class Runner {
  private stderr = "";
  private readonly waiting: ((line: string) => void)[] = [];
  private readonly exited: Promise<number | null>;

  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    private readonly scratch: string,
  ) {
    this.exited = new Promise((exited) => child.once("exit", exited));
    child.stderr?.on("data", (data: Buffer) => {
      this.stderr += data;
    });
    if (child.stdout) createInterface(child.stdout).on("line", (line) => this.waiting.shift()?.(line));
  }

  static async start(pyFlink: PyFlink): Promise<Runner> {
    const scratch = await mkdtemp(join(tmpdir(), "runner-test-"));
    const env = { ...process.env, ...environmentOf(pyFlink, scratch) };
    const runner = new Runner(spawn(pyFlink.python, ["-m", "flink_runner", "-"], { env }), scratch);
    runner.child.stdin?.write(`${JSON.stringify({ format: 1, results: { fd: 1 } })}\n`);
    return runner;
  }

  /** Answers come in the order of the requests. */
  async ask(request: Request): Promise<Answer> {
    const answered = new Promise<string>((answer) => this.waiting.push(answer));
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const line = await Promise.race([answered, this.exited]);
    if (typeof line !== "string") throw new Error(`the runner ended with ${line}:\n${this.stderr}`);
    return Answer.parse(JSON.parse(line));
  }

  /** What user code and PyFlink have printed so far. */
  get printed(): string {
    return this.stderr;
  }

  /** Ends it by the end of its input, or by a signal. */
  async end(signal?: NodeJS.Signals): Promise<Ended> {
    if (signal) this.child.kill(signal);
    else this.child.stdin?.end();
    const code = await this.exited;
    const left = await readdir(this.scratch);
    await rm(this.scratch, { recursive: true });
    return { code, stderr: this.stderr, left };
  }
}

/** Runs the runner once with a description file, started by `flink run -py` or by Python itself. */
export async function runOnce(pyFlink: PyFlink, jobs: readonly Request[], flinkRun?: readonly string[]) {
  const scratch = await mkdtemp(join(tmpdir(), "runner-test-"));
  const [description, results] = [join(scratch, "description.json"), join(scratch, "results")];
  try {
    await writeFile(description, JSON.stringify({ format: 1, results: { file: results }, jobs }), { mode: 0o600 });
    const plain = { command: pyFlink.python, args: ["-m", "flink_runner", description] };
    const byFlink = [...(flinkRun ?? []), "-pyfs", RUNNER, "-pym", "flink_runner", description];
    const { command, args } = flinkRun ? { command: join(pyFlink.flinkHome, "bin", "flink"), args: byFlink } : plain;
    const env = { ...environmentOf(pyFlink, scratch), FLINK_LOG_DIR: join(scratch, "log") };
    const { exitCode, all } = await execa(command, args, { env, reject: false, all: true });
    const text = await readFile(results, "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    const left = (await readdir(scratch)).filter((name) => !["description.json", "results", "log"].includes(name));
    return { code: exitCode, printed: all, left, answers: lines.map((line) => Answer.parse(JSON.parse(line))) };
  } finally {
    await rm(scratch, { recursive: true });
  }
}
