/** What it means when a session cluster gives no answer: never that nothing runs. */

import { reasonOf, UserError } from "../decide/index.js";
import { HttpRefusal, NoAnswer } from "../flink/index.js";

/** The cluster gave no usable answer: nothing is known about its jobs, least of all that they do not run. */
export class ClusterUnreachable extends Error {}

/** Turns every way of not answering into ClusterUnreachable. */
export async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof HttpRefusal)
      throw new ClusterUnreachable(reasonOf(error), { cause: error });
    throw error;
  }
}

/** In `up` a cluster that cannot be reached is an error: not running and not reachable are two things. */
export async function reachable<T>(name: string, outcome: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ClusterUnreachable)) throw error;
    throw new UserError("cluster-unreachable", {
      what: `${name}: the session cluster cannot be reached; ${outcome}`,
      cause: reasonOf(error),
      fix: "make the cluster reachable, then run `pulumi up` again",
    });
  }
}
