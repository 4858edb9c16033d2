/** What goes wrong, at random: before an update, or in the middle of it. */

import { killRole, livingRoles } from "../support/clusters/cluster.js";
import { isProvider } from "../support/stories/provider-process.js";
import type { Chance } from "./chance.js";
import { descendants, kill } from "./processes.js";

const ROLES = ["jobmanager", "taskmanager-1", "sql-gateway"] as const;
type Role = (typeof ROLES)[number];

/** Before an update; the last two are about what Pulumi remembers, and `moved` is another cluster. */
export const BEFORE = [...ROLES, "job-cancelled", "moved", "older-state", "stack-lost"] as const;
export type Before = (typeof BEFORE)[number];

/** In the middle of one. `everything` is what a reboot is; twice interrupted, Pulumi does not wait for the provider. */
export const DURING = [
  "jobmanager",
  "taskmanager-1",
  "provider",
  "engine",
  "engine-and-provider",
  "everything",
  "interrupt",
  "interrupt-twice",
] as const;
export type During = (typeof DURING)[number];

export type Disturbance =
  | { readonly when: "never" }
  | { readonly when: "before"; readonly what: Before }
  | { readonly when: "during"; readonly what: During; readonly share: number };

/** `share`: how far an update of usual length has come. */
export function disturbanceAtRandom(chance: Chance): Disturbance {
  const which = chance.next();
  if (which < 0.3) return { when: "never" };
  if (which < 0.5) return { when: "before", what: chance.pick(BEFORE) };
  return { when: "during", what: chance.pick(DURING), share: chance.next() };
}

/** Ends one process of the local cluster in this folder, where it runs. */
export async function killIfAlive(folder: string, role: Role): Promise<void> {
  if ((await livingRoles(folder)).includes(role)) await killRole(folder, role);
}

/** What the disturbance does to a `pulumi` that runs as `pid`. */
export async function disturb(pid: number, what: During, cluster: string): Promise<void> {
  if (what === "jobmanager" || what === "taskmanager-1") return killIfAlive(cluster, what);
  if (what === "interrupt" || what === "interrupt-twice") {
    kill(pid, "SIGINT");
    if (what === "interrupt-twice") setTimeout(() => kill(pid, "SIGINT"), 500);
    return;
  }
  const below = await descendants(pid);
  if (what === "engine") return kill(pid);
  const provider = below.filter(({ command }) => isProvider(command));
  for (const { pid: each } of what === "provider" ? provider : [{ pid }, ...below]) kill(each);
  if (what !== "everything") return;
  for (const role of ROLES) await killIfAlive(cluster, role);
}
