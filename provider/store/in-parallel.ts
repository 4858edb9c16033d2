/** Many requests to a store, some at a time. */

import pLimit from "p-limit";

const AT_ONCE = 8;

/** The results in the order of the items; the first error ends it. */
export function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const limit = pLimit(AT_ONCE);
  return limit.map(items, work).finally(() => limit.clearQueue());
}
