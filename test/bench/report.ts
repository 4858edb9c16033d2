/** What a benchmark says: a table with ratios, and each bar with what was measured against it. */

import type { Figures, Side, Spread } from "./figures.js";
import { STEPS } from "./sides.js";

export interface Sizes {
  readonly jobs: number;
  readonly many: number;
  readonly theirJobs: number;
}

/** flink-sql-runner does one job after another: what it takes for a few jobs is scaled to as many as ours, where all are worked on. */
const SCALED: readonly string[] = [STEPS.first, STEPS.unchanged, STEPS.all];

export function scaledTheirs(figures: Figures, what: string, { jobs, theirJobs }: Sizes): number {
  const median = figures.median(what, "theirs");
  if (SCALED.includes(what)) return (median / theirJobs) * jobs;
  const perUnchanged = figures.median(STEPS.unchanged, "theirs") / theirJobs;
  const isOneOf = what === STEPS.property || what === STEPS.query;
  return isOneOf ? median + perUnchanged * (jobs - theirJobs) : median;
}

const seconds = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1));

function cell(found: Spread | undefined): string {
  if (!found) return "–";
  return found.runs === 1
    ? `${seconds(found.median)} s`
    : `${seconds(found.median)} s (${seconds(found.min)}–${seconds(found.max)})`;
}

const ratio = (above: number, below: number) =>
  Number.isFinite(above / below) ? `${(above / below).toFixed(1)} ×` : "–";

/** Markdown: medians of all runs, with the fastest and the slowest. */
export function table(figures: Figures, sizes: Sizes): string {
  const head = [
    `| ${sizes.jobs} jobs | ours | flink-sql-runner | it / ours | bare REST | ours / bare | empty Pulumi program |`,
    "|---|---|---|---|---|---|---|",
  ];
  const rows = Object.values(STEPS).map((what) => {
    const ours = figures.median(what, "ours");
    const theirs = scaledTheirs(figures, what, sizes);
    const shown = Number.isFinite(theirs) ? `${seconds(theirs)} s` : "–";
    const side = (name: Side) => cell(figures.of(what, name));
    const floor = figures.median(what, "floor");
    return `| ${what} | ${side("ours")} | ${shown} | ${ratio(theirs, ours)} | ${side("floor")} | ${ratio(ours, floor)} | ${side("empty")} |`;
  });
  return [...head, ...rows].join("\n");
}

export interface Bar {
  readonly words: string;
  readonly met: boolean;
}

/** Each bar with the figure that was measured; those without a figure are left out. */
export function bars(figures: Figures, sizes: Sizes): Bar[] {
  const { jobs, many } = sizes;
  const ours = (what: string) => figures.median(what, "ours");
  const floor = (what: string) => figures.median(what, "floor");
  const empty = (what: string) => figures.median(what, "empty");
  const theirs = (what: string) => scaledTheirs(figures, what, sizes);
  const manyFirst = ours(`${STEPS.first}, ${many} jobs`);
  const perAdded = ((ours(`${STEPS.unchanged}, ${many} jobs`) - ours(STEPS.unchanged)) / (many - jobs)) * 1000;
  const memory = ours("memory of the provider process, MB");
  const explained = empty(STEPS.preview) + floor("one EXPLAIN");
  const all: [string, number, string, number, "at least" | "at most"][] = [
    [`${jobs} new jobs: faster than flink-sql-runner by`, theirs(STEPS.first) / ours(STEPS.first), "×", 50, "at least"],
    [`${jobs} new jobs: against bare REST calls`, ours(STEPS.first) / floor(STEPS.first), "×", 2, "at most"],
    [`${jobs} unchanged jobs: faster by`, theirs(STEPS.unchanged) / ours(STEPS.unchanged), "×", 15, "at least"],
    [
      `${jobs} unchanged jobs: against an empty program`,
      ours(STEPS.unchanged) / empty(STEPS.unchanged),
      "×",
      2,
      "at most",
    ],
    ["sink silence: against flink-sql-runner", ours(STEPS.silence) / theirs(STEPS.silence), "×", 0.25, "at most"],
    ["sink silence: against bare REST calls", ours(STEPS.silence) / floor(STEPS.silence), "×", 1.5, "at most"],
    [`${many} unchanged jobs: time for each added job`, perAdded, "ms", 20, "at most"],
    [`${many} jobs: memory of the provider process`, memory, "MB", 300, "at most"],
    [
      `${many} new jobs: time a job against ${jobs} jobs`,
      manyFirst / many / (ours(STEPS.first) / jobs),
      "×",
      1,
      "at most",
    ],
    [
      `preview, one of ${jobs} changed: against an empty one and an EXPLAIN`,
      ours(STEPS.preview) / explained,
      "×",
      1.5,
      "at most",
    ],
  ];
  return all
    .filter(([, value]) => Number.isFinite(value))
    .map(([what, value, unit, bar, side]) => {
      const met = side === "at least" ? value >= bar : value <= bar;
      const shown = unit === "×" ? value.toFixed(2) : Math.round(value);
      return { met, words: `${met ? "met    " : "NOT MET"}  ${what}: ${shown} ${unit} (bar: ${side} ${bar} ${unit})` };
    });
}
