/** A provider process that nobody waits for: its engine was killed, or cancels; it finishes what it is at, and ends. */

import { isWaitedFor } from "../flink/index.js";
import type { Hooks } from "../resources/index.js";
import { onCancel } from "./cancelled.js";

type AllHooks = Readonly<Record<string, Hooks>>;

const LOOK_MS = 1000;

/**
 * So long what is at work may go on. After that the process ends in the middle of it, as if it had been killed: what was
 * begun is noted in the records, and the next update goes on from there.
 */
const GRACE_MS = 20_000;

/** An engine that was killed told nobody to stop: a job that was stopped for a start is still started. Then it is over, too. */
const ORPHAN_MS = 900_000;

/** The same hooks, counted; once the engine is gone or cancels, and no call is being served, or for long, it ends. */
export function endingWithEngine<T extends AllHooks>(hooks: T): T {
  const calls = new Map<object, string>();
  let isEnding = false;
  const end = (why: string, graceMs: number) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => {
      if (calls.size > 0)
        process.stderr.write(
          `${why}: stopped after ${graceMs / 1000} s during ${[...calls.values()].join(", ")}; the next \`pulumi up\` continues from the records\n`,
        );
      process.exit(1);
    }, graceMs);
  };
  onCancel(() => end("cancelled", GRACE_MS));
  setInterval(() => {
    if (isWaitedFor()) return;
    if (calls.size === 0) process.exit(0);
    end("the engine is gone", ORPHAN_MS);
  }, LOOK_MS).unref();
  const counted = (kind: string, name: string, hook: (...args: unknown[]) => Promise<unknown>) =>
    async function (this: unknown, ...args: unknown[]) {
      const call = {};
      calls.set(call, `${name} of ${nameOf(args) ?? kind}`);
      try {
        return await hook.apply(this, args);
      } finally {
        calls.delete(call);
      }
    };
  const wrapped = Object.entries(hooks).map(([kind, each]) => [
    kind,
    Object.fromEntries(Object.entries(each).map(([name, hook]) => [name, counted(kind, name, hook)])),
  ]);
  return Object.fromEntries(wrapped);
}

/** The job's name, where a hook is given one. */
function nameOf(args: readonly unknown[]): string | undefined {
  return args.map((arg) => Object(arg).name).find((name) => typeof name === "string");
}
