/** Flink and Python of this machine: what was given, else what `npm run setup` installed. */

import { existsSync, readFileSync } from "node:fs";
import { workspace } from "../../workspace/index.js";

/** Empty where there is none. */
export function flinkHomeOf(given: string | undefined): string {
  return given ?? process.env.FLINK_HOME ?? installed("flink-home") ?? "";
}

export interface Pythons {
  /** With PyFlink, on this machine. */
  readonly pyClientExecutable: string;
  /** Of the cluster's workers; empty for the cluster's own default. */
  readonly pyExecutable: string;
}

/** On this machine's own cluster the workers take the Python that plans the jobs. */
export function pythonsOf(target: string, given: { readonly [K in keyof Pythons]?: string | undefined }): Pythons {
  const found = given.pyClientExecutable ?? installed("pyflink-python");
  const workers = given.pyExecutable ?? (target === "local" ? found : undefined);
  return { pyClientExecutable: found ?? "python3", pyExecutable: workers ?? "" };
}

/** `npm run setup` leaves the places of what it installed. */
function installed(name: "flink-home" | "pyflink-python"): string | undefined {
  const file = workspace.local(name);
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}
