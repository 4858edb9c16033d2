/** Which file carries out which step: one without a file does not compile. */

import type { EndStep, Step } from "../decide/index.js";
import type { DeployContext, EndContext, Standing } from "./context.js";
import { cancel } from "./flink-steps/cancel.js";
import { cancelCopy } from "./flink-steps/cancel-copy.js";
import { closeLeftover } from "./flink-steps/close-leftover.js";
import { lookAgain } from "./flink-steps/look-again.js";
import { prepare } from "./flink-steps/prepare.js";
import { prove } from "./flink-steps/prove.js";
import { start } from "./flink-steps/start.js";
import { stop } from "./flink-steps/stop-with-savepoint.js";
import { bury } from "./record-steps/bury.js";
import { confirm } from "./record-steps/confirm.js";
import { noteIntent } from "./record-steps/note-intent.js";
import { noteStatus } from "./record-steps/note-status.js";
import { noteStop } from "./record-steps/note-stop.js";
import { own } from "./record-steps/own.js";
import { putOff } from "./record-steps/put-off.js";
import { rest } from "./record-steps/rest.js";
import type { StepKinds } from "./run.js";

export const STEPS: StepKinds<Step, Standing, DeployContext> = {
  "close-leftover": closeLeftover,
  "cancel-copy": cancelCopy,
  prepare,
  "note-intent": noteIntent,
  "stop-with-savepoint": stop,
  cancel,
  "note-stop": noteStop,
  "look-again": lookAgain,
  start,
  prove,
  confirm,
  "note-status": noteStatus,
  own,
  rest,
  "put-off": putOff,
  bury,
};

const undo = { never: "no step after it has a way back" };

/** Of those that end a job and start nothing. */
export const END_STEPS: StepKinds<EndStep, Standing, EndContext> = {
  "stop-with-savepoint": { ...stop, undo },
  cancel: { ...cancel, undo },
  rest,
  bury,
};
