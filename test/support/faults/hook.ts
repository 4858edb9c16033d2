/** Hooks of the job resource in a process of their own, which a test may kill. */

import { resolve } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { MOTO_CREDENTIALS } from "../servers/moto.js";

const Run = z.object({
  ok: z.boolean(),
  /** What the hook gave, as JSON; else what it threw. */
  text: z.string(),
});
export type Run = z.infer<typeof Run>;

export interface Call {
  readonly hook: "create" | "update" | "delete" | "read" | "check";
  readonly args: readonly unknown[];
}

/** As with Pulumi, one process serves call after call; a new one begins after one that failed, as with the next `up`. */
export class Provider {
  private child: ReturnType<typeof spawn> | undefined;

  async run({ hook, args }: Call): Promise<Run> {
    this.child ??= this.spawned();
    const { child } = this;
    const answer = firstLine(child);
    child.stdin.write(`${JSON.stringify({ resource: "flink-sql-job", hook, args })}\n`);
    const line = await answer;
    const run = line === undefined ? { ok: false, text: "the provider was killed" } : Run.parse(JSON.parse(line));
    if (!run.ok) this.kill();
    return run;
  }

  /** One that ends by itself is not asked any more. */
  private spawned(): ReturnType<typeof spawn> {
    const child = spawn();
    child.then(() => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }

  /** Ends it as `kill -9` does. */
  kill(): void {
    this.child?.kill("SIGKILL");
    this.child = undefined;
  }
}

function spawn() {
  const env = { AWS_REGION: "us-east-1", ...MOTO_CREDENTIALS };
  return execa("node", [resolve("test/support/stories/run-hook.cjs")], { env, reject: false, stderr: "ignore" });
}

/** Undefined where the process ends before. */
function firstLine(child: ReturnType<typeof spawn>): Promise<string | undefined> {
  return new Promise((done) => {
    let text = "";
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes("\n")) return;
      child.stdout.off("data", take);
      done(text.slice(0, text.indexOf("\n")));
    };
    child.stdout.on("data", take);
    child.then(() => done(undefined));
  });
}
