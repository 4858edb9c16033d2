/** One start of a job: prepared and planned by Flink first, submitted later; through the SQL Gateway or the runner. */

import { prepareAtGateway } from "./gateway-submission.js";
import type { SubmissionTarget } from "./job-refused.js";
import type { Deployment } from "./record.js";
import { prepareInRunner } from "./runner-submission.js";

export interface Submission {
  /** Slots that Flink's plan of the whole INSERT takes. */
  readonly slots: number;
  /** What could still submit the job after a crash; it goes into the intent. */
  readonly session: { readonly gatewayUrl: string; readonly handle: string };
  /** Starts the job under this id; `from` is a savepoint's or checkpoint's path. */
  submit(jobId: string, from: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Runs all of a job but its start. Throws JobRefused where Flink says no; starts nothing. */
export function prepare(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: SubmissionTarget,
): Promise<Submission> {
  const isCode = deployment.manifest.code !== undefined;
  const { gateway } = target;
  return gateway && !isCode
    ? prepareAtGateway(deployment, secrets, { ...target, gateway })
    : prepareInRunner(deployment, secrets, target);
}
