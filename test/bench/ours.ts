/** This project on a fleet: a stack of its own, timed as a person would run it. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { isProvider } from "../support/stories/provider-process.js";
import { environmentOf } from "../support/stories/pulumi.js";
import { makeStack, writeConfig } from "../support/stories/stack.js";
import type { Fleet } from "./fleet.js";
import type { Lab } from "./lab.js";

export interface Timed {
  readonly seconds: number;
  /** Processor time of the command and all that it started, which other work on the machine changes less. */
  readonly cpuSeconds: number;
  /** Largest resident memory of the provider process, in MB; 0 where there was none. */
  readonly providerMb: number;
}

export class Stack {
  private constructor(
    readonly name: string,
    readonly folder: string,
    /** Where the program is. */
    private readonly program: string,
  ) {}

  /** A stack of this project for the fleet. */
  static async ofFleet(lab: Lab, fleet: Fleet, name: string): Promise<Stack> {
    const stack = new Stack(name, join(lab.folder, name), process.cwd());
    const config = {
      target: "remote",
      restUrl: lab.restUrl,
      gatewayUrl: lab.gatewayUrl,
      store: lab.bucket.replace("?", `/${name}?`),
      manifests: fleet.manifests,
      template: fleet.template,
      tables: [fleet.tables],
    };
    await makeStack(stack);
    await writeConfig(stack, config);
    return stack;
  }

  /** A stack whose program has nothing in it: what Pulumi itself costs. */
  static empty(lab: Lab): Promise<Stack> {
    return Stack.ofProgram(lab, "empty", "");
  }

  /** One with as many dynamic resources as jobs, whose provider does nothing: what Pulumi costs for these. */
  static idle(lab: Lab, resources: number, name = "idle"): Promise<Stack> {
    return Stack.ofProgram(lab, name, `${IDLE}for (let n = 1; n <= ${resources}; n++) new Idle(\`idle-\${n}\`);\n`);
  }

  private static async ofProgram(lab: Lab, name: string, source: string): Promise<Stack> {
    const program = join(lab.folder, `${name}-program`);
    await mkdir(program, { recursive: true });
    await writeFile(join(program, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\nmain: index.cjs\n`);
    await writeFile(join(program, "package.json"), `{"name":"${name}","private":true}\n`);
    const modules = join(process.cwd(), "node_modules");
    const sdk = JSON.stringify(join(modules, "@pulumi/pulumi"));
    await writeFile(join(program, "index.cjs"), `const pulumi = require(${sdk});\n${source}`);
    await execa("ln", ["-sfn", modules, join(program, "node_modules")]);
    const stack = new Stack(name, join(lab.folder, `${name}-stack`), program);
    await makeStack(stack, name);
    return stack;
  }

  private get configFile(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  up = () => this.run("up", "--yes", "--skip-preview");
  preview = () => this.run("preview");
  destroy = () => this.run("destroy", "--yes", "--skip-preview");

  private async run(...args: readonly string[]): Promise<Timed> {
    const env = environmentOf({ name: this.name, folder: this.folder });
    const all = [...args, "--stack", this.name, "--config-file", this.configFile, "--non-interactive"];
    const since = performance.now();
    const running = execa("bash", ["-c", CLOCKED, "pulumi", ...all], { env, cwd: this.program, timeout: 1_800_000 });
    const watch = watchProvider(this.program);
    try {
      const { stderr } = await running;
      const seconds = (performance.now() - since) / 1000;
      return { seconds, cpuSeconds: cpuSecondsOf(stderr), providerMb: await watch.stop() };
    } catch (error) {
      await watch.stop();
      throw error;
    }
  }
}

/** A dynamic resource as Pulumi's documentation shows it. */
const IDLE = `const provider = {
  check: async (olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "idle", outs: inputs }),
};
class Idle extends pulumi.dynamic.Resource {
  constructor(name) {
    super(provider, name, { name });
  }
}
`;

/** Bash's own clock adds up what all children used; it prints it behind everything else. */
const CLOCKED = 'TIMEFORMAT="processor %U %S"; time pulumi "$@"';

function cpuSecondsOf(printed: string): number {
  const [, user, system] = /^processor ([\d.]+) ([\d.]+)$/mu.exec(printed) ?? [];
  return Number(user) + Number(system);
}

const EVERY_MS = 200;

/** Looks for the provider process of this folder, and at its largest memory so far. */
function watchProvider(folder: string): { stop(): Promise<number> } {
  let largest = 0;
  const look = async () => {
    for (const pid of await readdir("/proc")) {
      if (!/^\d+$/u.test(pid)) continue;
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (!isProvider(command) || !command.includes(folder)) continue;
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      largest = Math.max(largest, Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) / 1024);
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      return Math.round(largest);
    },
  };
}
