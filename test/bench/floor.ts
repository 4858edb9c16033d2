/** The floor: the same effect with bare REST calls to a warm gateway and the JobManager, and nothing else. */

import { CHANGED_PROPERTY, CLOCK, type Fleet, options, SQL } from "./fleet.js";
import type { Lab } from "./lab.js";

/** As many at a time as the machine has any use for. */
const AT_ONCE = 4;

export class Floor {
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly lab: Lab,
    private readonly fleet: Fleet,
    /** `s3://bucket/prefix` for checkpoints and savepoints. */
    private readonly store: string,
  ) {}

  /** Starts every job, and waits until all tasks run. */
  async startAll(): Promise<number> {
    return timed(() => this.each(async (session, name) => this.start(session, name, {})));
  }

  /**
   * The same with what keeps a job safe: each in a session of its own, which can be closed without the others; planned
   * before its start, and watched until it completed a checkpoint.
   */
  async startAllSafely(): Promise<number> {
    return timed(() =>
      inLanes(this.fleet.names, async (names) => {
        for (const name of names) {
          const session = await this.open();
          await this.run(session, `EXPLAIN ${this.insert(name)}`, options(this.store, name));
          await this.start(session, name, {});
          await this.checkpoint(name);
          await this.close(session);
        }
      }),
    );
  }

  private async checkpoint(name: string): Promise<void> {
    const path = `/jobs/${this.ids.get(name)}/checkpoints`;
    const { "request-id": request } = await this.post(this.lab.restUrl + path, {});
    await look(async () => {
      const { status, operation } = await this.get(`${path}/${request}`);
      if (operation?.failureCause) throw new Error(`${name}: its checkpoint failed`);
      return status.id === "COMPLETED" ? true : undefined;
    });
  }

  /** Stops every job with a savepoint, and starts it from there with one property more. */
  async restart(names: readonly string[]): Promise<number> {
    return timed(() =>
      this.each(async (session, name) => {
        const savepoint = await this.stop(name);
        await this.start(session, name, { ...CHANGED_PROPERTY, "execution.state-recovery.path": savepoint });
      }, names),
    );
  }

  /** Stops a job with a savepoint, and starts another query clean. */
  async replace(name: string): Promise<number> {
    return timed(() =>
      this.each(
        async (session) => {
          await this.stop(name);
          await this.start(session, name, {});
        },
        [name],
      ),
    );
  }

  /** One EXPLAIN of one job in a session that has its tables. */
  async explain(): Promise<number> {
    const session = await this.open();
    const seconds = await timed(() => this.run(session, `EXPLAIN ${this.insert(this.fleet.names[0] ?? "")}`));
    await this.close(session);
    return seconds;
  }

  /** One listing of all jobs: all that there is to ask when nothing has changed. */
  list(): Promise<number> {
    return timed(() => this.get("/jobs/overview"));
  }

  private async each(work: (session: string, name: string) => Promise<void>, names = this.fleet.names): Promise<void> {
    await inLanes(names, async (own) => {
      const session = await this.open();
      for (const name of own) await work(session, name);
      await this.close(session);
    });
  }

  private insert(name: string): string {
    const [from, to] = name === CLOCK ? ["SELECT n FROM clock", "files"] : [SQL, "nowhere"];
    return `INSERT INTO ${to} SELECT *, NOW(), '${name}', 'd', 'id', 1, TIMESTAMP '2026-01-01 00:00:00' FROM (${from})`;
  }

  private async start(session: string, name: string, more: Readonly<Record<string, string>>): Promise<void> {
    const { results } = await this.run(session, this.insert(name), { ...options(this.store, name), ...more });
    const id = String(results.data[0].fields[0]);
    this.ids.set(name, id);
    await look(async () => {
      const { jobs } = await this.get("/jobs/overview");
      const job = jobs.find(({ jid }: { jid: string }) => jid === id);
      return job?.tasks.running === job?.tasks.total ? true : undefined;
    });
  }

  private async stop(name: string): Promise<string> {
    const id = this.ids.get(name);
    const targetDirectory = `${this.store}/savepoints/${name}`;
    const { "request-id": request } = await this.post(`${this.lab.restUrl}/jobs/${id}/stop`, { targetDirectory });
    return look(async () => (await this.get(`/jobs/${id}/savepoints/${request}`)).operation?.location);
  }

  private async open(): Promise<string> {
    const { sessionHandle } = await this.post(`${this.lab.gatewayUrl}/v3/sessions`, {});
    for (const statement of this.fleet.ddl.split(";").filter((part) => part.trim() !== ""))
      await this.run(sessionHandle, statement);
    return sessionHandle;
  }

  private async close(session: string): Promise<void> {
    await fetch(`${this.lab.gatewayUrl}/v3/sessions/${session}`, { method: "DELETE" });
  }

  private async run(session: string, statement: string, executionConfig: Readonly<Record<string, string>> = {}) {
    const url = `${this.lab.gatewayUrl}/v3/sessions/${session}`;
    const { operationHandle } = await this.post(`${url}/statements`, { statement, executionConfig });
    return look(async () => {
      const answer = await json(await fetch(`${url}/operations/${operationHandle}/result/0`));
      return answer.resultType === "NOT_READY" ? undefined : answer;
    });
  }

  private get = async (path: string) => json(await fetch(this.lab.restUrl + path));

  private post = async (url: string, body: unknown) =>
    json(
      await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    );
}

/** Each lane takes the next name whenever it is done with one. */
async function inLanes(names: readonly string[], lane: (own: Iterable<string>) => Promise<void>): Promise<void> {
  const waiting = names.values();
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, names.length) }, () => lane(waiting)));
}

async function json(answer: Response) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

async function look<T>(see: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await see();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}
