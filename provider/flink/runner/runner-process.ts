/** One process of the runner: a question at a time, its answer, and what it said last where there is none. */

import { z } from "zod";
import { UserError } from "../../decide/index.js";
import { NoAnswer } from "../rest/http.js";

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
  /** What was asked for, and of which job. */
  do: z.string(),
  job: z.string(),
  ok: z.boolean(),
  plan: z.string().optional(),
  catalogs: z.array(z.string()).optional(),
  jobId: z.string().optional(),
  error: Failure.optional(),
});
export type RunnerAnswer = z.infer<typeof Answer>;

export interface RunnerRequest {
  readonly do: "prepare" | "start" | "discard" | "check";
  readonly job: string;
  readonly [more: string]: unknown;
}

/** The way out where it does not run, or not to the end. */
export const WHOLE_PYTHON =
  "check that the configuration key `pyClientExecutable` names a Python with PyFlink of Flink's version (`npm run setup -- --pyflink` installs one), and that Java runs";

interface Waiting {
  readonly request: RunnerRequest;
  readonly answer: (answer: RunnerAnswer) => void;
  readonly fail: (error: Error) => void;
}

/** Lines of the process's output that are kept for a message. */
const KEPT_LINES = 40;

/** One process: what it answers late, or after it was ended, belongs to nobody. */
export class RunnerProcess {
  private waiting: Waiting | undefined;
  private lastWords: string[] = [];
  private hasEnded = false;

  constructor(
    readonly pid: number,
    private readonly write: (line: string) => void,
    private readonly kill: () => void,
  ) {}

  isOver(): boolean {
    return this.hasEnded;
  }

  async ask(request: RunnerRequest, limitMs: number): Promise<RunnerAnswer> {
    const limit = setTimeout(() => this.giveUp(`no answer within ${limitMs / 1000} s`), limitMs);
    try {
      return await new Promise<RunnerAnswer>((answer, fail) => {
        this.waiting = { request, answer, fail };
        if (this.hasEnded) this.end("");
        else this.write(`${JSON.stringify(request)}\n`);
      });
    } finally {
      clearTimeout(limit);
      this.waiting = undefined;
    }
  }

  said(line: string): void {
    this.lastWords = [...this.lastWords, line].slice(-KEPT_LINES);
  }

  take(line: string): void {
    if (!this.waiting) return;
    const { request, answer } = this.waiting;
    const found = answerOf(line);
    if (found?.do === request.do && found.job === request.job) answer(found);
    else this.giveUp(`its output is not an answer to ${request.do} ${request.job}`);
  }

  /** With a process that did not do as asked, all that it holds is given up: what it is about to do is not known. */
  private giveUp(reason: string): void {
    this.hasEnded = true;
    this.kill();
    this.waiting?.fail(new NoAnswer("the runner", reason));
  }

  end(why: string): void {
    this.hasEnded = true;
    const words = lastWords(this.lastWords) || why || "it printed nothing";
    this.waiting?.fail(runnerFailed("the Python process that plans and starts jobs exited", words));
  }
}

export function runnerFailed(what: string, cause: string): UserError {
  return new UserError("runner-failed", { what, cause, fix: WHOLE_PYTHON });
}

function answerOf(line: string): RunnerAnswer | undefined {
  try {
    return Answer.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** The end of a trace says what happened; the frames before it do not help whoever deploys. */
function lastWords(lines: readonly string[]): string {
  return lines
    .filter((line) => line.trim() !== "" && !/^\s+(?:at |File )|^WARNING/u.test(line))
    .slice(-3)
    .join("\n");
}
