/** Where `npm run lab` has its servers: a file that it leaves while it runs, and whether that file can be believed. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isProcessAlive, Started } from "../../../provider/cluster/local/processes.js";

const LabFile = z.object({
  /** The lab itself, told from a later process with its number. */
  process: Started,
  moto: Started,
  /** Of the cluster: its processes, configuration and logs. */
  folder: z.string(),
  flinkHome: z.string(),
  restUrl: z.string(),
  gatewayUrl: z.string(),
  /** Address of the S3 server. */
  s3: z.string(),
});
export type LabFile = z.infer<typeof LabFile>;

export type LabState =
  | { readonly kind: "none" }
  | { readonly kind: "runs"; readonly lab: LabFile }
  /** It runs, and is not what these tests are for. */
  | { readonly kind: "other"; readonly why: string }
  /** It could not clear up; without `lab` nobody knows what it left. */
  | { readonly kind: "dead"; readonly why: string; readonly lab?: LabFile };

export const LAB_FILE = join(".local", "lab.json");

/** `text` is the file's, undefined where there is none. */
export async function labState(
  text: string | undefined,
  flinkHome: string,
  isAlive: (started: Started) => Promise<boolean>,
): Promise<LabState> {
  if (text === undefined) return { kind: "none" };
  const lab = parsed(text);
  if (!lab) return { kind: "dead", why: "it is not what a lab writes" };
  if (!(await isAlive(lab.process)))
    return { kind: "dead", why: `the lab that wrote it, process ${lab.process.pid}, was killed`, lab };
  if (lab.flinkHome === flinkHome) return { kind: "runs", lab };
  return { kind: "other", why: `the lab runs the Flink in ${lab.flinkHome}, and the tests are for ${flinkHome}` };
}

function parsed(text: string): LabFile | undefined {
  try {
    return LabFile.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What the file says now. */
export function readLab(flinkHome: string): Promise<LabState> {
  return labState(fileText(), flinkHome, isProcessAlive);
}

function fileText(): string | undefined {
  try {
    return readFileSync(LAB_FILE, "utf8");
  } catch {
    return undefined;
  }
}

/** The lab that tests are to use; why one is not used is said. */
export async function runningLab(flinkHome: string): Promise<LabFile | undefined> {
  const state = await readLab(flinkHome);
  const told = (why: string, more: string) => process.stderr.write(`${LAB_FILE} is not used: ${why}${more}\n`);
  if (state.kind === "other") told(state.why, "");
  if (state.kind === "dead") told(state.why, "; `npm run lab` ends what is left of it, and starts another one");
  return state.kind === "runs" ? state.lab : undefined;
}
