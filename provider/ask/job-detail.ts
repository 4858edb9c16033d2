/** What of one job only its own pages at the JobManager tell: its checkpoints, how it failed, how it fares. */

import { setTimeout as sleep } from "node:timers/promises";
import {
  isAlive,
  type JobDetail,
  type JobHealth,
  mayHaveFailed,
  type ObservedJob,
  type StateRef,
} from "../decide/index.js";
import {
  type Checkpoint,
  type Checkpoints,
  type Failure,
  type FlinkRest,
  failureReason,
  NOT_A_PATH,
  STOP_SAVEPOINT,
} from "../flink/index.js";
import { reached } from "./cluster-reach.js";
import type { LookAhead } from "./look-ahead.js";

interface Source {
  readonly rest: FlinkRest;
  readonly ahead?: LookAhead | undefined;
}

export async function detailOf({ rest, ahead }: Source, job: ObservedJob): Promise<JobDetail | undefined> {
  return reached(async () => {
    await untilCachesAreOver(rest, job);
    const ask = () => rest.checkpoints(job.jobId);
    const [checkpoints, failures] = await Promise.all([
      ahead?.checkpoints(job.jobId, ask) ?? ask(),
      mayHaveFailed(job, Date.now()) ? rest.failures(job.jobId) : [],
    ]);
    return checkpoints && toDetail(checkpoints, failures, job);
  });
}

/** Flink answers what follows from a cache: of a job that ended just now it would still tell what was before the end. */
async function untilCachesAreOver(rest: FlinkRest, job: ObservedJob): Promise<void> {
  if (isAlive(job)) return;
  const age = Date.now() - job.endedAt;
  const interval = age < 60_000 ? await rest.refreshInterval() : 0;
  if (age >= 0 && age < interval) await sleep(interval - age + 50);
}

function toDetail(checkpoints: Checkpoints, failures: readonly Failure[], job: ObservedJob): JobDetail {
  const { counts, latest } = checkpoints;
  const trace = failures[0]?.trace;
  const stop = latest.savepoint;
  const wasStop = stop && job.status === "FINISHED" && STOP_SAVEPOINT.test(stop.checkpoint_type ?? "");
  return {
    completedCheckpoints: counts.completed,
    restored: counts.restored > 0 || Boolean(latest.restored),
    lastCheckpoint: latest.completed ? toState(latest.completed) : undefined,
    stoppedWith: wasStop ? toState(stop) : undefined,
    failure: trace ? failureReason(trace).split("\n")[0] : undefined,
    health: toHealth(checkpoints, failures),
  };
}

function toHealth({ history, latest }: Checkpoints, failures: readonly Failure[]): JobHealth {
  const done = history.filter(({ status }) => status !== "IN_PROGRESS");
  const failed = done.findIndex(({ status }) => status !== "FAILED");
  return {
    failures: failures.map(({ at }) => at),
    checkpointAt: latest.completed?.latest_ack_timestamp,
    failedCheckpoints: failed === -1 ? done.length : failed,
    checkpointFailure: failed === 0 ? undefined : latest.failed?.failure_message?.split("\n")[0],
  };
}

function toState(checkpoint: Checkpoint): StateRef | undefined {
  const path = checkpoint.external_path;
  if (!path || NOT_A_PATH.test(path)) return undefined;
  const kind = checkpoint.is_savepoint ? "savepoint" : "checkpoint";
  return { kind, path, at: checkpoint.latest_ack_timestamp, bytes: checkpoint.state_size };
}
