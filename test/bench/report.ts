/** What a benchmark says: a table with ratios, and each bar with what was measured against it. */

import type { Figures, Side, Spread } from "./figures.js";
import { besideOf, cpuOf, EXPLAIN, MEMORY, SAFE_FIRST, STEPS } from "./sides.js";

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
    `| ${sizes.jobs} jobs | ours | flink-sql-runner | it / ours | bare REST | ours / bare | empty Pulumi program | ${sizes.jobs} dynamic resources that do nothing |`,
    "|---|---|---|---|---|---|---|---|",
  ];
  const whats = Object.values(STEPS).flatMap((what) => [
    what,
    ...(figures.of(cpuOf(what), "ours") ? [cpuOf(what)] : []),
  ]);
  const rows = whats.map((what) => {
    const ours = figures.median(what, "ours");
    const theirs = scaledTheirs(figures, what, sizes);
    const shown = Number.isFinite(theirs) ? `${seconds(theirs)} s` : "–";
    const side = (name: Side) => cell(figures.of(what, name));
    const floor = figures.median(what, "floor");
    return `| ${what} | ${side("ours")} | ${shown} | ${ratio(theirs, ours)} | ${side("floor")} | ${ratio(ours, floor)} | ${side("empty")} | ${side("idle")} |`;
  });
  return [...head, ...rows].join("\n");
}

export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly unit: "×" | "ms" | "MB";
  readonly side: "at least" | "at most";
  readonly bar: number;
  /** The same in processor time, where that was measured. */
  readonly cpu?: number;
}

export const isMet = ({ value, side, bar }: Bar) => (side === "at least" ? value >= bar : value <= bar);

const shown = (value: number, unit: Bar["unit"]) => `${unit === "×" ? value.toFixed(2) : Math.round(value)} ${unit}`;

/** Markdown: each bar with what was measured against it. */
export function barTable(bars: readonly Bar[]): string {
  const rows = bars.map((bar) => {
    const { what, value, unit, side, bar: wanted, cpu } = bar;
    const inCpu = cpu === undefined ? "–" : shown(cpu, unit);
    return `| ${what} | ${shown(value, unit)} | ${inCpu} | ${side} ${wanted} ${unit} | ${isMet(bar) ? "yes" : "**no**"} |`;
  });
  return ["| what | measured | in processor time | bar | met |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** Markdown: what was measured to show how far a bar can be met at all. */
export function limitTable(figures: Figures, { jobs, many }: Sizes): string {
  const first = figures.median(STEPS.first, "ours");
  const safe = figures.median(SAFE_FIRST, "floor");
  const added = perAdded(figures, "idle", { jobs, many });
  const bare = growth(figures, "floor", { jobs, many });
  const rows = [
    [
      `${jobs} new jobs with bare REST calls: each planned before, in a session of its own, to its first checkpoint`,
      `${seconds(safe)} s`,
    ],
    [`${jobs} new jobs of ours, against that`, shown(first / safe, "×")],
    [
      "dynamic resources that do nothing: time for each added one",
      shown(
        added((what) => what),
        "ms",
      ),
    ],
    ["the same in processor time", shown(added(cpuOf), "ms")],
    [
      `dynamic resources that do nothing, beside ${many} running jobs: time for each added one`,
      shown(added(besideOf), "ms"),
    ],
    [`${many} new jobs with bare REST calls: time of one, against one of ${jobs}`, shown(bare, "×")],
  ].filter(([, value]) => !value?.includes("NaN"));
  return ["| limits | measured |", "|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}

/** Time for each unchanged job, or resource, beyond the first few, in ms. */
function perAdded(figures: Figures, side: Side, { jobs, many }: Pick<Sizes, "jobs" | "many">) {
  return (of: (what: string) => string) => {
    const few = figures.median(of === besideOf ? STEPS.unchanged : of(STEPS.unchanged), side);
    return ((figures.median(of(`${STEPS.unchanged}, ${many} jobs`), side) - few) / (many - jobs)) * 1000;
  };
}

/** Time of one of many new jobs, against one of a few. */
function growth(figures: Figures, side: Side, { jobs, many }: Pick<Sizes, "jobs" | "many">): number {
  const few = figures.median(STEPS.first, side) / jobs;
  return figures.median(`${STEPS.first}, ${many} jobs`, side) / many / few;
}

/** Each bar with the figure that was measured; those without a figure are left out. */
export function bars(figures: Figures, sizes: Sizes): Bar[] {
  return [...ownBars(figures, sizes), ...theirBars(figures, sizes)].filter(({ value }) => Number.isFinite(value));
}

function ownBars(figures: Figures, { jobs, many }: Sizes): Bar[] {
  const ours = (what: string) => figures.median(what, "ours");
  const floor = (what: string) => figures.median(what, "floor");
  const empty = (what: string) => figures.median(what, "empty");
  const added = perAdded(figures, "ours", { jobs, many });
  const toEmpty = (what: string, more = 0) => ours(what) / (empty(what) + more);
  const most = { side: "at most", unit: "×" } as const;
  return [
    {
      what: `${jobs} new jobs: against bare REST calls`,
      value: ours(STEPS.first) / floor(STEPS.first),
      bar: 2,
      ...most,
    },
    {
      what: `${jobs} unchanged jobs, \`pulumi up\`: against an empty program`,
      value: toEmpty(STEPS.unchanged),
      cpu: toEmpty(cpuOf(STEPS.unchanged)),
      bar: 2,
      ...most,
    },
    {
      what: "silence of a sink at a property change: against bare REST calls",
      value: ours(STEPS.silence) / floor(STEPS.silence),
      bar: 1.5,
      ...most,
    },
    {
      what: `${many} unchanged jobs: time for each added job`,
      value: added((what) => what),
      cpu: added(cpuOf),
      bar: 20,
      ...most,
      unit: "ms",
    },
    { what: `${many} jobs: memory of the provider process`, value: ours(MEMORY), bar: 300, ...most, unit: "MB" },
    {
      what: `${many} new jobs: time of one, against one of ${jobs}`,
      value: growth(figures, "ours", { jobs, many }),
      bar: 1,
      ...most,
    },
    {
      what: `preview, one of ${jobs} jobs changed: against an empty program and one EXPLAIN`,
      value: toEmpty(STEPS.preview, floor(EXPLAIN)),
      cpu: toEmpty(cpuOf(STEPS.preview)),
      bar: 1.5,
      ...most,
    },
  ];
}

function theirBars(figures: Figures, sizes: Sizes): Bar[] {
  const faster = (what: string) => scaledTheirs(figures, what, sizes) / figures.median(what, "ours");
  const least = { side: "at least", unit: "×" } as const;
  return [
    { what: `${sizes.jobs} new jobs: faster than flink-sql-runner`, value: faster(STEPS.first), bar: 50, ...least },
    { what: `${sizes.jobs} unchanged jobs: faster`, value: faster(STEPS.unchanged), bar: 15, ...least },
    {
      what: "silence of a sink: against flink-sql-runner's",
      value: 1 / faster(STEPS.silence),
      bar: 0.25,
      side: "at most",
      unit: "×",
    },
  ];
}
