/** Runs the real `pulumi` on the real program, and reads what it printed. */

import { delimiter } from "node:path";
import { execa } from "execa";
import { MOTO_CREDENTIALS } from "../servers/moto.js";
import type { Elsewhere } from "./elsewhere.js";

export interface Ran {
  readonly code: number;
  /** Everything that it printed. */
  readonly text: string;
  /** Job or cluster → what its resource said under Diagnostics, without its name and kind. */
  readonly lines: Readonly<{ [job: string]: string }>;
  readonly seconds: number;
}

export interface Stack {
  readonly name: string;
  /** Folder with the stack's configuration file and, below `state`, its state. */
  readonly folder: string;
  /** Undefined for the project in this clone, and the `node` on PATH. */
  readonly elsewhere?: Elsewhere | undefined;
}

const LIMIT_MS = 300_000;

export async function pulumi(stack: Stack, args: readonly string[]): Promise<Ran> {
  const since = Date.now();
  const { exitCode, all, timedOut } = await execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
    ...(stack.elsewhere ? { cwd: stack.elsewhere.folder } : {}),
    env: environmentOf(stack),
    reject: false,
    all: true,
    timeout: LIMIT_MS,
    forceKillAfterDelay: 5000,
  });
  if (timedOut) throw new Error(`pulumi ${args[0]}: not within ${LIMIT_MS / 1000} s\n${all}`);
  return { code: exitCode ?? -1, text: all, lines: linesOf(all), seconds: (Date.now() - since) / 1000 };
}

/** What an update's own preview said, and what the update said then. Throws where one of the two is missing. */
export function partsOf(ran: Ran): [preview: Ran, up: Ran] {
  const at = ran.text.search(/^Updating \(/mu);
  if (at < 0 || !/^Previewing update \(/mu.test(ran.text)) throw new Error(`no preview and update in:\n${ran.text}`);
  const part = (text: string): Ran => ({ ...ran, text, lines: linesOf(text) });
  return [part(ran.text.slice(0, at)), part(ran.text.slice(at))];
}

/** Of all that the tests run, only this knows where the stack's state is. */
export function environmentOf({ folder, elsewhere }: Stack): { [name: string]: string } {
  return {
    ...(elsewhere ? { PATH: `${elsewhere.bin}${delimiter}${process.env.PATH}` } : {}),
    ...MOTO_CREDENTIALS,
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** Arguments of a command that works on the stack as the program of this project. */
export function onStack({ name, folder }: Stack): string[] {
  return ["--stack", name, "--config-file", `${folder}/Pulumi.${name}.yaml`];
}

/** Lines such as `    orders: new, version 1, starts clean` below Diagnostics; ages and sizes, which go on, become N. */
export function linesOf(text: string): { [job: string]: string } {
  const diagnostics = text.split(/^Diagnostics:$/mu)[1]?.split(/^(?:Outputs|Resources):/mu)[0] ?? "";
  const found = [
    ...diagnostics.matchAll(/^ {4}(?:warning: |error: )?(?!warning|error)([A-Za-z0-9][\w. -]*?): (.+)$/gmu),
  ];
  return Object.fromEntries(found.map(([, job = "", words = ""]) => [job, timeless(words)]));
}

export function timeless(words: string): string {
  return words
    .replaceAll(/\d+ (?:s|min|h|d) old/gu, "N s old")
    .replaceAll(/since \d+ (?:s|min|h|d)/gu, "since N s")
    .replaceAll(/[\d.]+ [kMGT]?B of state/gu, "N B of state");
}
