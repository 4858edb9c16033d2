/** A job that somebody starts past the project, with nothing but the SQL Gateway. */

import { z } from "zod";
import { until } from "../until.js";

/** Starts an endless job of this name and gives its id. */
export function startByHand(gatewayUrl: string, restUrl: string, name: string): Promise<string> {
  return runByHand(gatewayUrl, restUrl, { "pipeline.name": name }, [
    "CREATE TABLE a (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')",
    "CREATE TABLE b (n INT) WITH ('connector' = 'blackhole')",
    "INSERT INTO b SELECT n FROM a",
  ]);
}

/** Runs statements one after another in a session with these options; gives what the last one says: of an INSERT, the job's id. */
export async function runByHand(
  gatewayUrl: string,
  restUrl: string,
  options: Readonly<{ [option: string]: string }>,
  statements: readonly string[],
): Promise<string> {
  const { hostname, port } = new URL(restUrl);
  const target = { "execution.target": "remote", "rest.address": hostname, "rest.port": port };
  const { sessionHandle: session } = await post(
    `${gatewayUrl}/v3/sessions`,
    { properties: { ...options, ...target } },
    z.object({ sessionHandle: z.string() }),
  );
  let last = "";
  for (const statement of statements) last = await execute(`${gatewayUrl}/v3/sessions/${session}`, statement);
  await fetch(`${gatewayUrl}/v3/sessions/${session}`, { method: "DELETE" });
  return last;
}

/** The first field of the first row that the statement gives. */
async function execute(session: string, statement: string): Promise<string> {
  const { operationHandle } = await post(
    `${session}/statements`,
    { statement },
    z.object({ operationHandle: z.string() }),
  );
  const Result = z.object({
    resultType: z.string(),
    results: z.object({ data: z.array(z.object({ fields: z.array(z.unknown()) })) }).optional(),
  });
  return until(statement, 60, async () => {
    const answer = await fetch(`${session}/operations/${operationHandle}/result/0?rowFormat=JSON`);
    if (!answer.ok) throw new Error(`${statement}: ${await answer.text()}`);
    const { resultType, results } = Result.parse(await answer.json());
    return resultType === "NOT_READY" ? undefined : String(results?.data[0]?.fields[0]);
  });
}

async function post<T>(url: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return schema.parse(await answer.json());
}
