/** Which options of a table make another source or sink of it, and which of them a state has its own word on. */

import type { OptionChange } from "./definition-changes.js";

/**
 * - `identity`: rows of something else: the state goes on with what it knows
 * - `server`: the same topics, elsewhere
 * - `overridden`: only a clean start looks at it
 * - `plain`: takes effect
 */
export type OptionEffect = "identity" | "server" | "overridden" | "plain";

interface Connector {
  readonly identity: RegExp;
  readonly overridden?: RegExp;
  readonly server?: RegExp;
}

/** The state of a source of Kafka holds each partition with its offset, and with the offset where it is to end. */
const KAFKA: Connector = {
  identity: /^topic(?:-pattern)?$/u,
  overridden: /^(?:scan\.(?:startup|bounded)\..*|properties\.auto\.offset\.reset)$/u,
  server: /^properties\.bootstrap\.servers$/u,
};

/** Seen in the sources of the connectors: what each keeps in its state, and what it asks the options for at a start. */
const CONNECTORS: Readonly<Record<string, Connector>> = {
  kafka: KAFKA,
  "upsert-kafka": KAFKA,
  filesystem: { identity: /^path$/u },
  jdbc: { identity: /^(?:url|table-name)$/u },
  // A sequence keeps the values that are still to come.
  datagen: { identity: /^fields\..*\.kind$/u, overridden: /^fields\..*\.(?:start|end)$/u },
};

/** `connector`: the one in force before the change. */
export function optionEffect(connector: string | undefined, { option }: OptionChange): OptionEffect {
  if (option === "connector") return "identity";
  const known = connector === undefined ? undefined : CONNECTORS[connector];
  if (!known) return "plain";
  if (known.identity.test(option)) return "identity";
  if (known.server?.test(option)) return "server";
  return known.overridden?.test(option) ? "overridden" : "plain";
}

/** Whether an option tells sources of some connector apart. */
export function isIdentityAnywhere(option: string): boolean {
  return Object.values(CONNECTORS).some(({ identity }) => identity.test(option));
}
