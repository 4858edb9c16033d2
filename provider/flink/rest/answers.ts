/** What the JobManager answers, as far as it is used (Flink docs: REST API, version v1). */

import { z } from "zod";

export const JobStatus = z.enum([
  "INITIALIZING",
  "CREATED",
  "RUNNING",
  "FAILING",
  "FAILED",
  "CANCELLING",
  "CANCELED",
  "FINISHED",
  "RESTARTING",
  "SUSPENDED",
  "RECONCILING",
]);
export type JobStatus = z.infer<typeof JobStatus>;

export const Overview = z.object({
  taskmanagers: z.number(),
  "slots-total": z.number(),
  "slots-available": z.number(),
  "flink-version": z.string(),
});
export type Overview = z.infer<typeof Overview>;

export const JobSummary = z.object({
  jid: z.string(),
  name: z.string(),
  state: JobStatus,
  "start-time": z.number(),
  "end-time": z.number(),
  /** When any of its tasks changed its state last. */
  "last-modification": z.number().optional(),
  tasks: z.object({ total: z.number(), running: z.number(), finished: z.number() }),
});
export type JobSummary = z.infer<typeof JobSummary>;

export const Listing = z.object({ jobs: z.array(JobSummary) });

export const Checkpoint = z.object({
  id: z.number(),
  is_savepoint: z.boolean(),
  checkpoint_type: z.string().optional(),
  latest_ack_timestamp: z.number(),
  state_size: z.number(),
  external_path: z.string().nullish(),
  discarded: z.boolean().optional(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export const Checkpoints = z.object({
  counts: z.object({ completed: z.number(), restored: z.number() }),
  latest: z.object({
    completed: Checkpoint.nullish(),
    savepoint: Checkpoint.nullish(),
    failed: z.object({ failure_message: z.string().nullish() }).nullish(),
    restored: z.object({ external_path: z.string().nullish(), is_savepoint: z.boolean() }).nullish(),
  }),
  /** Newest first. */
  history: z.array(z.object({ status: z.string() })),
});
export type Checkpoints = z.infer<typeof Checkpoints>;

export const Exceptions = z.object({
  "root-exception": z.string().nullish(),
  timestamp: z.number().nullish(),
  exceptionHistory: z
    .object({ entries: z.array(z.object({ stacktrace: z.string(), timestamp: z.number() })) })
    .optional(),
});

/** One failure of a job: when (milliseconds since 1970) and with what stack trace. */
export interface Failure {
  readonly at: number;
  readonly trace: string;
}

export const Vertices = z.object({
  vertices: z.array(z.object({ parallelism: z.number(), slotSharingGroupId: z.string().optional() })),
});

/** A node without inputs is a task that reads from outside. */
export const Tasks = z.object({
  vertices: z.array(z.object({ id: z.string(), status: z.string() })),
  plan: z.object({ nodes: z.array(z.object({ id: z.string(), inputs: z.array(z.unknown()).optional() })) }),
});

export const Metrics = z.array(z.object({ id: z.string(), max: z.number().optional() }));

export const SavepointStatus = z.object({
  status: z.object({ id: z.enum(["IN_PROGRESS", "COMPLETED"]) }),
  operation: z
    .object({
      location: z.string().nullish(),
      "failure-cause": z.object({ class: z.string(), "stack-trace": z.string() }).nullish(),
    })
    .nullish(),
});
export type SavepointStatus = z.infer<typeof SavepointStatus>;

export const CheckpointStatus = z.object({
  status: z.object({ id: z.enum(["IN_PROGRESS", "COMPLETED"]) }),
  operation: z.object({ failureCause: z.object({ "stack-trace": z.string() }).nullish() }).nullish(),
});
export type CheckpointStatus = z.infer<typeof CheckpointStatus>;
