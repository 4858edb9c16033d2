/** One preview, update or destruction: the project's own program and hooks, without any process of Pulumi's. */

import { readFile, writeFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { runtime } from "@pulumi/pulumi";
import { z } from "zod";
import { listenAsEngine, type Told } from "../engine.js";
import { type Resource, SmallEngine, type Step } from "./engine.js";

const Request = z.object({
  command: z.enum(["preview", "update", "destroy"]),
  project: z.string(),
  stack: z.string(),
  /** File of the resources that the run before left. */
  state: z.string(),
});

const TITLES = { preview: "Previewing update", update: "Updating", destroy: "Destroying" };
const SIGNS = { create: "+", replace: "+-", update: "~", delete: "-", same: " " };
const DONE = { create: "created", replace: "replaced", update: "updated", delete: "deleted", same: "unchanged" };

type Given = z.infer<typeof Request>;

async function main(): Promise<void> {
  const given = Request.parse(await json(process.stdin));
  const { command, stack, state } = given;
  const before: readonly Resource[] = JSON.parse(await readFile(state, "utf8").catch(() => "[]"));
  const engine = new SmallEngine(before, command === "preview");
  const { told, close } = await listenAsEngine();
  if (command !== "destroy") await runProgram(given, engine);
  if (engine.failed.length === 0) await engine.deleteRest();
  if (command !== "preview") await writeFile(state, JSON.stringify(engine.after));
  close();
  const text = [`${TITLES[command]} (${stack}):`, ...words(engine, told, before.length > 0)].join("\n");
  const code = engine.failed.length === 0 ? 0 : 255;
  // The program and the hooks keep connections open.
  process.stdout.write(JSON.stringify({ code, text }), () => process.exit(0));
}

/** Until all its resources are registered, or one of them has failed. */
async function runProgram({ command, project, stack }: Given, engine: SmallEngine): Promise<void> {
  const newResource = ({ type, name, inputs }: runtime.MockResourceArgs) =>
    engine.register({ type, name, inputs: withoutMarks(inputs) });
  await runtime.setMocks({ call: () => ({}), newResource }, project, stack, command === "preview");
  try {
    await import("../../../../index.js");
    // Pulumi exports it and leaves it out of its types.
    const registered = (runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
    await Promise.race([registered, engine.stopped]);
  } catch (error) {
    const resource = { type: "pulumi:pulumi:Stack", name: stack, inputs: {} };
    engine.failed.push({ resource, words: error instanceof Error ? error.message : String(error) });
  }
}

/** A provider is given secrets as they are, and not what the SDK marks them with. */
function withoutMarks(inputs: Record<string, unknown>): unknown {
  const plain = (value: unknown) => (runtime.isRpcSecret(value) ? runtime.unwrapRpcSecret(value) : value);
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, plain(value)]));
}

/** In the form of Pulumi's own output, as far as stories look at it. */
function words({ steps, failed }: SmallEngine, all: readonly Told[], isOld: boolean): string[] {
  const lines = all.filter(({ isProgress }) => !isProgress);
  const said = [...new Set(lines.map(({ urn }) => urn))].map((urn) => {
    const [type, name] = urn.split("::").slice(-2);
    const own = lines.filter((line) => line.urn === urn).map(({ severity, words }) => indented(severity, words));
    return `  ${type} (${name}):\n${own.join("\n")}`;
  });
  const wrong = failed.map(
    ({ resource, words }) => `  ${resource.type} (${resource.name}):\n${indented("error", words)}`,
  );
  const changed = steps.filter(({ op }) => op !== "same");
  return [
    ...changed.map(({ op, resource }) => ` ${SIGNS[op]}  ${resource.type.split(":").at(-1)} ${resource.name} ${op}`),
    "",
    ...(said.length + wrong.length > 0 ? ["Diagnostics:", ...said, ...wrong, ""] : []),
    "Resources:",
    ...counts(steps, isOld).map(([op, count]) => `    ${`${SIGNS[op]} `.trimStart()}${count} ${DONE[op]}`),
    "",
  ];
}

function indented(severity: Told["severity"], text: string): string {
  const first = severity === "info" ? "" : `${severity}: `;
  return `${first}${text}`
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** The stack itself is a resource too. */
function counts(steps: readonly Step[], isOld: boolean): [Step["op"], number][] {
  const all: Step["op"][] = [isOld ? "same" : "create", ...steps.map(({ op }) => op)];
  const ops = Object.keys(SIGNS) as Step["op"][];
  return ops.map((op): [Step["op"], number] => [op, all.filter((one) => one === op).length]).filter(([, n]) => n > 0);
}

void main();
