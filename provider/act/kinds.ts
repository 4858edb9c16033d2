/** Which file carries out which step: one without a file does not compile. */

import type { EndStep, Step } from "../core/step.js";
import { bury } from "./bury.js";
import { cancel } from "./cancel.js";
import { cancelCopy } from "./cancel-copy.js";
import { closeLeftover } from "./close-leftover.js";
import { confirm } from "./confirm.js";
import type { DeployContext, EndContext, Standing } from "./context.js";
import { lookAgain } from "./look-again.js";
import { noteIntent } from "./note-intent.js";
import { noteStatus } from "./note-status.js";
import { noteStop } from "./note-stop.js";
import { own } from "./own.js";
import { prepare } from "./prepare.js";
import { prove } from "./prove.js";
import { putOff } from "./put-off.js";
import { rest } from "./rest.js";
import type { StepKinds } from "./run.js";
import { start } from "./start.js";
import { stop } from "./stop-with-savepoint.js";

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
