/** A provider process whose engine was killed: it finishes what it is at, and ends. */

import type { Hooks } from "../dynamic.js";
import { isWaitedFor } from "../flink/waited-for.js";

type AllHooks = Readonly<Record<string, Hooks>>;

const LOOK_MS = 1000;

/** The same hooks, counted; once the process that started this one is gone, and no call is being served, it ends. */
export function endingWithEngine<T extends AllHooks>(hooks: T): T {
  let calls = 0;
  setInterval(() => {
    if (!isWaitedFor() && calls === 0) process.exit(0);
  }, LOOK_MS).unref();
  const counted = (hook: (...args: unknown[]) => Promise<unknown>) =>
    async function (this: unknown, ...args: unknown[]) {
      calls++;
      try {
        return await hook.apply(this, args);
      } finally {
        calls--;
      }
    };
  const wrapped = Object.entries(hooks).map(([kind, each]) => [
    kind,
    Object.fromEntries(Object.entries(each).map(([name, hook]) => [name, counted(hook)])),
  ]);
  return Object.fromEntries(wrapped);
}
