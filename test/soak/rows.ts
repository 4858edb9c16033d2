/** What the sink has committed: each file is read once, since it never changes again. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Row = z.object({ n: z.number(), job: z.string(), edition: z.number(), seen: z.number() });

/** The numbers of one edition of one job. */
interface Seen {
  readonly numbers: Set<number>;
  readonly repeated: number[];
  /** Rows whose count by Flink is not their own number: state was lost or taken twice. */
  readonly miscounted: number[];
}

export class Rows {
  private readonly files = new Set<string>();
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly folder: string) {}

  /** Reads what was committed since the last time. */
  async read(): Promise<void> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.startsWith("part-"));
    for (const name of names.filter((each) => !this.files.has(each))) {
      this.files.add(name);
      const lines = (await readFile(join(this.folder, name), "utf8")).split("\n").filter((line) => line !== "");
      for (const line of lines) this.add(Row.parse(JSON.parse(line)));
    }
  }

  private add({ n, job, edition, seen }: z.infer<typeof Row>): void {
    const key = keyOf(job, edition);
    const of = this.seen.get(key) ?? { numbers: new Set<number>(), repeated: [], miscounted: [] };
    this.seen.set(key, of);
    if (of.numbers.has(n)) of.repeated.push(n);
    of.numbers.add(n);
    if (seen !== n) of.miscounted.push(n);
  }

  has(job: string, edition: number): boolean {
    return this.seen.has(keyOf(job, edition));
  }

  get count(): number {
    return [...this.seen.values()].reduce((sum, { numbers }) => sum + numbers.size, 0);
  }

  get editions(): number {
    return this.seen.size;
  }

  /** A line for each edition with rows that are there twice, or that Flink counted from other state. */
  problems(): string[] {
    return this.tell(({ repeated, miscounted }) => [some("twice", repeated), some("with another count", miscounted)]);
  }

  /** A line for each edition that lacks a number below its largest. To be asked once nothing runs any more. */
  gaps(): string[] {
    return this.tell(({ numbers }) => {
      const end = numbers.size === 0 ? 0 : [...numbers].reduce((largest, n) => Math.max(largest, n));
      const missing = Array.from({ length: end }, (_, i) => i + 1).filter((n) => !numbers.has(n));
      return [some("missing", missing)];
    });
  }

  private tell(words: (seen: Seen) => readonly string[]): string[] {
    return [...this.seen].flatMap(([key, seen]) => words(seen).flatMap((word) => (word ? [`${key}: ${word}`] : [])));
  }
}

const keyOf = (job: string, edition: number) => `${job}, query ${edition}`;

function some(what: string, numbers: readonly number[]): string {
  if (numbers.length === 0) return "";
  const shown = numbers.slice(0, 5).join(", ");
  return `${numbers.length} rows ${what} (${shown}${numbers.length > 5 ? ", …" : ""})`;
}
