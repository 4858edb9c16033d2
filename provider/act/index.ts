/** The door of act/: plans are carried out step by step, and undone in reverse. */

export { apply } from "./apply.js";
export { awaitLateStart, StartContested } from "./await-late-start.js";
export { deleteStates, outlivedStates, StoreMoves } from "./housekeeping.js";
export { remove } from "./removal.js";
export { findStrangers, retire, type Strangers } from "./retirement.js";
export { refuseStrangers, suspendJobs, suspendRunning } from "./suspend.js";
