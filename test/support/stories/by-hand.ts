/** A job that somebody starts past the project, with nothing but the SQL Gateway. */

import { z } from "zod";
import { until } from "../until.js";

/** Starts an endless job of this name and gives its id. */
export async function startByHand(gatewayUrl: string, restUrl: string, name: string): Promise<string> {
  const { hostname, port } = new URL(restUrl);
  const properties = {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port,
    "pipeline.name": name,
  };
  const { sessionHandle: session } = await post(
    `${gatewayUrl}/v3/sessions`,
    { properties },
    z.object({ sessionHandle: z.string() }),
  );
  const run = (statement: string) => execute(`${gatewayUrl}/v3/sessions/${session}`, statement);
  await run("CREATE TABLE a (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1')");
  await run("CREATE TABLE b (n INT) WITH ('connector' = 'blackhole')");
  const jobId = await run("INSERT INTO b SELECT n FROM a");
  await fetch(`${gatewayUrl}/v3/sessions/${session}`, { method: "DELETE" });
  return jobId;
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
    const { resultType, results } = Result.parse(await answer.json());
    return resultType === "NOT_READY" ? undefined : String(results?.data[0]?.fields[0]);
  });
}

async function post<T>(url: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return schema.parse(await answer.json());
}
