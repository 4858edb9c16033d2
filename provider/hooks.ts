/** The hooks of all resources, by the names that a stack's state has for them. */

import type { Hooks, Kind } from "./dynamic.js";
import { hooks as job } from "./flink-sql-job.js";
import { hooks as store } from "./job-store.js";
import { withoutSecrets } from "./safe-hooks.js";
import { hooks as cluster } from "./session-cluster.js";

const hooks: { readonly [kind in Kind]: Hooks } = {
  "flink-sql-job": withoutSecrets(job),
  "job-store": withoutSecrets(store),
  "session-cluster": withoutSecrets(cluster),
};

export = hooks;
