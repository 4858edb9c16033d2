/** The fault table: what became of each point, summed up for each row and fault. */

import { writeFile } from "node:fs/promises";

/**
 * - `same run`: the run that met the fault went through all the same
 * - `untouched`: it failed before anything was stopped or started; the next run did it
 * - `next run`: it left a change half done; the next run finished it
 * - `FAILED`: something was lost or there twice, or the next run failed too
 */
export const OUTCOMES = ["same run", "untouched", "next run", "FAILED"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Point {
  readonly row: string;
  readonly fault: string;
  /** Number of the request, and what it asked for. */
  readonly n: number;
  readonly request: string;
  readonly outcome: Outcome;
  /** Why it failed. */
  readonly reason?: string;
}

const HEAD = ["row", "fault", "points", ...OUTCOMES];

/** A table in Markdown, its columns as wide as they must be, with the sums below. */
export function faultTable(points: readonly Point[]): string {
  const keys = [...new Set(points.map(({ row, fault }) => JSON.stringify([row, fault])))].sort();
  const lines = keys.map((key) => {
    const [row, fault] = JSON.parse(key);
    return [row, fault, ...counts(points.filter((point) => point.row === row && point.fault === fault))];
  });
  const all = [HEAD, HEAD.map(() => ""), ...lines, ["all", "", ...counts(points)]];
  const widths = HEAD.map((_, column) => Math.max(...all.map((line) => String(line[column]).length)));
  const text = all.map((line, i) => {
    const cells = line.map((cell, column) => String(cell).padEnd(widths[column] ?? 0, i === 1 ? "-" : " "));
    return `| ${cells.join(" | ")} |`;
  });
  const failed = points.filter(({ outcome }) => outcome === "FAILED");
  return [...text, ...failed.map(failure)].join("\n");
}

function counts(points: readonly Point[]): number[] {
  return [points.length, ...OUTCOMES.map((outcome) => points.filter((point) => point.outcome === outcome).length)];
}

function failure({ row, fault, n, request, reason }: Point): string {
  return `FAILED: ${row}, ${fault} at request ${n} (${request}): ${reason}`;
}

/** Where `file` ends in .json, every point; else the table. */
export async function writeReport(file: string, points: readonly Point[]): Promise<void> {
  await writeFile(file, file.endsWith(".json") ? `${JSON.stringify(points, null, 2)}\n` : `${faultTable(points)}\n`);
}
