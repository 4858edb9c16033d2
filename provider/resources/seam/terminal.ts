/** Whether somebody watches a process on a terminal, and how often those who do not are told that work goes on. */

import { readlinkSync } from "node:fs";

/** By the output of a process: on Linux only, elsewhere everybody counts as watching. */
export function isOnTerminal(pid: number): boolean {
  try {
    return /^\/dev\/(?:pts\/|tty|console)/u.test(readlinkSync(`/proc/${pid}/fd/1`));
  } catch {
    return process.platform !== "linux";
  }
}

/** Without a terminal each text stays as a line of its own, also of a step that lasts for minutes. */
export const UNWATCHED_MS = 10_000;

/** Lets a text through once in a while for each resource; the one that is let through is the newest then. */
export class Pace {
  private readonly latest = new Map<string, number>();
  constructor(private readonly pauseMs: number) {}

  isDue(resource: string, now: number): boolean {
    const before = this.latest.get(resource);
    if (before !== undefined && now - before < this.pauseMs) return false;
    this.latest.set(resource, now);
    return true;
  }

  /** Whether anything was let through for it. */
  hasTold(resource: string): boolean {
    return this.latest.has(resource);
  }
}
