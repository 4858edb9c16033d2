/** Hooks whose every answer and error is free of secrets: the one place that all of them pass. */

import { z } from "zod";
import { secretValues, UserError } from "../../decide/index.js";
import { remember, safe, safeError } from "../../secrecy/index.js";
import type { Hooks } from "./dynamic.js";

/** Where secrets stand in what the engine hands over: the inputs of now, and those of the update before. */
const Holding = z
  .object({
    secretParameters: z.record(z.string(), z.string()).catch({}),
    properties: z.record(z.string(), z.string()).catch({}),
    propertiesAreSecret: z.boolean().catch(false),
  })
  .partial();

/** Makes the secrets of a resource's inputs or outputs known, so that no text tells them from then on. */
export function rememberSecretsOf(props: unknown): void {
  const { secretParameters = {}, properties = {}, propertiesAreSecret = false } = Holding.safeParse(props).data ?? {};
  remember([...Object.values(secretParameters), ...secretValues(properties, propertiesAreSecret)]);
}

/** The same hooks, which remember what is secret in what they are given, and tell none of it. */
export function withoutSecrets(hooks: Hooks): Hooks {
  return {
    check: (...given) =>
      safely(given, async () => {
        const { inputs, failures } = await hooks.check(...given);
        const told = failures?.map(({ property, reason }) => ({ property, reason: safe(reason) }));
        return { inputs: withSafePlan(inputs), ...(told && { failures: told }) };
      }),
    diff: (...given) => safely(given, () => hooks.diff(...given)),
    create: (...given) =>
      safely(given, async () => {
        const made = await hooks.create(...given);
        return { ...made, outs: withSafePlan(made.outs) };
      }),
    update: (...given) =>
      safely(given, async () => {
        const made = await hooks.update(...given);
        return { ...made, outs: withSafePlan(made.outs) };
      }),
    delete: (...given) => safely(given, () => hooks.delete(...given)),
    read: (...given) => safely(given, () => hooks.read(...given)),
  };
}

async function safely<T>(given: readonly unknown[], work: () => Promise<T>): Promise<T> {
  for (const props of given) rememberSecretsOf(props);
  try {
    return await work();
  } catch (error) {
    throw withoutStack(safeError(error));
  }
}

/** Pulumi prints what a hook throws with its stack, which is of no use to anybody where it is no bug. */
function withoutStack(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  Object.defineProperty(error, "name", { value: "" });
  Object.defineProperty(error, "stack", { value: "" });
  return error;
}

/** Of all that a resource says of itself only its plan is made of other people's words. */
function withSafePlan(props: unknown): unknown {
  if (typeof props !== "object" || props === null || !("plan" in props) || typeof props.plan !== "string") return props;
  return { ...props, plan: safe(props.plan) };
}

// What nobody waits for is printed by Node itself.
process.on("uncaughtExceptionMonitor", (error) => void safeError(error));
