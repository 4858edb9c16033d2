/** Runs the program against Pulumi's mocks in a process of its own, and prints which files of @pulumi/aws it loaded. */
"use strict";

const { runtime } = require("@pulumi/pulumi");

const mocks = { call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) };

runtime.setMocks(mocks, "flink-sql", "test", true).then(() => {
  runtime.setAllConfig(JSON.parse(process.env.CONFIG));
  require("../../../program.cjs");
  const loaded = Object.keys(require.cache).filter((file) => /[\\/]@pulumi[\\/]aws[\\/]/u.test(file));
  process.stdout.write(JSON.stringify(loaded));
});
