/** Runs one hook of a resource in a process of its own, as Pulumi's provider process does; a test may kill it. */
"use strict";

const [resource, hook, args] = JSON.parse(process.env.HOOK);

const hooks = require("../../provider/entry.cjs")(resource);

hooks[hook](...args).then(
  (result) => process.stdout.write(JSON.stringify(result ?? {})),
  (error) => {
    process.stderr.write(error.message);
    process.exitCode = 1;
  },
);
