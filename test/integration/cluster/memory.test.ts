/** Memory settings that Flink cannot run with are seen before a cluster that runs is stopped. */

import { expect, test } from "vitest";
import { configurationOf } from "../../../provider/cluster/local/local-configuration.js";
import { checkMemory } from "../../../provider/cluster/local/memory.js";
import { localSpec } from "../../support/clusters/cluster.js";

test.each([{}, { jobManagerMemory: "1024m" }])("Settings that fit are no problem: %o.", async (settings) => {
  const spec = { ...(await localSpec("unused", 4)), ...settings };
  const configuration = configurationOf(spec);
  expect(configuration).toMatch(/"?jobmanager.memory.jvm-metaspace.size"?: "?512m/u);
  await checkMemory({ ...spec, configuration });
});

test.each([
  [{ taskManagerMemory: "100m" }, /exceed configured Total Process Memory/u],
  [{ jobManagerMemory: "much" }, /jobmanager.memory.process.size.*does not start with a number/u],
])("With %o Flink's own words say what is wrong.", async (settings, words) => {
  const local = { ...(await localSpec("unused", 4)), ...settings };
  const spec = { ...local, configuration: configurationOf(local) };
  await expect(checkMemory(spec)).rejects.toThrow(words);
  await expect(checkMemory(spec)).rejects.toMatchObject({ code: "config-invalid" });
});
