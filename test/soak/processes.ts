/** The processes below one, as the operating system lists them. */

import { readdir, readFile } from "node:fs/promises";

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** All that a process started, and what those started, as far as it still runs. */
export async function descendants(pid: number): Promise<Process[]> {
  const all = await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/u.test(name)).map(parentOf));
  const below = (of: number): number[] =>
    all.filter(({ parent }) => parent === of).flatMap((child) => [child.pid, ...below(child.pid)]);
  return Promise.all(below(pid).map(async (each) => ({ pid: each, command: await readCommand(each) })));
}

async function parentOf(pid: string): Promise<{ pid: number; parent: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid: Number(pid), parent: Number(fields[1] ?? 0) };
}

async function readCommand(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.replaceAll("\0", " ");
}

/** Ends a process at once; one that has ended by itself is as good. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
