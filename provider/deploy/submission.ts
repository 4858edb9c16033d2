/** One start of a job: prepared and planned by Flink first, submitted later; through the SQL Gateway or the runner. */

import type { Deployment } from "../core/record.js";
import { type Proof, prepareAtGateway } from "./gateway-submission.js";
import { prepareInRunner } from "./runner-submission.js";
import type { Submission, SubmissionTarget } from "./submission-parts.js";

/** Runs all of a job but its start. Throws JobRefused where Flink says no; starts nothing. */
export function prepare(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: SubmissionTarget,
  proof: Proof = "anew",
): Promise<Submission> {
  const isCode = deployment.manifest.code !== undefined;
  const { gateway } = target;
  return gateway && !isCode
    ? prepareAtGateway(deployment, secrets, { ...target, gateway }, proof)
    : prepareInRunner(deployment, secrets, target);
}
