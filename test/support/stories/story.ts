/** One story: a stack of its own with its own store, whose manifests go on step by step. */

import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject } from "vitest";
import { Flink, type FlinkJob } from "../clusters/flink.js";
import { deleteBelow } from "../servers/bucket.js";
import { byPulumi, type StoryEngine } from "./engines.js";
import { onStack, partsOf, pulumi, type Ran, type Stack } from "./pulumi.js";
import { readRecord, type SeenRecord } from "./records.js";
import { type Config, exportState, importState, writeConfig } from "./stack.js";

const STORIES = join(process.cwd(), "test", "e2e", "stories");

/** A template and tables for stories that have none of their own. */
const COMMON = join(STORIES, "common");

/** What the preview and the update of a step said. */
export interface Stepped {
  readonly preview: Ran;
  readonly up: Ran;
}

export class Story {
  private readonly names = new Set<string>();

  private constructor(
    private readonly story: string,
    /** Ends with the story; manifests, store, sinks and Pulumi's state are in it. */
    readonly folder: string,
    private stack: Stack,
    private config: Config,
    private readonly engine: StoryEngine,
  ) {}

  /** `story` is a folder of test/e2e/stories; without a target in `config` its jobs run on the cluster of all stories. */
  static async begin(story: string, config: Config = {}, engine: StoryEngine = byPulumi): Promise<Story> {
    const folder = await mkdtemp(join(tmpdir(), `story-${story}-`));
    const name = `e2e-${story}-${folder.slice(-6).toLowerCase()}`;
    const stack = { name, folder: join(folder, "pulumi"), elsewhere: inject("elsewhere") };
    const gateway = inject("hasGateway") ? { gatewayUrl: inject("gatewayUrl") } : {};
    const shared = { target: "remote", restUrl: inject("restUrl"), ...gateway };
    const own = { store: storeOf(folder, story), parameters: { output: `file://${folder}/output` } };
    const python = { pyClientExecutable: inject("python"), pyExecutable: inject("python") };
    const manifests = { manifests: join(folder, "manifests") };
    const all = {
      ...(config.target === undefined ? shared : {}),
      ...own,
      ...python,
      flinkHome: inject("flinkHome"),
      ...manifests,
      ...config,
    };
    const begun = new Story(story, folder, stack, all, engine);
    await begun.makeStack();
    return begun;
  }

  /** The cluster of all stories. */
  readonly flink = new Flink(inject("restUrl"));

  /** Folder of the stack's local cluster, where it has one. */
  get local(): string {
    return join(this.stack.elsewhere?.folder ?? process.cwd(), ".local", this.stack.name);
  }

  /** Folder of a sink. */
  output(table: string): string {
    return join(this.folder, "output", table);
  }

  /** Address of the story's store. */
  get store(): string {
    return String(this.config.store);
  }

  record(job: string): Promise<SeenRecord> {
    return readRecord(this.store, job);
  }

  /** Removes a folder of the store, as somebody who tidies up would. */
  async removeFromStore(path: string): Promise<void> {
    if (this.store.startsWith("file:")) await rm(join(fileURLToPath(this.store), path), { recursive: true });
    else await deleteBelow(this.store, path);
  }

  /** The one job of this name that runs, and what the store says of it; both must name the same job. */
  async running(job: string, flink = this.flink): Promise<{ flink: FlinkJob; record: SeenRecord }> {
    const [found, record] = await Promise.all([flink.one(job), this.record(job)]);
    expect({ jobId: record.jobId, status: record.status, hasIntent: record.hasIntent }).toEqual({
      jobId: found.jid,
      status: "running",
      hasIntent: false,
    });
    return { flink: found, record };
  }

  private async makeStack(): Promise<void> {
    await this.engine.make(this.stack);
    await this.configure({});
  }

  /** Sets keys of the stack's configuration; the others stay as they are. */
  async configure(values: Config): Promise<void> {
    this.config = { ...this.config, ...values };
    await writeConfig(this.stack, this.config);
  }

  /** All that Pulumi knows, as a text that `importState` takes. */
  exportState(): Promise<string> {
    return exportState(this.stack);
  }

  /** Sets Pulumi's state back to what it was. */
  importState(state: string): Promise<void> {
    return importState(this.stack, state);
  }

  /** Forgets all that Pulumi knows, as when its state is lost; store and jobs stay. Gives the stack of before. */
  async loseStack(): Promise<Stack> {
    const lost = this.stack;
    this.stack = { ...lost, folder: `${lost.folder}-new` };
    await this.makeStack();
    return lost;
  }

  /** Gives the stack another name, as `pulumi stack rename` does; its configuration goes along. */
  async rename(): Promise<void> {
    const { folder, name } = this.stack;
    const next = `${name}-renamed`;
    const ran = await pulumi(this.stack, ["-C", folder, "stack", "rename", next, "--stack", name]);
    if (ran.code !== 0) throw new Error(ran.text);
    this.stack = { ...this.stack, name: next };
    await this.configure({});
  }

  /** Goes on with a stack that `loseStack` gave. */
  regain(stack: Stack): void {
    this.stack = stack;
  }

  /** What a stack of another name does with the same manifests, configuration and store; `work` is given this one's name. */
  async asAnotherStack<T>(work: (owner: string) => Promise<T>): Promise<T> {
    const mine = this.stack;
    this.stack = { ...mine, name: `${mine.name}-other`, folder: `${mine.folder}-other` };
    try {
      await this.makeStack();
      return await work(`flink-sql/${mine.name}`);
    } finally {
      this.stack = mine;
    }
  }

  /** Puts the files of a step in place: those of all stories, those beside the steps' folders, then the step's own. */
  async place(step: number): Promise<void> {
    const to = join(this.folder, "manifests");
    await rm(to, { recursive: true, force: true });
    if (this.config.template === undefined) await cp(COMMON, to, { recursive: true });
    await mkdir(to, { recursive: true });
    const story = join(STORIES, this.story);
    const common = (await readdir(story, { withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { name } of common) await cp(join(story, name), join(to, name));
    await cp(join(story, String(step)), to, { recursive: true });
    await this.rememberAll();
  }

  /** Names of all jobs, those of manifests that a test added by itself too. */
  private async rememberAll(): Promise<void> {
    const folder = join(this.folder, "manifests");
    for (const file of await readdir(folder).catch(() => [])) await this.remember(join(folder, file));
  }

  private async remember(file: string): Promise<void> {
    if (!file.endsWith(".yaml") || file.endsWith("job-template.yaml")) return;
    const name = /^name: (.+)$/mu.exec(await readFile(file, "utf8"))?.[1];
    if (name) this.names.add(name);
  }

  preview(): Promise<Ran> {
    return this.engine.run("preview", this.stack);
  }

  /** Previews one job as if it were the only one: the engine stops at the first that is refused. */
  async previewOnly(job: string): Promise<Ran> {
    const folder = join(this.folder, "manifests");
    const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml") && file !== "job-template.yaml");
    const isOther = async (file: string) => !(await readFile(join(folder, file), "utf8")).startsWith(`name: ${job}\n`);
    const others: string[] = [];
    for (const file of files) if (await isOther(file)) others.push(file);
    for (const file of others) await rename(join(folder, file), join(folder, `.${file}`));
    try {
      return await this.preview();
    } finally {
      for (const file of others) await rename(join(folder, `.${file}`), join(folder, file));
    }
  }

  up(): Promise<Ran> {
    return this.engine.run("update", this.stack);
  }

  /** As a person runs it: where the preview fails, the update does not begin. */
  upWithPreview(): Promise<Ran> {
    return this.engine.run("update with preview", this.stack);
  }

  refresh(): Promise<Ran> {
    return pulumi(this.stack, ["refresh", "--yes", "--skip-preview", ...onStack(this.stack)]);
  }

  destroy(stack = this.stack): Promise<Ran> {
    return this.engine.run("destroy", stack);
  }

  /** As a person runs it: where the preview of the destruction fails, nothing is destroyed. */
  destroyWithPreview(...options: string[]): Promise<Ran> {
    return pulumi(this.stack, ["destroy", "--yes", ...options, ...onStack(this.stack)]);
  }

  /** The program's outputs, as `pulumi stack output` gives them. */
  async outputs(): Promise<{ restUrl: string; jobs: { [job: string]: { jobId: string; state: string } } }> {
    const { text } = await pulumi(this.stack, ["stack", "output", "--json", "--stack", this.stack.name]);
    return JSON.parse(text);
  }

  /** Previews and updates a step's manifests; what the preview said of each job is what the update says too. */
  async step(step: number): Promise<Stepped> {
    await this.place(step);
    return this.again();
  }

  /** Updates with the manifests as they are, after the update's own preview. */
  async again(): Promise<Stepped> {
    const ran = await this.upWithPreview();
    expect(ran.code, ran.text).toBe(0);
    const [preview, up] = partsOf(ran);
    expect(comparable(up, preview)).toEqual(comparable(preview, preview));
    return { preview, up };
  }

  /** Leaves nothing behind: no job, no process, no file. Throws where the destruction failed. */
  async end(): Promise<void> {
    const destroyed = await this.destroy();
    await this.rememberAll();
    const left = (inject("restUrl") ? await this.flink.jobs() : []).filter(
      ({ name, state }) => this.names.has(name) && !["FAILED", "CANCELED", "FINISHED"].includes(state),
    );
    for (const { jid } of left) await this.flink.cancel(jid);
    await rm(this.local, { recursive: true, force: true });
    await rm(this.folder, { recursive: true, force: true });
    expect(destroyed.code, destroyed.text).toBe(0);
  }
}

/** Of each story its own, in S3 where the project says so: the last part of the folder's name tells it from others. */
function storeOf(folder: string, story: string): string {
  const stores = inject("stores");
  return stores ? stores.replace("?", `/${story}${folder.slice(-7)}?`) : `file://${folder}/store`;
}

/** What was said; where the cluster changes first, a job is spoken of before and after that, so only its name is compared. */
function comparable({ lines }: Ran, preview: Ran): unknown {
  return "session cluster" in preview.lines ? Object.keys(lines).sort() : lines;
}
