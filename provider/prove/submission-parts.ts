/** What a submission needs to know, what it gives, and how Flink's refusal of a part of a job is told. */

import {
  type Deployment,
  effectiveProperties,
  FIXED_JOB_ID,
  IGNORE_UNCLAIMED_STATE,
  type JobStatements,
  jobStatements,
  lostRowsWords,
  missedRowsRefusal,
  type PlanFacts,
  STATE_RECOVERY_PATH,
  UserError,
  withAbsolutePaths,
} from "../decide/index.js";
import type { Connection, RunnerSpec, SqlGateway } from "../flink/index.js";
import { workspace } from "../workspace/index.js";

/** A jar that it takes along, the n-th definition, the query, the INSERT around it, or the code. */
export type JobPart = "jar" | "definition" | "query" | "insert" | "code";

/** Flink, or Python, refused a part of a job. */
export class JobRefused extends Error {
  constructor(
    readonly part: JobPart,
    readonly index: number,
    /** From 1, in the part's own text, for code in the manifest's file; undefined where no place is named. */
    readonly line: number | undefined,
    readonly column: number | undefined,
    words: string,
  ) {
    super(words);
    this.name = "JobRefused";
  }
}

/** Where code stands in its manifest, so that Python can name the manifest's lines. */
export interface CodePlace {
  readonly file: string;
  /** The file's line of each line of the code. */
  readonly lines: readonly number[];
  /** The file's column of the code's first column; undefined where columns say nothing. */
  readonly column: number | undefined;
}

export interface SubmissionTarget {
  /** Undefined on a cluster without one: then the runner submits SQL too. */
  readonly gateway: SqlGateway | undefined;
  readonly runner: RunnerSpec;
  /** The JobManager that is submitted to. */
  readonly jobManager: Connection;
  /** On YARN the cluster gets slots when jobs ask for them: then there is nothing to count beforehand. */
  readonly slots: "fixed" | "on-demand";
  /** For all statements of one job together, in milliseconds. */
  readonly limitMs: number;
  /** Asked for only where code is planned: it takes a reading of the manifest. */
  readonly codePlace: () => CodePlace | undefined;
  /** Options of this machine and stack that are no part of a manifest, such as the Python of the workers. */
  readonly options: Readonly<Record<string, string>>;
}

/** A start that Flink has planned. */
export interface Submission {
  /** What Flink's plan of the whole INSERT tells. */
  readonly facts: PlanFacts;
  /** False where tables may lie outside of the statements, in a catalog: the same text may be planned otherwise tomorrow. */
  readonly isRepeatable: boolean;
  /** What could still submit the job after a crash; it goes into the intent. */
  readonly session: { readonly gatewayUrl: string; readonly handle: string };
  /** Starts the job under this id, clean where there is nothing to start from. */
  submit(jobId: string, from: Recovery | undefined): Promise<void>;
  /** Ends the work of a check; what was prepared stays for the start that follows in the same update, where that can be. */
  keep(): Promise<void>;
  close(): Promise<void>;
}

/** A savepoint's or checkpoint's path, and whether a part of it that no operator takes may be dropped. */
export interface Recovery {
  readonly path: string;
  readonly allowNonRestoredState: boolean;
}

/** The options of a start beside those of its deployment. */
export function startOptions(jobId: string, from: Recovery | undefined): Record<string, string> {
  return {
    [FIXED_JOB_ID]: jobId,
    ...(from && { [STATE_RECOVERY_PATH]: from.path }),
    ...(from?.allowNonRestoredState && { [IGNORE_UNCLAIMED_STATE]: "true" }),
  };
}

/** The statements of a deployment, and the options that they run with. */
export function submittedParts(
  { manifest, meta, directories, definitions, metadataColumns }: Deployment,
  secrets: Readonly<Record<string, string>>,
  { options }: Pick<SubmissionTarget, "options">,
): { readonly statements: JobStatements; readonly properties: Record<string, string> } {
  if (!metadataColumns) throw new Error(`${manifest.name}: a record without metadata columns cannot be started`);
  const statements = jobStatements(manifest, definitions ?? [], metadataColumns, meta, secrets);
  const own = withAbsolutePaths(effectiveProperties(manifest, directories, meta.version), workspace.path);
  return { statements, properties: { ...options, ...own } };
}

/** Throws plan-refused where a restart would leave rows behind that it could not take back. */
export function refuseMissedRows(
  keeps: boolean,
  facts: PlanFacts,
  current: Deployment | undefined,
  next: Deployment,
): void {
  const refusal = missedRowsRefusal(keeps, facts, current, next);
  if (refusal) throw new UserError(refusal.code, { what: refusal.what, fix: refusal.fix });
}

/** Options by which a client finds the JobManager. */
export function targetProperties({ address }: Connection): Record<string, string> {
  const { hostname, port } = new URL(address);
  return {
    "execution.target": "remote",
    "rest.address": hostname,
    "rest.port": port || "80",
    "execution.attached": "false",
  };
}

/** Throws JobRefused where the plan would write wrong rows. */
export function refuseWrongRows(facts: PlanFacts, { metadataColumns, manifest }: Deployment): void {
  const words = lostRowsWords(facts, metadataColumns, manifest.flinkProperties);
  if (words !== undefined) throw new JobRefused("insert", 0, undefined, undefined, words);
}
