/** YARN's ResourceManagers by their REST API (Hadoop docs: ResourceManager REST API's), a list of them for high availability. */

import { z } from "zod";
import { ALIVE_STATES, type Application } from "../../decide/index.js";
import { type Call, type Connection, NoAnswer } from "../../flink/index.js";
import { masked } from "../../secrecy/index.js";
import { sendTo, type YarnAnswer, yarnRefusalWords } from "./yarn-http.js";

const Reported = z.object({
  id: z.string(),
  name: z.string(),
  queue: z.string(),
  user: z.string(),
  state: z.string(),
  startedTime: z.number(),
  diagnostics: z.string().nullish(),
  applicationTags: z.string().nullish(),
  amRPCAddress: z.string().nullish(),
  trackingUrl: z.string().nullish(),
});

/** No ResourceManager gave an answer that is of use; `fix` goes by what they said instead. */
export class YarnSilent extends NoAnswer {
  constructor(
    /** What the ResourceManagers said, without whose words they are. */
    readonly said: string,
    readonly fix: string,
  ) {
    super("YARN", said);
  }
}

/** Key of the one that answered last, by those of the list: the active one changes rarely. */
const active = new Map<string, string>();

export class ResourceManagers {
  constructor(private readonly connections: readonly Connection[]) {}

  get addresses(): readonly string[] {
    return this.connections.map(({ address }) => address);
  }

  /** Flink's applications that have not ended. Throws YarnSilent. */
  flinkApplications(): Promise<readonly Application[]> {
    return this.list(`applicationTypes=Apache%20Flink&states=${ALIVE_STATES.join(",")}`);
  }

  /** All with this tag that YARN still knows, ended ones too, the newest first. */
  async tagged(tag: string): Promise<readonly Application[]> {
    const found = await this.list(`applicationTags=${encodeURIComponent(tag)}`);
    return [...found].sort((a, b) => b.startedAt - a.startedAt);
  }

  private async list(query: string): Promise<readonly Application[]> {
    const Listing = z.object({ apps: z.object({ app: z.array(Reported).optional() }).nullish() });
    const { apps } = understood(Listing, await this.ask("GET", `/ws/v1/cluster/apps?${query}`));
    return (apps?.app ?? []).map(toApplication);
  }

  /** Undefined where YARN does not know it, or not any more. */
  async application(id: string): Promise<Application | undefined> {
    const answer = await this.ask("GET", `/ws/v1/cluster/apps/${encodeURIComponent(id)}`);
    // YARN answers 400 for what does not look like an id, and 404 for what it does not know.
    if (answer.status === 404 || answer.status === 400) return undefined;
    const { app } = understood(z.object({ app: Reported }), answer);
    return toApplication(app);
  }

  /** Asks YARN to end an application; that it has ended shows later. */
  async kill(id: string): Promise<void> {
    const path = `/ws/v1/cluster/apps/${encodeURIComponent(id)}/state`;
    parsed(await this.ask("PUT", path, { state: "KILLED" }));
  }

  /** One after the other until one answers as an active ResourceManager does; redirects are not followed. */
  private async ask(method: Call["method"], path: string, body?: object): Promise<YarnAnswer & { kind: "answer" }> {
    const all = this.connections.map(({ key }) => key).join(" ");
    const first = active.get(all);
    const order = [...this.connections].sort((a, b) => Number(b.key === first) - Number(a.key === first));
    const failures: Exclude<YarnAnswer, { kind: "answer" }>[] = [];
    for (const to of order) {
      const answer = await sendTo(to, { method, path, body });
      if (answer.kind === "answer") {
        active.set(all, to.key);
        return answer;
      }
      failures.push({ ...answer, said: `${to.address}: ${answer.said}` });
    }
    throw new YarnSilent(failures.map(({ said }) => said).join("\n"), failures[0]?.fix ?? "");
  }
}

function parsed(answer: YarnAnswer & { kind: "answer" }): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.json;
  const fix = "see the ResourceManager's answer, and check that your user may do this on YARN";
  throw new YarnSilent(`${answer.address} answered ${answer.status}: ${yarnRefusalWords(answer)}`, fix);
}

/** Throws YarnSilent where it answers, and not as YARN does. */
function understood<T>(schema: z.ZodType<T>, answer: YarnAnswer & { kind: "answer" }): T {
  const found = schema.safeParse(parsed(answer));
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const fix =
    "check that the addresses in `yarn.resourceManagers` are those of the ResourceManagers' web UI (port 8088)";
  throw new YarnSilent(
    `${answer.address} gave an answer that is not YARN's (at ${issue?.path.join(".")}: ${issue?.message})`,
    fix,
  );
}

function toApplication(reported: z.infer<typeof Reported>): Application {
  const { id, name, queue, user, state, startedTime, diagnostics, applicationTags, trackingUrl } = reported;
  // YARN goes on telling the address of an application that has ended: somebody else may have it now.
  const isRunning = state === "RUNNING";
  return {
    id,
    name,
    queue,
    user,
    state,
    startedAt: startedTime,
    // They are cut where they are told.
    diagnostics: masked(diagnostics ?? ""),
    tags: (applicationTags ?? "").split(",").filter((tag) => tag !== ""),
    restAddress: isRunning ? (reported.amRPCAddress ?? undefined) : undefined,
    proxyUrl: isRunning ? trackingUrl?.replace(/\/+$/u, "") : undefined,
  };
}
