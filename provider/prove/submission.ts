/** One start of a job: prepared and planned by Flink first, submitted later; through the SQL Gateway or the runner. */

import { type Deployment, insertTimeWords, missingColumns, missingColumnsWords } from "../decide/index.js";
import { differingColumns, isRefusedForNow } from "../flink/index.js";
import { type Proof, prepareAtGateway } from "./gateway-submission.js";
import { prepareInRunner } from "./runner-submission.js";
import { JobRefused, type Submission, type SubmissionTarget } from "./submission-parts.js";

/** Runs all of a job but its start. Throws JobRefused where Flink says no; starts nothing. */
export async function prepareSubmission(
  deployment: Deployment,
  secrets: Readonly<Record<string, string>>,
  target: SubmissionTarget,
  proof: Proof = "anew",
): Promise<Submission> {
  const isCode = deployment.manifest.code !== undefined;
  const { gateway } = target;
  try {
    return gateway && !isCode
      ? await prepareAtGateway(deployment, secrets, { ...target, gateway }, proof)
      : await prepareInRunner(deployment, secrets, target);
  } catch (error) {
    const { metadataColumns } = deployment;
    // With another strategy for such plans Flink refuses them by itself, and knows nothing of our way out.
    if (!(error instanceof JobRefused) || !metadataColumns) throw error;
    const differing = error.part === "insert" ? differingColumns(error.message) : undefined;
    const missing = differing ? missingColumns(differing, metadataColumns) : [];
    if (missing.length > 0)
      throw new JobRefused("insert", 0, undefined, undefined, `${error.message}\n${missingColumnsWords(missing)}`);
    if (!isRefusedForNow(error.message, metadataColumns.timestamp)) throw error;
    throw new JobRefused("insert", 0, undefined, undefined, insertTimeWords(metadataColumns));
  }
}
