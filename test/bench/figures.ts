/** Repeated measurements and what is made of them: medians, spreads, ratios. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly runs: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 0 ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
  return { min: at(0), median, max: at(sorted.length - 1), runs: sorted.length };
}

/**
 * Who did it: this project, flink-sql-runner, bare REST calls, a Pulumi program with nothing in it, or one with as many
 * resources that do nothing.
 */
export type Side = "ours" | "theirs" | "floor" | "empty" | "idle";

/** Measurements in seconds, or MB, by what was done and who did it. */
export class Figures {
  private readonly all = new Map<string, number[]>();

  add(what: string, side: Side, value: number): void {
    const key = `${what}|${side}`;
    this.all.set(key, [...(this.all.get(key) ?? []), value]);
  }

  of(what: string, side: Side): Spread | undefined {
    const values = this.all.get(`${what}|${side}`);
    return values && spread(values);
  }

  /** Median; NaN where nothing was measured. */
  median(what: string, side: Side): number {
    return this.of(what, side)?.median ?? Number.NaN;
  }

  /** The fastest: what a busy machine disturbs least. */
  min(what: string, side: Side): number {
    return this.of(what, side)?.min ?? Number.NaN;
  }

  whats(): string[] {
    return [...new Set([...this.all.keys()].map((key) => key.split("|")[0] ?? ""))];
  }
}
