/** A start through the runner: for code, and for SQL on a cluster without a SQL Gateway. */

import { hostname } from "node:os";
import { isProcessAlive, type Started, startedProcess, stopProcess } from "../cluster/index.js";
import {
  CHECKPOINTS_DIRECTORY,
  type Deployment,
  type Intent,
  QUERY_VIEW,
  SAVEPOINTS_DIRECTORY,
  setOrReset,
  UserError,
  VIEW_HEAD_LINES,
} from "../decide/index.js";
import {
  NoAnswer,
  planFacts,
  type Runner,
  type RunnerFailure,
  type RunnerSpec,
  runnerOf,
  StatementRefused,
  tellingCause,
  WHOLE_PYTHON,
} from "../flink/index.js";
import {
  JobRefused,
  type Submission,
  type SubmissionTarget,
  startOptions,
  submittedParts,
  targetProperties,
} from "./submission-parts.js";

/** Two submissions of one job may lie in the runner at the same time. */
let count = 0;

/** Has the runner plan the job and keep it. Throws JobRefused; starts nothing. */
export async function prepareInRunner(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: SubmissionTarget,
): Promise<Submission> {
  const { manifest } = deployment;
  const { statements, properties } = submittedParts(deployment, secrets, target);
  const runner = runnerOf(target.runner);
  const job = `${manifest.name} ${++count}`;
  const hidden = { secrets: Object.values(secrets) };
  const planned = await answers(manifest.name, () =>
    runner.request(
      {
        do: "prepare",
        job,
        ...hidden,
        properties,
        fixed: { ...targetProperties(target.jobManager), ...ownOptions(properties) },
        definitions: statements.definitions.map((sql) => setOrReset(sql) ?? sql),
        ...(manifest.code === undefined ? { view: statements.view } : { code: codeOf(manifest.code, target) }),
        insert: statements.insert,
      },
      target.limitMs,
    ),
  );
  if (planned.error) throw refusedBy(planned.error);
  const planner = await runner.pid();
  const close = async () => {
    await runner.request({ do: "discard", job }, target.limitMs, planner).catch(() => undefined);
  };
  return {
    facts: planFacts(planned.plan ?? ""),
    isRepeatable: planned.catalogs?.length === 1,
    session: await sessionOf(runner),
    submit: async (jobId, from) => {
      const fixed = startOptions(jobId, from);
      const started = await runner.request({ do: "start", job, ...hidden, fixed }, target.limitMs, planner);
      if (started.error) throw new StatementRefused(started.error.message, undefined, undefined);
    },
    keep: close,
    close,
  };
}

/** Compiles code, for which no cluster, no Java and no PyFlink is needed. Throws JobRefused. */
export async function compileInRunner(job: string, code: string, target: SubmissionTarget): Promise<void> {
  const request = { do: "check" as const, job, code: codeOf(code, target), insert: "none" };
  const answer = await answers(job, () => runnerOf(target.runner).request(request, target.limitMs));
  if (answer.error) throw refusedBy(answer.error);
}

/** Code may set any option but these, by which the job and its state are found again. */
function ownOptions(properties: Readonly<Record<string, string>>): Record<string, string> {
  const own = ["pipeline.name", CHECKPOINTS_DIRECTORY, SAVEPOINTS_DIRECTORY];
  return Object.fromEntries(Object.entries(properties).filter(([option]) => own.includes(option)));
}

function codeOf(text: string, { codePlace }: SubmissionTarget): object {
  const { file = "code", lines, column } = codePlace() ?? {};
  return {
    text,
    file,
    view: QUERY_VIEW,
    ...(lines ? { lines } : { line: 1 }),
    ...(column === undefined ? {} : { column }),
  };
}

function refusedBy({ part, index = 0, line, column, causes, ...failure }: RunnerFailure): JobRefused | UserError {
  const isSql = part === "definition" || part === "query" || part === "insert";
  const message = isSql && causes?.length ? tellingCause(causes) : failure.message;
  if (part === "definition" || part === "insert") return new JobRefused(part, index, line, column, message);
  if (part === "query") {
    const own = line === undefined || line <= VIEW_HEAD_LINES ? undefined : line - VIEW_HEAD_LINES;
    return new JobRefused(part, 0, own, own === undefined ? undefined : column, message);
  }
  if (part === "code" || part === "output") return new JobRefused("code", 0, line, column, message);
  return new UserError("runner-failed", {
    what: "the Python process that plans and starts jobs failed",
    cause: message,
    fix: WHOLE_PYTHON,
  });
}

async function answers<T>(job: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const what = `${job}: it could not be planned; nothing was stopped or started`;
    if (error instanceof UserError)
      throw new UserError(error.code, { ...error.parts, what: `${what}: ${error.parts.what}` });
    if (!(error instanceof NoAnswer)) throw error;
    const fix = "raise the configuration key `startSeconds`, or check whether Java and Python hang on this machine";
    throw new UserError("runner-failed", { what, cause: error.message, fix });
  }
}

/** A runner of a deployment that died could still submit its job: it can be found by these, on the same machine. */
async function sessionOf(runner: Runner): Promise<Submission["session"]> {
  const started = await startedProcess("runner", (await runner.pid()) ?? 0);
  return { gatewayUrl: `runner:${hostname()}`, handle: `${started.pid} ${started.startTime}` };
}

/** Ends the runner of a deployment that died, so that it cannot submit its job beside the next one. */
export async function endLeftRunner(session: NonNullable<Intent["session"]>, spec: RunnerSpec): Promise<void> {
  const [, pid = "", startTime = ""] = /^(\d+) (.*)$/u.exec(session.handle) ?? [];
  const left: Started = { role: "runner", pid: Number(pid), startTime };
  if (session.gatewayUrl !== `runner:${hostname()}` || left.pid === (await runnerOf(spec).pid())) return;
  if (await isProcessAlive(left)) await stopProcess(left);
}
