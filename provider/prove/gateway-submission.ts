/** A start through the SQL Gateway: a session that holds all that the job needs. */

import { createHash } from "node:crypto";
import {
  DEPENDENCY_OPTIONS,
  type Deployment,
  dependencyEntries,
  type JobStatements,
  type PlanFacts,
  sqlString,
  UserError,
  VIEW_HEAD_LINES,
} from "../decide/index.js";
import { NoAnswer, planFacts, SESSION_CLOSED, type SqlGateway, StatementRefused } from "../flink/index.js";
import { BELIEVED_MS, endSession, keepSession, takeSession } from "./kept-sessions.js";
import {
  JobRefused,
  type Submission,
  type SubmissionTarget,
  startOptions,
  submittedParts,
  targetProperties,
} from "./submission-parts.js";

type GatewayTarget = SubmissionTarget & { readonly gateway: SqlGateway };

/** What Flink planned in this process, by a digest of all that was planned, and when that was. */
const proved = new Map<string, { readonly facts: PlanFacts; readonly at: number }>();

/** `as-checked`: what a check of this process had planned a moment ago need not be planned once more before a start. */
export type Proof = "anew" | "as-checked";

/**
 * Opens a session and runs the definitions, or goes on with the one that the job's check left; has Flink plan the whole
 * INSERT. Throws JobRefused; starts nothing.
 */
export async function prepareAtGateway(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: GatewayTarget,
  proof: Proof,
): Promise<Submission> {
  const name = deployment.manifest.name;
  const { statements, properties: given } = submittedParts(deployment, secrets, target);
  const { [DEPENDENCY_OPTIONS.jars.option]: _, ...properties } = given;
  const { gateway, limitMs, jobManager } = target;
  const known = proofOf(deployment, secrets, target, proof);
  return gatewayAnswers(name, target, async () => {
    const kept = await takeSession(name, known.key);
    const session = kept ?? (await gateway.openSession(name, { ...targetProperties(jobManager), ...properties }));
    const close = () => endSession(gateway, session);
    try {
      if (kept === undefined) await defineIn(session, jarsOf(given), statements, target);
      return {
        facts: await planIn(session, statements.insert, target, known),
        isRepeatable: false,
        session: { gatewayUrl: gateway.connection.address, handle: session },
        submit: async (jobId, from) => {
          await unlessClosed(name, () =>
            gateway.execute(session, statements.insert, startOptions(jobId, from), limitMs),
          );
        },
        keep: () => keepSession(name, known.key, gateway, session),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  });
}

const PLAN = "JSON_EXECUTION_PLAN";

interface KnownPlan {
  readonly key: string;
  /** Undefined: Flink has to be asked. */
  readonly facts: PlanFacts | undefined;
}

/** The id and the times of a start make no other plan: a check plans with those of no start at all. */
function proofOf(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: GatewayTarget,
  proof: Proof,
): KnownPlan {
  const meta = { queryId: "", version: deployment.meta.version, createdAt: "" };
  const parts = submittedParts({ ...deployment, meta }, secrets, target);
  const key = createHash("sha256")
    .update(JSON.stringify([target.gateway.connection.key, target.jobManager.key, parts]))
    .digest("hex");
  const known = proved.get(key);
  const isFresh = known !== undefined && Date.now() - known.at < BELIEVED_MS;
  return { key, facts: proof === "as-checked" && isFresh ? known.facts : undefined };
}

function jarsOf(properties: Readonly<Record<string, string>>): string[] {
  return dependencyEntries(properties).flatMap(([option, entry]) =>
    option === DEPENDENCY_OPTIONS.jars.option ? [entry] : [],
  );
}

async function defineIn(
  session: string,
  jars: readonly string[],
  statements: JobStatements,
  target: GatewayTarget,
): Promise<void> {
  const run = runIn(session, target);
  // Of pipeline.jars a gateway's session takes no notice while it plans, so a function of such a jar would be unknown.
  for (const jar of jars) await refusedAs("jar", 0, 0, () => run(`ADD JAR ${sqlString(jar)}`));
  for (const [index, sql] of statements.definitions.entries()) await refusedAs("definition", index, 0, () => run(sql));
  await refusedAs("query", 0, VIEW_HEAD_LINES, () => run(statements.view ?? ""));
}

async function planIn(
  session: string,
  insert: string,
  target: GatewayTarget,
  { key, facts: known }: KnownPlan,
): Promise<PlanFacts> {
  if (known !== undefined) return known;
  const run = runIn(session, target);
  const explain = (details: string) => refusedAs("insert", 0, 0, () => run(`EXPLAIN ${details} ${insert}`));
  // The advice comes from a look at every node of the plan, and not every node that runs can be looked at.
  const rows = await explain(`CHANGELOG_MODE, PLAN_ADVICE, ${PLAN}`).catch((error: unknown) => {
    if (!(error instanceof JobRefused)) throw error;
    return explain(`CHANGELOG_MODE, ${PLAN}`);
  });
  const facts = planFacts(String(rows[0]?.[0] ?? ""));
  proved.set(key, { facts, at: Date.now() });
  return facts;
}

function runIn(session: string, { gateway, limitMs }: GatewayTarget): (sql: string) => Promise<unknown[][]> {
  return (sql) => gateway.execute(session, sql, {}, limitMs);
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

/** Another deployment that finds this one's intent closes its session, so that only one of the two starts the job. */
async function unlessClosed(job: string, submit: () => Promise<unknown>): Promise<void> {
  try {
    await submit();
  } catch (error) {
    if (!(error instanceof StatementRefused) || !SESSION_CLOSED.test(error.message)) throw error;
    throw new UserError("record-conflict", {
      what: `${job}: its session at the SQL Gateway was closed before it could start the job`,
      cause: "another deployment is working on this job, or the gateway was restarted",
      fix: "wait until the other deployment has finished, then run `pulumi up` again",
    });
  }
}

async function gatewayAnswers<T>(job: string, { gateway }: GatewayTarget, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new UserError("gateway-unreachable", {
      what: `${job}: the SQL Gateway at ${gateway.connection.address} does not answer; nothing was stopped or started`,
      cause: error.message,
      fix: "check that it runs and that this machine can reach it; `pulumi up` starts a local one again",
    });
  }
}
