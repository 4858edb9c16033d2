/** A start through the SQL Gateway: a session that holds all that the job needs. */

import { DEPENDENCY_OPTIONS, dependencyEntries } from "../core/dependencies.js";
import { UserError } from "../core/errors.js";
import type { Deployment } from "../core/record.js";
import { sqlString } from "../core/sql-text.js";
import { type JobStatements, VIEW_HEAD_LINES } from "../core/statements.js";
import { type SqlGateway, StatementRefused } from "../flink/gateway.js";
import { NoAnswer } from "../flink/http.js";
import {
  JobRefused,
  type Submission,
  type SubmissionTarget,
  slotsOf,
  startOptions,
  submittedParts,
  targetProperties,
} from "./submission-parts.js";

type GatewayTarget = SubmissionTarget & { readonly gateway: SqlGateway };

/** Opens a session, runs the definitions, and has Flink plan the whole INSERT. Throws JobRefused; starts nothing. */
export async function prepareAtGateway(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: GatewayTarget,
): Promise<Submission> {
  const name = deployment.manifest.name;
  const { statements, properties: given } = submittedParts(deployment, secrets, target);
  const { [DEPENDENCY_OPTIONS.jars.option]: _, ...properties } = given;
  const { gateway, limitMs, restUrl } = target;
  return gatewayAnswers(name, target, async () => {
    const session = await gateway.openSession(name, { ...targetProperties(restUrl), ...properties });
    const close = () => gateway.closeSession(session).catch(() => undefined);
    try {
      return {
        slots: await planIn(session, jarsOf(given), statements, target),
        isRepeatable: false,
        session: { gatewayUrl: gateway.url, handle: session },
        submit: async (jobId, from) => {
          await gateway.execute(session, statements.insert, startOptions(jobId, from), limitMs);
        },
        // The session ends by itself some time later where this does not reach the gateway.
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  });
}

function jarsOf(properties: Readonly<Record<string, string>>): string[] {
  return dependencyEntries(properties).flatMap(([option, entry]) =>
    option === DEPENDENCY_OPTIONS.jars.option ? [entry] : [],
  );
}

async function planIn(
  session: string,
  jars: readonly string[],
  statements: JobStatements,
  target: GatewayTarget,
): Promise<number> {
  const run = (sql: string) => target.gateway.execute(session, sql, {}, target.limitMs);
  // Of pipeline.jars a gateway's session takes no notice while it plans, so a function of such a jar would be unknown.
  for (const jar of jars) await refusedAs("jar", 0, 0, () => run(`ADD JAR ${sqlString(jar)}`));
  for (const [index, sql] of statements.definitions.entries()) await refusedAs("definition", index, 0, () => run(sql));
  await refusedAs("query", 0, VIEW_HEAD_LINES, () => run(statements.view ?? ""));
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

async function gatewayAnswers<T>(job: string, { gateway }: GatewayTarget, work: () => Promise<T>): Promise<T> {
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
