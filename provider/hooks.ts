/** The hooks of all resources, by the names that a stack's state has for them. */

import {
  clusterHooks as cluster,
  type Hooks,
  jobHooks as job,
  type Kind,
  storeHooks as store,
  withoutSecrets,
} from "./resources/index.js";

const hooks: { readonly [kind in Kind]: Hooks } = {
  "flink-sql-job": withoutSecrets(job),
  "job-store": withoutSecrets(store),
  "session-cluster": withoutSecrets(cluster),
};

export = hooks;
