/** Stacks of tests: a folder of their own, with a configuration file and Pulumi's state in it. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { onStack, pulumi, type Stack } from "./pulumi.js";

export type Config = Readonly<{ [key: string]: unknown }>;

/** Makes a stack of a project, without any configuration. Throws with Pulumi's output where it cannot. */
export async function makeStack(stack: Stack, project = "flink-sql"): Promise<void> {
  const { name, folder } = stack;
  await mkdir(join(folder, "state"), { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  const made = await pulumi(stack, ["-C", folder, "stack", "init", name]);
  if (made.code !== 0) throw new Error(made.text);
}

/** Sets the stack's whole configuration; what else is in the file (Pulumi's salt) stays. */
export async function writeConfig({ name, folder }: Stack, values: Config): Promise<void> {
  const file = join(folder, `Pulumi.${name}.yaml`);
  const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`flink-sql:${key}`, value]));
  await writeFile(file, stringify({ ...parse(await readFile(file, "utf8")), config }));
}

/** The value of a key that has one secret in it, as `pulumi config set --secret` puts it into the stack's configuration. */
export async function encryptedValue(stack: Stack, key: string, name: string, secret: string): Promise<unknown> {
  const set = ["config", "set", "--secret", "--path", `${key}.${name}`, secret, ...onStack(stack)];
  const { code, text } = await pulumi(stack, set);
  if (code !== 0) throw new Error(text);
  return parse(await readFile(join(stack.folder, `Pulumi.${stack.name}.yaml`), "utf8")).config[`flink-sql:${key}`];
}

/** All that Pulumi knows of the stack, as a text that `importState` takes. */
export async function exportState(stack: Stack): Promise<string> {
  const { code, text } = await pulumi(stack, ["stack", "export", "--stack", stack.name]);
  if (code !== 0) throw new Error(text);
  return text;
}

/** Sets Pulumi's state back to what it was. */
export async function importState(stack: Stack, state: string): Promise<void> {
  const file = join(stack.folder, "state.json");
  await writeFile(file, state);
  const { code, text } = await pulumi(stack, ["stack", "import", "--stack", stack.name, "--file", file]);
  if (code !== 0) throw new Error(text);
}
