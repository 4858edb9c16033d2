/** Starts the cluster on which most stories run, and the S3 server of its store, before the first story; stops both after the last. */

import { rm } from "node:fs/promises";
import type { TestProject } from "vitest/node";
import versions from "../../../scripts/versions.json" with { type: "json" };
import { flinkHome } from "../clusters/cluster.js";
import { runningLab } from "../clusters/lab-file.js";
import { pyFlinkOf } from "../clusters/runner.js";
import { type Servers, startServers, storesAt } from "../clusters/servers.js";
import { type Elsewhere, projectElsewhere } from "./elsewhere.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the cluster of all stories; empty where each has its own. */
    restUrl: string;
    gatewayUrl: string;
    /** Address below which each story has its store; empty where it is in the story's folder. */
    stores: string;
    /** Whether the stories are told the SQL Gateway's address; without it the runner submits their jobs. */
    hasGateway: boolean;
    /** Folder of the cluster's Flink, and a Python with the PyFlink of its version. */
    flinkHome: string;
    python: string;
    /** Whether Pulumi itself is to run what it runs elsewhere too; if not, the small engine does. */
    hasPulumi: boolean;
    /** What runs the project where that is not this clone and the `node` on PATH. */
    elsewhere: Elsewhere | undefined;
  }
}

/** On them the decision tree differs in nothing that Pulumi has a part in. */
const TREE_ALONE = ["e2e-s3", "e2e-runner", "e2e-1.20"];

/** Where the project says so, the stories keep their state in S3, run on another Flink, or with another Node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const elsewhere = project.name.endsWith("newest") ? await projectElsewhere() : undefined;
  const other = Object.keys(versions.flinks).find((version) => version.startsWith(project.name.replace("e2e-", "")));
  const home = other ? pyFlinkOf(other).flinkHome : flinkHome();
  const hasS3 = project.name.endsWith("s3");
  const lab = await runningLab(home);
  const servers = lab ? undefined : await startServers(home, { hasS3 });
  const s3 = lab?.s3 ?? servers?.moto?.endpoint ?? "";
  const { restUrl, gatewayUrl } = lab ?? (servers as Servers);
  project.provide("restUrl", restUrl);
  project.provide("gatewayUrl", gatewayUrl);
  project.provide("stores", hasS3 ? storesAt(s3) : "");
  project.provide("hasGateway", project.name !== "e2e-runner");
  project.provide("flinkHome", home);
  project.provide("python", pyFlinkOf(other ?? versions.flink).python);
  project.provide("hasPulumi", Boolean(process.env.EVERY_STORY) || !TREE_ALONE.includes(project.name));
  project.provide("elsewhere", elsewhere);
  return async () => {
    await servers?.stop();
    if (elsewhere) await rm(elsewhere.folder, { recursive: true, force: true });
  };
}
