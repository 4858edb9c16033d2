/** Who runs a story's previews and updates: Pulumi as a person runs it, or the small engine, which starts one process instead of five. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { inject } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { MOTO_CREDENTIALS } from "../servers/moto.js";
import { linesOf, onStack, pulumi, type Ran, type Stack } from "./pulumi.js";
import { makeStack } from "./stack.js";

export type Command = "preview" | "update" | "update with preview" | "destroy";

export interface StoryEngine {
  /** A stack without any configuration. */
  make(stack: Stack): Promise<void>;
  run(command: Command, stack: Stack): Promise<Ran>;
}

const ARGUMENTS: Readonly<Record<Command, readonly string[]>> = {
  preview: ["preview"],
  update: ["up", "--yes", "--skip-preview"],
  "update with preview": ["up", "--yes"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

export const byPulumi: StoryEngine = {
  make: (stack) => makeStack(stack),
  run: (command, stack) => pulumi(stack, [...ARGUMENTS[command], ...onStack(stack)]),
};

/** For stories in whose proof Pulumi has no part: in most runs the small engine. */
export const engine = (): StoryEngine => (inject("hasPulumi") ? byPulumi : bySmallEngine);

/** For those among them that are told once only: `.ci/run nightly` has Pulumi run them. */
export const smallEngine = (): StoryEngine => (process.env.EVERY_STORY ? byPulumi : bySmallEngine);

const PROJECT = "flink-sql";
const START = resolve("test/support/stories/small-engine/start.cjs");
const LIMIT_MS = 300_000;

export const bySmallEngine: StoryEngine = {
  async make({ name, folder }) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `Pulumi.${name}.yaml`), "");
  },

  async run(command, stack) {
    if (command !== "update with preview") return small(command, stack);
    const preview = await small("preview", stack);
    if (preview.code !== 0) return preview;
    const update = await small("update", stack);
    const text = `${preview.text}\n${update.text}`;
    return { ...update, text, lines: linesOf(text), seconds: preview.seconds + update.seconds };
  },
};

async function small(command: Exclude<Command, "update with preview">, { name, folder }: Stack): Promise<Ran> {
  const since = Date.now();
  // Of its exit code the SDK thinks otherwise where it waits for a resource in vain.
  const { stdout, stderr } = await execa("node", [START], {
    env: { ...MOTO_CREDENTIALS, PULUMI_CONFIG: JSON.stringify(await configOf({ name, folder })) },
    input: JSON.stringify({ command, project: PROJECT, stack: name, state: join(folder, "state.json") }),
    timeout: LIMIT_MS,
    reject: false,
  });
  if (!stdout.startsWith("{")) throw new Error(`the small engine, ${command}: ${stdout}${stderr}`);
  const { code, text } = z.object({ code: z.number(), text: z.string() }).parse(JSON.parse(stdout));
  return { code, text, lines: linesOf(text), seconds: (Date.now() - since) / 1000 };
}

/** As Pulumi hands it to a program: the defaults of the project's keys, then the stack's own, all of them as text. */
async function configOf({ name, folder }: Stack): Promise<Record<string, string>> {
  const Keys = z.record(z.string(), z.object({ default: z.unknown() }).loose());
  const { config: keys } = z.object({ config: Keys }).parse(parse(await readFile("Pulumi.yaml", "utf8")));
  const defaults = Object.entries(keys).map(([key, { default: value }]) => [`${PROJECT}:${key}`, value] as const);
  const own = Object.entries(parse(await readFile(join(folder, `Pulumi.${name}.yaml`), "utf8"))?.config ?? {});
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries([...defaults, ...own].map(([key, value]) => [key, text(value)]));
}
