/** Starts a YARN before the first story on it, and ends it with all that still runs there after the last. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import versions from "../../scripts/versions.json" with { type: "json" };
import { flinkHome } from "./cluster.js";
import { pyFlinkOf } from "./runner.js";
import { startYarn } from "./yarn.js";

declare module "vitest" {
  interface ProvidedContext {
    resourceManager: string;
    /** Environment in which Hadoop's and Flink's command lines find this YARN. */
    yarnEnvironment: Readonly<Record<string, string>>;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const since = Date.now();
  const folder = await mkdtemp(join(tmpdir(), "e2e-yarn-"));
  const { yarn, stop } = await startYarn(folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  project.provide("resourceManager", yarn.resourceManager);
  project.provide("yarnEnvironment", yarn.env);
  // What other projects' stories share, and these do not.
  project.provide("restUrl", "");
  project.provide("gatewayUrl", "");
  project.provide("stores", "");
  project.provide("hasGateway", false);
  project.provide("flinkHome", flinkHome());
  project.provide("python", pyFlinkOf(versions.flink).python);
  project.provide("elsewhere", undefined);
  return async () => {
    try {
      await stop();
    } finally {
      await rm(folder, { recursive: true, force: true });
      process.stdout.write(
        `e2e-yarn: ${Math.round((Date.now() - since) / 1000)} s, with the start and the end of YARN\n`,
      );
    }
  };
}
