/** The hooks of all resources, by the names that shims.cjs has for them. */

import type { Hooks } from "./dynamic.js";
import { hooks as job } from "./flink-sql-job.js";
import { hooks as store } from "./job-store.js";
import { hooks as cluster } from "./session-cluster.js";
import type shims from "./shims.cjs";

const hooks: { readonly [resource in keyof typeof shims]: Hooks } = {
  "flink-sql-job": job,
  "job-store": store,
  "session-cluster": cluster,
};

export = hooks;
