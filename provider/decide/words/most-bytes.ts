/** How much of one answer or file is read into memory at most. */

/** Records, listings and the metadata of states are far smaller. */
export const MOST_BYTES = 64_000_000;
