/** What stories on YARN share with others: the Flink and the Python of their jobs. They start their clusters themselves. */

import type { TestProject } from "vitest/node";
import versions from "../../../scripts/versions.json" with { type: "json" };
import { flinkHome } from "./cluster.js";
import { pyFlinkOf } from "./runner.js";

export default function setup(project: TestProject): void {
  project.provide("restUrl", "");
  project.provide("gatewayUrl", "");
  project.provide("stores", "");
  project.provide("hasGateway", false);
  project.provide("flinkHome", flinkHome());
  project.provide("python", pyFlinkOf(versions.flink).python);
  project.provide("elsewhere", undefined);
}
