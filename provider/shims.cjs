/**
 * The only code that Pulumi serialises into a stack's state. Delete and read go on running the text that an older state
 * holds, so this text must never need to change: it says where the hooks are, relative to the project, and nothing else.
 * Plain JavaScript, since a compiler would add helper functions of its own to the text.
 */
"use strict";

/** Not a shared function with a parameter: each method must stand alone once it is serialised. */
module.exports = {
  "flink-sql-job": {
    check: (olds, news) => require("./provider/entry.cjs")("flink-sql-job").check(olds, news),
    diff: (id, olds, news) => require("./provider/entry.cjs")("flink-sql-job").diff(id, olds, news),
    create: (inputs) => require("./provider/entry.cjs")("flink-sql-job").create(inputs),
    update: (id, olds, news) => require("./provider/entry.cjs")("flink-sql-job").update(id, olds, news),
    delete: (id, props) => require("./provider/entry.cjs")("flink-sql-job").delete(id, props),
    read: (id, props) => require("./provider/entry.cjs")("flink-sql-job").read(id, props),
  },
  "session-cluster": {
    check: (olds, news) => require("./provider/entry.cjs")("session-cluster").check(olds, news),
    diff: (id, olds, news) => require("./provider/entry.cjs")("session-cluster").diff(id, olds, news),
    create: (inputs) => require("./provider/entry.cjs")("session-cluster").create(inputs),
    update: (id, olds, news) => require("./provider/entry.cjs")("session-cluster").update(id, olds, news),
    delete: (id, props) => require("./provider/entry.cjs")("session-cluster").delete(id, props),
    read: (id, props) => require("./provider/entry.cjs")("session-cluster").read(id, props),
  },
  "job-store": {
    check: (olds, news) => require("./provider/entry.cjs")("job-store").check(olds, news),
    diff: (id, olds, news) => require("./provider/entry.cjs")("job-store").diff(id, olds, news),
    create: (inputs) => require("./provider/entry.cjs")("job-store").create(inputs),
    update: (id, olds, news) => require("./provider/entry.cjs")("job-store").update(id, olds, news),
    delete: (id, props) => require("./provider/entry.cjs")("job-store").delete(id, props),
    read: (id, props) => require("./provider/entry.cjs")("job-store").read(id, props),
  },
};
