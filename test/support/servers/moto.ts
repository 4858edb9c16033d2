/** A real S3 server on loopback for one test file: moto, in a process of its own. */

import { execa } from "execa";
import { freePort } from "./free-port.js";

export interface Moto {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** What moto takes for credentials: anything. */
export const MOTO_CREDENTIALS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test-secret" };

/** Starts moto on a free port, with a certificate of nobody where TLS is asked for. `npm test` says where the program is. */
export async function startMoto(scheme: "http" | "https" = "http"): Promise<Moto> {
  const program = process.env.MOTO_SERVER;
  if (!program) throw new Error("MOTO_SERVER is not set: run the tests with `npm test -- integration`");
  // Of its certificate of nobody, this process and those that it starts must think well.
  if (scheme === "https") Object.assign(process.env, { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" });
  const port = await freePort();
  const child = execa(program, ["-H", "127.0.0.1", "-p", String(port), ...(scheme === "https" ? ["-s"] : [])], {
    reject: false,
    forceKillAfterDelay: 2000,
  });
  const endpoint = `${scheme}://127.0.0.1:${port}`;
  for (let look = 0; !(await answers(endpoint)); look++) {
    if (look > 300) throw new Error("moto does not answer within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    endpoint,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill("SIGTERM");
      await child;
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).status < 500;
  } catch {
    return false;
  }
}
