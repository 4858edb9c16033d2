/** The environment of those Flink processes that listen: with what keeps web pages from them on the class path. */

import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { passedOn, UserError } from "../../decide/index.js";
import { workspace } from "../../workspace/index.js";

/** Made from the source beside it by scripts/guard.mjs. */
const GUARD = workspace.asset("provider", "cluster", "guard", "local-only.jar");

/** Where Flink's scripts look for Hadoop's settings if neither those nor its classes are named. */
const HADOOP_CONF = "/etc/hadoop/conf";

/**
 * What Flink's scripts put behind its own classes is HADOOP_CLASSPATH; the user's own stays in it. As that is set then, their
 * search for Hadoop's settings is made up for. Throws cluster-start-failed where the guard is missing.
 */
export function guarded(names: readonly string[]): Record<string, string> {
  // Java passes over a jar that is not there.
  if (!existsSync(GUARD))
    throw new UserError("cluster-start-failed", {
      what: `${GUARD}, which keeps web pages away from Flink, is missing; nothing was started`,
      fix: "restore it with `git checkout provider/cluster/guard`, or build it with `node scripts/guard.mjs`",
    });
  const environment = passedOn(process.env, names);
  const { HADOOP_CLASSPATH, HADOOP_CONF_DIR } = environment;
  const isSearched = !HADOOP_CLASSPATH && !HADOOP_CONF_DIR && existsSync(HADOOP_CONF);
  return {
    ...environment,
    ...(isSearched ? { HADOOP_CONF_DIR: HADOOP_CONF } : {}),
    HADOOP_CLASSPATH: [HADOOP_CLASSPATH, GUARD].filter(Boolean).join(delimiter),
  };
}
