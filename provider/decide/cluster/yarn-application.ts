/** Which of YARN's applications is a stack's session cluster, and in which words that is told. */

import { scryptSync } from "node:crypto";
import { z } from "zod";
import { shortHash } from "../job/naming.js";
import type { ErrorParts } from "../words/errors.js";

/** What YARN's ResourceManager reports of an application. */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly user: string;
  readonly state: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly diagnostics: string;
  readonly tags: readonly string[];
  /** Host and port of the JobManager's REST API; only while it runs. */
  readonly restAddress: string | undefined;
  /** The ResourceManager's proxy to it, which lets nothing through but reading. */
  readonly proxyUrl: string | undefined;
}

/** How a stack knows its session: by what the configuration says, or by the tags that it was started with. */
export const Wanted = z.discriminatedUnion("by", [
  z.object({ by: z.literal("id"), id: z.string() }),
  z.object({ by: z.literal("name"), name: z.string(), queue: z.string().optional() }),
  z.object({ by: z.literal("tags"), owner: z.string(), settings: z.string() }),
]);
export type Wanted = z.infer<typeof Wanted>;

export type SessionChoice =
  | { readonly found: "one"; readonly application: Application }
  | { readonly found: "none" }
  | { readonly found: "many"; readonly applications: readonly Application[] };

/** States before and while an application runs; YARN keeps those that have ended for a while. */
export const ALIVE_STATES = ["NEW", "NEW_SAVING", "SUBMITTED", "ACCEPTED", "RUNNING"];

export function isApplicationAlive({ state }: Application): boolean {
  return ALIVE_STATES.includes(state);
}

/** YARN makes tags small letters, and takes printable ASCII only. */
export function ownerTag(stack: string, identity: string): string {
  const name = stack.toLowerCase().replaceAll(/[^a-z0-9._-]/gu, "-");
  return `flink-sql-${name.slice(0, 60)}-${shortHash(identity)}`;
}

/** Anybody on YARN may read it: where a secret is in the configuration, it is slow on purpose to guess. */
export function settingsTag(configuration: string, owner: string, isSecret: boolean): string {
  const digest = isSecret ? scryptSync(configuration, owner, 8).toString("hex") : shortHash(configuration);
  return `flink-sql-settings-${digest}`;
}

export function chooseApplication(applications: readonly Application[], wanted: Wanted): SessionChoice {
  const alive = applications.filter(isApplicationAlive);
  const [application, ...others] = alive.filter((candidate) => isWanted(candidate, wanted));
  if (!application) return { found: "none" };
  if (others.length > 0) return { found: "many", applications: [application, ...others] };
  return { found: "one", application };
}

function isWanted({ id, name, queue, tags }: Application, wanted: Wanted): boolean {
  if (wanted.by === "id") return id === wanted.id;
  if (wanted.by === "tags") return tags.includes(wanted.owner) && tags.includes(wanted.settings);
  return name === wanted.name && (wanted.queue === undefined || isQueue(queue, wanted.queue));
}

/** YARN says `root.default` or `default` of one queue, and takes a leaf's name for its path. */
function isQueue(reported: string, wanted: string): boolean {
  const [path, name] = [reported, wanted].map((queue) => queue.replace(/^root[.]/u, ""));
  return path === name || `${path}`.endsWith(`.${name}`);
}

/** The error of a session that is not to be found, or not to be told from others; it lists what is there. */
export function notFoundWords(
  choice: Extract<SessionChoice, { found: "none" | "many" }>,
  wanted: Wanted,
  there: readonly Application[],
  ended: Application | undefined,
): ErrorParts {
  const listed = choice.found === "many" ? choice.applications : there.filter(isApplicationAlive);
  const count = choice.found === "many" ? `${choice.applications.length} Flink applications` : "no Flink application";
  const list = listed.length > 0 ? listed.map(applicationWords).join("\n") : "no Flink application runs on this YARN";
  return {
    what: `${count} ${wantedWords(wanted)} ${choice.found === "many" ? "run" : "runs"} on YARN; no job was touched`,
    cause: ended ? `${endedWords(ended)}\n${list}` : list,
    fix:
      choice.found === "many"
        ? "choose one with the configuration key `yarn.applicationId` or `yarn.queue`, or stop the others"
        : "correct `yarn.applicationId`, `yarn.name` or `yarn.queue`, start that session, or let the stack start one of its own: `yarn.start: true`",
  };
}

function wantedWords(wanted: Wanted): string {
  if (wanted.by === "id") return `with the id ${wanted.id}`;
  if (wanted.by === "tags") return `with the tag ${wanted.owner}`;
  return `named "${wanted.name}"${wanted.queue === undefined ? "" : ` in the queue ${wanted.queue}`}`;
}

function applicationWords({ id, name, queue, state, user, startedAt }: Application): string {
  return `${id} "${name}", queue ${queue}, ${state}, started by ${user} at ${new Date(startedAt).toISOString().slice(0, 19)}Z`;
}

/** `application_1_2 was KILLED: Application … was killed by user root`. */
export function endedWords({ id, state, diagnostics }: Application): string {
  const why = diagnosticsWords(diagnostics);
  return `${id} ${state === "FINISHED" ? "has FINISHED" : `is ${state}`}${why ? `: ${why}` : ""}`;
}

/** What says nothing of the cause: how often it was tried, times, what is to be done at a web page, output of scripts. */
const NOISE = [
  /^Application \S+ failed \d+ times .*? due to /u,
  /\[[-\d]+ [\d:.]+\]/gu,
  /^For more detailed output.*$/gmu,
  /^[.] Failing the application[.]?$/gmu,
  /^Container exited with a non-zero exit code.*$/gmu,
];

/** YARN's diagnostics, cut to what happened. */
export function diagnosticsWords(diagnostics: string): string {
  const cut = NOISE.reduce((text, noise) => text.replace(noise, ""), diagnostics);
  const lines = cut.replace(/\n?Failing this attempt[.]\s*Diagnostics:\s*/u, "\n").split("\n");
  const words = lines
    .map((line) => line.trim().replaceAll(/\s+/gu, " "))
    .filter((line) => line !== "" && !line.startsWith("at "))
    .join("; ");
  return words.length > 300 ? `${words.slice(0, 300)} …` : words;
}
