/** What a Pulumi program gives the resources; wire.ts makes of it what Pulumi stores. */

import type { Input, Output } from "@pulumi/pulumi";
import type { Definition, GivenChoice, GivenChoices, Metadata } from "../decide/index.js";
import type { FileDigests, Loaded, OtherStack } from "../read/index.js";
import type { Activity, ClusterGiven } from "./targets/target.js";

type Texts = Readonly<Record<string, string>>;

/** Longest times in seconds; what is not given is as by default in docs/configuration.md. */
interface Limits {
  /** For a start, of the cluster or of a job. Default: 120. */
  readonly startSeconds?: number | undefined;
  /** For a stop with savepoint. Default: 600. */
  readonly savepointSeconds?: number | undefined;
  /** For one request to Flink. Default: 30. */
  readonly requestSeconds?: number | undefined;
}

/** A YARN on which a session is found, or started. */
export interface YarnArgs {
  /** Web addresses of the ResourceManagers, `http://host:8088`. */
  readonly resourceManagers: string | readonly string[];
  /** The session to use. Default: the newest of `name`. */
  readonly applicationId?: string | undefined;
  /** Name of the session. Default: `flink-sql-<stack>` with `start`, else `Flink session cluster`. */
  readonly name?: string | undefined;
  /** Only a session in this queue is found; one that is started goes there. */
  readonly queue?: string | undefined;
  /** True: the session is the stack's, started and ended with it. Default: false. */
  readonly start?: boolean | undefined;
  /** Files for a session that is started, relative to the project. Default: none. */
  readonly shipFiles?: readonly string[] | undefined;
  /** True: a SQL Gateway is started on the machine that deploys. Default: false. */
  readonly gateway?: boolean | undefined;
  /** Certificates of the ResourceManagers' authority, a PEM file relative to the project. */
  readonly caFile?: string | undefined;
  /** Addresses of ResourceManagers that are gone for good. Default: none. */
  readonly lost?: readonly string[] | undefined;
}

export interface SessionClusterArgs extends Limits {
  /** `local` is started on this machine, `remote` and `yarn` are found. Default: `local`. */
  readonly target?: ClusterGiven["target"] | undefined;
  /** Address of the JobManager, `http://host:8081`. For `remote`; for `yarn` where the session's own address leads nowhere. */
  readonly restUrl?: Input<string> | undefined;
  /** Address of the SQL Gateway, `http://host:8083`, for `remote` and `yarn`. Without it jobs are started by the runner. */
  readonly gatewayUrl?: Input<string> | undefined;
  /** For `yarn`, which cannot do without. */
  readonly yarn?: YarnArgs | undefined;
  /** Folder for logs and settings of what is started here, relative to the project. Default: `.local/<stack>`. */
  readonly folder?: string | undefined;
  /** Flink's distribution on this machine. Default: `FLINK_HOME`, else what `npm run setup` installed. */
  readonly flinkHome?: string | undefined;
  /** For `local`: number of TaskManagers. Default: 1. */
  readonly taskManagers?: number | undefined;
  /** For a cluster that is started: task slots of each TaskManager. Default: 8. */
  readonly slotsPerTaskManager?: number | undefined;
  /** Likewise: memory of the JobManager's process, in Flink's words. Default: `1280m`. */
  readonly jobManagerMemory?: string | undefined;
  /** Likewise: memory of each TaskManager's process. Default: `2048m`. */
  readonly taskManagerMemory?: string | undefined;
  /** Likewise: Flink options of the cluster. Default: none. */
  readonly properties?: Texts | undefined;
  /** True: Pulumi encrypts `properties`, and no message tells them. Default: false. */
  readonly arePropertiesSecret?: boolean | undefined;
  /** Names of variables that Flink's processes on this machine get beside those that they need. Default: none. */
  readonly environment?: readonly string[] | undefined;
  /** Address of the store, `s3://bucket/prefix` or `file:///folder`: before a cluster restarts, its jobs are saved there. */
  readonly store: Input<string>;
  /**
   * Names of all jobs that the stack deploys or retires. Give it only with a JobStore that is made after all jobs: a
   * preview then goes on after a job that is refused, and the JobStore ends it with an error. A cluster that runs other
   * jobs does not restart.
   */
  readonly jobs?: readonly string[] | undefined;
  /** Another stack with the same manifests, and the names that this one has: what it lacks is remarked on. */
  readonly compareWith?: (OtherStack & { readonly names: readonly string[] }) | undefined;
  /** Keys of the configuration that are given though this target does not look at them: a warning names them. */
  readonly ignoredKeys?: readonly string[] | undefined;
}

/** What jobs and the JobStore need of a cluster: a SessionCluster has it. */
export interface ClusterOfJobs {
  readonly restUrl: Output<string>;
  readonly activity: Output<Activity>;
  readonly packed: Output<string>;
  /** Undefined for a cluster that is not on YARN. */
  readonly packedSession: Output<string> | undefined;
  readonly given: ClusterAsGiven;
}

/** Of the cluster's arguments what its jobs use too. */
export interface ClusterAsGiven {
  readonly target: ClusterGiven["target"];
  readonly flinkHome: string;
  readonly environment: readonly string[];
}

/** What jobs of a stack mostly have in common. */
export interface JobSettings extends Limits {
  /** From a start to the first completed checkpoint; 0 does not wait for it. Default: 300. */
  readonly checkpointSeconds?: number | undefined;
  /** So long a job that takes the place of another is given to read its first row; 0 does not wait for one. Default: 20. */
  readonly firstRowSeconds?: number | undefined;
  /** Age of the newest checkpoint, in seconds, from which a preview warns; 0 never does. Default: 1800. */
  readonly staleSeconds?: number | undefined;
  /** Metadata columns of jobs that choose none: `all`, `query`, `timestamp`, `none` or a list. Default: `all`. */
  readonly metadata?: Metadata | undefined;
  /** Name of the column that holds the time of the insert. Default: `__create_timestamp`. */
  readonly timestampColumn?: string | undefined;
  /** Python with PyFlink on this machine. Default: what `npm run setup` installed, else `python3`. */
  readonly pyClientExecutable?: string | undefined;
  /** Python of the cluster's workers. Default: for a local cluster the same one, else Flink's own default. */
  readonly pyExecutable?: string | undefined;
  /** Another stack with the same jobs, and the address of its store: a preview says how each job differs from its. */
  readonly compareWith?: OtherStack | undefined;
}

/** What makes the rows: a query, or PyFlink. */
type JobSource =
  | {
      /** Flink SQL, a `SELECT` without `INSERT INTO`. */
      readonly sql: string;
      readonly code?: undefined;
    }
  | {
      /** PyFlink that sets `execution_output`: see docs/code.md. */
      readonly code: string;
      readonly sql?: undefined;
    };

/** All but store, secrets and cluster is plain: a preview plans the job by it, and must know it. */
export type FlinkSqlJobArgs = JobSource & {
  /** The table that the rows are inserted into, as SQL writes it. */
  readonly targetTable: string;
  /** What the job is for; becomes the column `__query_description`. Default: empty. */
  readonly description?: string | undefined;
  /**
   * Statements that make tables, views and functions, each ended by `;`, in one text or several. The job takes those that
   * it needs. Default: none.
   */
  readonly tables?: string | readonly string[] | undefined;
  /** In place of `tables`: statements with their places in files. */
  readonly definitions?: readonly Definition[] | undefined;
  /** Flink options of the job. Default: none. */
  readonly flinkProperties?: Texts | undefined;
  /** Metadata columns of this job. Default: those of `settings`. */
  readonly metadata?: Metadata | undefined;
  /** Digests of the project's files that options such as `python.files` name. Default: taken from the files. */
  readonly files?: FileDigests | undefined;
  /** Name → value of what stands as `{name}` in literals of `tables`; encrypted, and told by no message. Default: none. */
  readonly secretParameters?: Readonly<Record<string, Input<string>>> | undefined;
  /** The cluster that it runs on. */
  readonly cluster: ClusterOfJobs;
  /** Address of the store, the same as the cluster's. */
  readonly store: Input<string>;
  /** Limits, Python and metadata columns; mostly the same for all jobs. Default: that of each. */
  readonly settings?: JobSettings | undefined;
  /** What is chosen for this job, once: see docs/choices.md. */
  readonly choice?: GivenChoice | undefined;
  /** Id of a Flink job that runs and has no record: it is taken as this one. */
  readonly adopt?: string | undefined;
  /** What messages call the place of `sql` or `code`: a manifest's path. Default: the job's name. */
  readonly file?: string | undefined;
};

export interface JobStoreArgs extends Limits {
  /** Address of the store. */
  readonly store: Input<string>;
  readonly cluster: ClusterOfJobs;
  /** Names of all jobs of the stack. */
  readonly jobs: readonly string[];
  /** Names of jobs that are no more part of the stack, and are to be stopped. Default: none. */
  readonly retire?: readonly string[] | undefined;
  /** States of older versions that are kept: so many versions, and those of the last days. Default: all are. */
  readonly retain?: { readonly versions: number; readonly days: number } | undefined;
}

/** A folder of manifests, and what is said of them elsewhere. */
export interface ManifestArgs {
  /** Folder of manifests and table files, relative to the project. Default: `jobs`. */
  readonly folder?: string | undefined;
  /** File with defaults of the manifests, relative to the project. Default: `job-template.yaml` of the folder, if it is there. */
  readonly template?: string | undefined;
  /** Table files, relative to the project. Default: all `.sql` files of the folder. */
  readonly tables?: readonly string[] | undefined;
  /** Name → value of what stands as `{name}` in table files. Default: none. */
  readonly parameters?: Texts | undefined;
  /** Flink options of all jobs; those of a manifest win. Default: none. */
  readonly flinkProperties?: Texts | undefined;
  /** Job → Flink options that win over those of its manifest. Default: none. */
  readonly jobProperties?: Readonly<Record<string, Texts>> | undefined;
  /** Job → what is chosen for it, once: see docs/choices.md. Default: nothing. */
  readonly choices?: GivenChoices | undefined;
}

export type FlinkSqlJobsArgs = (ManifestArgs | { readonly loaded: Loaded }) &
  Pick<FlinkSqlJobArgs, "cluster" | "store" | "settings" | "secretParameters"> & {
    /** Job → id of a Flink job that runs and has no record. Default: none. */
    readonly adopt?: Texts | undefined;
  };
