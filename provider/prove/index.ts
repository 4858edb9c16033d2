/** The door of prove/: Flink plans what is to start, before anything that runs is touched. */

export { dropSession, endSession, keepSessionsFor } from "./kept-sessions.js";
export { endLeftRunner } from "./runner-submission.js";
export { releaseReservation, startReserved } from "./slots.js";
export { prepareSubmission } from "./submission.js";
export {
  type CodePlace,
  JobRefused,
  refuseMissedRows,
  refuseWrongRows,
  type Submission,
  type SubmissionTarget,
} from "./submission-parts.js";
export { compileOnly, validate } from "./validate.js";
