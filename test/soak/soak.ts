/** Minutes of random edits, kills and faults on a fleet, each followed by updates; then the sinks are looked at. */

import { until } from "../support/until.js";
import { Chance } from "./chance.js";
import { Deployment, type Updated } from "./deployment.js";
import { type Disturbance, disturbanceAtRandom, killIfAlive } from "./disturb.js";
import { type Edits, editAtRandom } from "./edits.js";
import type { Wanted } from "./fleet.js";
import { Rows } from "./rows.js";
import { type Running, runningAsWanted, SoakFailure } from "./running.js";

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly jobs: number;
  readonly say: (line: string) => void;
  /** Whether it is to come to its end, sooner than the minutes are over. */
  readonly isOver?: () => boolean;
}

/** Counts of a soak that found nothing wrong. */
export interface Outcome {
  readonly rounds: number;
  readonly edits: Readonly<{ [edit: string]: number }>;
  readonly disturbances: Readonly<{ [what: string]: number }>;
  readonly updates: number;
  readonly rows: number;
  readonly editions: number;
}

export class Soak {
  private readonly chance: Chance;
  private readonly rows: Rows;
  private fleet: readonly Wanted[];
  private readonly edits: { [edit: string]: number } = {};
  private readonly disturbances: { [what: string]: number } = {};
  private updates = 0;
  private rounds = 0;
  private usualSeconds = 20;
  private olderState = "";
  private running: Running = new Map();

  private constructor(
    private readonly deployment: Deployment,
    private readonly options: Options,
  ) {
    this.chance = new Chance(options.seed);
    this.rows = new Rows(deployment.output);
    this.fleet = Array.from({ length: options.jobs }, (_, i) => ({
      name: `soak-${String(i + 1).padStart(2, "0")}`,
      edition: 1,
      property: 0,
      isThere: true,
      isSuspended: false,
    }));
  }

  /** Throws SoakFailure, and then leaves the files of the run in their folder. */
  static async run(options: Options): Promise<Outcome> {
    const deployment = await Deployment.begin(options.jobs + 2);
    let isKept = true;
    try {
      const outcome = await new Soak(deployment, options).go();
      isKept = false;
      return outcome;
    } catch (error) {
      options.say(`kept: ${deployment.folder} and ${deployment.cluster}`);
      throw error;
    } finally {
      await deployment.end(isKept);
    }
  }

  private async go(): Promise<Outcome> {
    const since = Date.now();
    await this.deployment.place(this.fleet);
    await this.mustSucceed("the first update", await this.up());
    await this.check(new Set());
    const { minutes: limit, isOver = () => false } = this.options;
    while (Date.now() - since < limit * 60_000 && !isOver()) await this.round(since);
    await this.finish();
    const { rounds, edits, disturbances, updates, rows } = this;
    return { rounds, edits, disturbances, updates, rows: rows.count, editions: rows.editions };
  }

  private async round(since: number): Promise<void> {
    this.rounds++;
    const edits = editAtRandom(this.fleet, this.chance);
    const disturbance = disturbanceAtRandom(this.chance);
    this.options.say(`round ${this.rounds}, after ${minutes(Date.now() - since)}: ${wordsOf(edits, disturbance)}`);
    const touched = new Set(edits.done.map(({ name }) => name));
    const cancelled = await this.before(disturbance);
    if (cancelled) touched.add(cancelled);
    await this.deployment.place(edits.fleet);
    const first = await this.up(disturbance);
    const isTooLate = disturbance.when === "during" && !first.isDisturbed;
    const end = isTooLate ? `, before ${disturbance.what} could happen` : "";
    this.options.say(`  update: exit code ${first.code} after ${Math.round(first.seconds)} s${end}`);
    this.count(edits, isTooLate ? { when: "never" } : disturbance);
    await this.afterFirst(first, edits, disturbance);
    this.fleet = edits.mended ?? edits.fleet;
    await this.check(isOfCluster(disturbance) ? undefined : touched);
  }

  /** One more update must be enough, whatever happened to the first; a mistake must be refused, then taken back. */
  private async afterFirst(first: Updated, edits: Edits, disturbance: Disturbance): Promise<void> {
    const { isDisturbed } = first;
    if (isDisturbed) await this.deployment.unlock();
    if (edits.mended) {
      const second = isDisturbed ? await this.up() : first;
      if (second.code === 0) throw new SoakFailure(`a mistake was deployed\n${second.text}`);
      await this.deployment.place(edits.mended);
      return this.mustSucceed("the update without the mistake", await this.up());
    }
    if (!isDisturbed || disturbance.when === "never") return this.mustSucceed("the update", first);
    await this.mustSucceed(`the update after ${disturbance.what} in the middle of one`, await this.up());
  }

  /** Gives the job that it cancelled. */
  private async before(disturbance: Disturbance): Promise<string | undefined> {
    if (disturbance.when !== "before") return undefined;
    const { what } = disturbance;
    if (what === "stack-lost") await this.deployment.loseStack();
    else if (what === "older-state") await this.deployment.importState(this.olderState);
    else if (what === "job-cancelled") return this.cancelOne();
    else if (what === "moved") await this.deployment.move();
    else await killIfAlive(this.deployment.cluster, what);
    return undefined;
  }

  private async cancelOne(): Promise<string | undefined> {
    if (this.running.size === 0) return undefined;
    const [name, jobId] = this.chance.pick([...this.running]);
    await (await this.deployment.flink()).cancel(jobId);
    return name;
  }

  private async up(disturbance?: Disturbance): Promise<Updated> {
    this.updates++;
    if (disturbance?.when !== "during") return this.deployment.up();
    const afterMs = Math.round(500 + disturbance.share * this.usualSeconds * 1000);
    return this.deployment.up({ what: disturbance.what, afterMs });
  }

  private async mustSucceed(what: string, { code, text, seconds }: Updated): Promise<void> {
    if (code !== 0) throw new SoakFailure(`${what} failed\n${text}`);
    this.usualSeconds = (this.usualSeconds + seconds) / 2;
    // Now and then, so that it is some rounds older when it comes back.
    if (this.olderState === "" || this.chance.happens(0.3)) this.olderState = await this.deployment.exportState();
  }

  /** All but the touched are the same as before; undefined where any may have been started anew. */
  private async check(touched: ReadonlySet<string> | undefined): Promise<void> {
    const running = await runningAsWanted(this.deployment, this.fleet);
    for (const [name, jobId] of running) {
      const before = this.running.get(name);
      if (touched && !touched.has(name) && before && before !== jobId)
        throw new SoakFailure(`${name} was restarted, and nothing was changed of it: ${before}, now ${jobId}`);
    }
    this.running = running;
    await this.rows.read();
    if (this.rows.problems().length > 0) throw new SoakFailure(this.rows.problems().join("\n"));
  }

  /** While a job runs, rows may still be on their way: a missing number is a lost one only when all have stopped. */
  private async finish(): Promise<void> {
    for (const { name, edition } of this.fleet.filter(({ isThere, isSuspended }) => isThere && !isSuspended))
      await until(`rows of ${name}`, 120, async () => {
        await this.rows.read();
        return this.rows.has(name, edition) || undefined;
      });
    this.fleet = this.fleet.map((wanted) => ({ ...wanted, isThere: false }));
    await this.deployment.place(this.fleet);
    await this.mustSucceed("the update that removes all jobs", await this.up());
    await this.check(new Set());
    const gaps = this.rows.gaps();
    if (gaps.length > 0) throw new SoakFailure(gaps.join("\n"));
    const destroyed = await this.deployment.destroy();
    if (destroyed.code !== 0) throw new SoakFailure(`the destruction failed\n${destroyed.text}`);
  }

  private count({ done }: Edits, disturbance: Disturbance): void {
    for (const { edit } of done) this.edits[edit] = (this.edits[edit] ?? 0) + 1;
    if (disturbance.when === "never") return;
    const what = `${disturbance.what} ${disturbance.when}`;
    this.disturbances[what] = (this.disturbances[what] ?? 0) + 1;
  }
}

/** All jobs of a cluster that lost a part of it may have been started anew. */
function isOfCluster(disturbance: Disturbance): boolean {
  return disturbance.when !== "never" && /^(jobmanager|taskmanager|everything|moved)/u.test(disturbance.what);
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function wordsOf({ done }: Edits, disturbance: Disturbance): string {
  const edits = done.map(({ name, edit }) => `${name} ${edit}`).join(", ") || "no edit";
  if (disturbance.when === "never") return edits;
  const place =
    disturbance.when === "before" ? "before the update" : `${Math.round(disturbance.share * 100)} % into it`;
  return `${edits}; ${disturbance.what} ${place}`;
}
