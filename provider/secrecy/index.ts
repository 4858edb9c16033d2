/** The door of secrecy/: what knows the secrets of this process, and makes texts safe to be shown. */

export { beginning, masked, remember, safe } from "./safe.js";
export { safeError } from "./safe-error.js";
