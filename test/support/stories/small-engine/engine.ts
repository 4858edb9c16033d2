/** What Pulumi's engine does with the resources of a program, in the process of the program: check, diff, then a step for each. */

import hooks from "../../../../provider/hooks.js";

type Kind = keyof typeof hooks;

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

/** A resource as the state has it. */
export interface Resource extends Registered {
  readonly id: string;
  readonly outs: unknown;
}

export type Op = "create" | "replace" | "update" | "delete" | "same";

export interface Step {
  readonly op: Op;
  readonly resource: Registered;
}

export interface Failed {
  readonly resource: Registered;
  readonly words: string;
}

type Answer = { readonly id: string | undefined; readonly state: Record<string, unknown> };

const KINDS: Readonly<Record<string, Kind>> = {
  SessionCluster: "session-cluster",
  FlinkSqlJob: "flink-sql-job",
  JobStore: "job-store",
};

/** Whoever depends on others is deleted before them. */
const DELETED_IN_TURN: readonly Kind[] = ["job-store", "flink-sql-job", "session-cluster"];

export class SmallEngine {
  readonly steps: Step[] = [];
  readonly failed: Failed[] = [];
  private readonly made: Resource[] = [];
  private readonly superseded: Resource[] = [];
  private readonly deleted = new Set<Resource>();
  private turn: Promise<unknown> = Promise.resolve();
  private atWork = 0;
  private stop: () => void = () => undefined;

  /** Over once a step has failed, and those that were at work beside it have come to their end. */
  readonly stopped = new Promise<void>((over) => {
    this.stop = over;
  });

  constructor(
    private readonly before: readonly Resource[],
    private readonly isPreview: boolean,
  ) {}

  /** The state after this run. */
  get after(): readonly Resource[] {
    return [...this.made, ...this.before.filter((old) => !this.isMade(old)), ...this.superseded].filter(
      (resource) => !this.deleted.has(resource),
    );
  }

  private isMade({ type, name }: Registered): boolean {
    return this.made.some((made) => made.type === type && made.name === name);
  }

  /** Answers a program that registers a resource; where anything has failed it waits in vain. */
  async register(registered: Registered): Promise<Answer> {
    this.atWork++;
    const answer = await this.answer(registered).catch((error: unknown) => this.fail(registered, error));
    this.atWork--;
    if (this.failed.length === 0) return answer ?? { id: undefined, state: {} };
    if (this.atWork === 0) this.stop();
    return new Promise(() => undefined);
  }

  private fail(resource: Registered, error: unknown): undefined {
    this.failed.push({ resource, words: error instanceof Error ? error.message : String(error) });
    return undefined;
  }

  private async answer(registered: Registered): Promise<Answer | undefined> {
    // One check and diff at a time, as with the engine; the steps themselves go on side by side.
    const planned = this.turn.then(() => (this.failed.length > 0 ? undefined : this.plan(registered)));
    this.turn = planned.catch(() => undefined);
    const plan = await planned;
    if (!plan) return undefined;
    const { id, outs } = await plan();
    return { id: id || undefined, state: Object(outs) };
  }

  /** Gives what is left to do for a resource whose check went through. */
  private async plan(registered: Registered): Promise<() => Promise<Resource>> {
    const { type, name } = registered;
    const { check, diff, create, update } = hooksOf(registered);
    const old = this.before.find((resource) => resource.type === type && resource.name === name);
    let inputs = await checked(check(old?.inputs ?? {}, registered.inputs));
    const made = (id: string, outs: unknown) => {
      const resource = { type, name, id, inputs, outs: withoutNothing(outs) };
      this.made.push(resource);
      return resource;
    };
    const creation = async () => {
      if (this.isPreview) return made("", inputs);
      const { id, outs } = await create(inputs);
      return made(id, outs);
    };
    if (!old) return this.as("create", registered, creation);
    const { changes, replaces = [] } = await diff(old.id, old.outs, inputs);
    if (replaces.length > 0) {
      // What an older one had may be no default for the one that replaces it.
      inputs = await checked(check({}, registered.inputs));
      this.superseded.push(old);
      return this.as("replace", registered, creation);
    }
    if (!changes) return this.as("same", registered, async () => made(old.id, old.outs));
    return this.as("update", registered, async () =>
      made(old.id, this.isPreview ? inputs : (await update(old.id, old.outs, inputs)).outs),
    );
  }

  private as(op: Op, resource: Registered, work: () => Promise<Resource>): () => Promise<Resource> {
    this.steps.push({ op, resource });
    return work;
  }

  /** Deletes what the program did not register, and what was replaced. */
  async deleteRest(): Promise<void> {
    const gone = this.before.filter((old) => !this.isMade(old));
    for (const resource of gone) this.steps.push({ op: "delete", resource });
    if (this.isPreview) return;
    for (const kind of DELETED_IN_TURN) {
      const next = [...gone, ...this.superseded].filter((resource) => kindOf(resource) === kind);
      await Promise.all(next.map((resource) => this.delete(resource).catch((error) => this.fail(resource, error))));
      if (this.failed.length > 0) return;
    }
  }

  private async delete(resource: Resource): Promise<void> {
    await hooksOf(resource).delete(resource.id, resource.outs);
    this.deleted.add(resource);
  }
}

function kindOf({ type }: Registered): Kind {
  const kind = KINDS[type.split(":").at(-1) ?? ""];
  if (!kind) throw new Error(`the small engine knows no ${type}`);
  return kind;
}

const hooksOf = (resource: Registered) => hooks[kindOf(resource)];

async function checked(check: ReturnType<(typeof hooks)[Kind]["check"]>): Promise<unknown> {
  const { inputs, failures = [] } = await check;
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  return withoutNothing(inputs);
}

/** The engine and a hook speak JSON: a property without a value is none. */
function withoutNothing(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? {}));
}
