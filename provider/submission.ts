/** One start of a job through the SQL Gateway: prepared and planned by Flink first, submitted later. */

import { UserError } from "./errors.js";
import { type SqlGateway, StatementRefused } from "./flink/gateway.js";
import { NoAnswer } from "./flink/http.js";
import { effectiveProperties, FIXED_JOB_ID, STATE_RECOVERY_PATH } from "./properties.js";
import type { Deployment } from "./record.js";
import { type JobStatements, jobStatements, VIEW_HEAD_LINES } from "./statements.js";

/** Flink refused a part of a job: the n-th definition, the query, or the INSERT around it. */
export class JobRefused extends Error {
  constructor(
    readonly part: "definition" | "query" | "insert",
    readonly index: number,
    /** From 1, in the part's own text; undefined where Flink names no place. */
    readonly line: number | undefined,
    readonly column: number | undefined,
    words: string,
  ) {
    super(words);
    this.name = "JobRefused";
  }
}

export interface SubmissionTarget {
  readonly gateway: SqlGateway;
  /** The JobManager that the gateway submits to. */
  readonly restUrl: string;
  /** For all statements of one job together, in milliseconds. */
  readonly limitMs: number;
}

/** A session that holds all that a job needs; `slots` is what Flink's plan of the whole INSERT takes. */
export class Submission {
  private constructor(
    private readonly target: SubmissionTarget,
    readonly session: string,
    private readonly statements: JobStatements,
    readonly slots: number,
  ) {}

  /** Opens a session, runs the definitions, and has Flink plan the whole INSERT. Throws JobRefused; starts nothing. */
  static async prepare(
    deployment: Deployment,
    secrets: Readonly<Record<string, string>>,
    target: SubmissionTarget,
  ): Promise<Submission> {
    const { manifest, meta, directories } = deployment;
    const columns = deployment.metadataColumns;
    if (!columns) throw new Error(`${manifest.name}: a record without metadata columns cannot be started`);
    const statements = jobStatements(manifest, deployment.definitions ?? [], columns, meta, secrets);
    const properties = {
      ...targetProperties(target.restUrl),
      ...effectiveProperties(manifest, directories, meta.version),
    };
    return gatewayAnswers(manifest.name, target, async () => {
      const session = await target.gateway.openSession(manifest.name, properties);
      try {
        return new Submission(target, session, statements, await planIn(session, statements, target));
      } catch (error) {
        await target.gateway.closeSession(session).catch(() => undefined);
        throw error;
      }
    });
  }

  /** Starts the job under this id; `from` is a savepoint's or checkpoint's path. */
  async submit(jobId: string, from: string | undefined): Promise<void> {
    const options = { [FIXED_JOB_ID]: jobId, ...(from === undefined ? {} : { [STATE_RECOVERY_PATH]: from }) };
    await this.target.gateway.execute(this.session, this.statements.insert, options, this.target.limitMs);
  }

  /** The session ends by itself some time later where this does not reach the gateway. */
  async close(): Promise<void> {
    await this.target.gateway.closeSession(this.session).catch(() => undefined);
  }
}

function targetProperties(restUrl: string): Record<string, string> {
  const { hostname, port } = new URL(restUrl);
  return {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port || "80",
    "execution.attached": "false",
  };
}

async function planIn(session: string, statements: JobStatements, target: SubmissionTarget): Promise<number> {
  const run = (sql: string) => target.gateway.execute(session, sql, {}, target.limitMs);
  for (const [index, sql] of statements.definitions.entries()) await refusedAs("definition", index, 0, () => run(sql));
  await refusedAs("query", 0, VIEW_HEAD_LINES, () => run(statements.view));
  const rows = await refusedAs("insert", 0, 0, () => run(`EXPLAIN JSON_EXECUTION_PLAN ${statements.insert}`));
  return slotsOf(String(rows[0]?.[0] ?? ""));
}

async function refusedAs<T>(
  part: JobRefused["part"],
  index: number,
  headLines: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    const line = error.line === undefined || error.line <= headLines ? undefined : error.line - headLines;
    throw new JobRefused(part, index, line, line === undefined ? undefined : error.column, error.message);
  }
}

/** All tasks of a SQL job share slots, so the widest of them decides. */
function slotsOf(explanation: string): number {
  const widths = [...explanation.matchAll(/"parallelism"\s*:\s*(\d+)/gu)].map((found) => Number(found[1]));
  return Math.max(1, ...widths);
}

async function gatewayAnswers<T>(job: string, { gateway }: SubmissionTarget, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new UserError("gateway-unreachable", {
      what: `${job}: the SQL Gateway at ${gateway.url} gives no answer; nothing was stopped or started`,
      cause: error.message,
      fix: "check that it runs and that this machine may reach it; `pulumi up` starts a local one again",
    });
  }
}
