/**
 * Kinds of tests: unit needs nothing, integration one real server per file, e2e the whole project with its store in a
 * folder, e2e-s3 the same with the store in S3, e2e-runner without a SQL Gateway, e2e-1.20 on another Flink, e2e-newest
 * with the newest Node and @pulumi/pulumi, e2e-yarn on a real YARN, soak with edits and faults at random, timing a
 * short form of the benchmark with nothing else beside it.
 */

import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const named = (...names: readonly string[]) => names.map((name) => `test/e2e/**/${name}.test.ts`);

/** EVERY_STORY=1: also those that would hardly tell more than the same story does elsewhere, or that mostly wait. */
const also = (...names: readonly string[]) => (process.env.EVERY_STORY ? named(...names) : []);

type Test = NonNullable<TestProjectInlineConfiguration["test"]>;

/** Two files at a time run, of whichever kind of the same group; a story may take minutes. */
function long(test: Test): TestProjectInlineConfiguration {
  const limits = { testTimeout: 600_000, hookTimeout: 600_000, maxWorkers: 2 };
  return { test: { ...limits, sequence: { groupOrder: 2 }, ...test } };
}

/** Stories on a cluster that is started before the first of them. */
function stories(name: string, files: Test) {
  return long({ name, ...files, globalSetup: ["test/support/stories/e2e-setup.ts"] });
}

/** In this group one file or another mostly waits: for a server that is silent, or for what the soak killed. */
const WAITING = { maxWorkers: 3 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false, sequence: { groupOrder: 0 } } },
      long({
        name: "integration",
        include: ["test/integration/**/*.test.ts"],
        exclude: process.env.EVERY_STORY
          ? []
          : ["fail-over", "outages"].map((name) => `test/integration/**/${name}.test.ts`),
        globalSetup: ["test/support/clusters/shared-setup.ts"],
        testTimeout: 240_000,
        hookTimeout: 240_000,
        sequence: { groupOrder: 1 },
      }),
      // flink-sql-runner, which the take-over begins with, knows no store but S3.
      stories("e2e", {
        include: ["test/e2e/**/*.test.ts"],
        exclude: named(
          "takeover",
          ...(process.env.EVERY_STORY ? [] : ["sequence"]),
          ...(process.env.RECORD_RELEASE ? [] : ["record-release"]),
        ),
      }),
      stories("e2e-s3", {
        ...WAITING,
        include: [
          ...named("decision-tree", "lost-stack", "sequence", "takeover"),
          ...also("failing-start", "first-row", "refresh"),
          "test/e2e-s3/**/*.test.ts",
        ],
      }),
      stories("e2e-runner", { ...WAITING, include: [...named("decision-tree", "udf"), ...also("invalid-sql")] }),
      stories("e2e-1.20", { ...WAITING, include: [...named("decision-tree", "formatting"), ...also("code")] }),
      stories("e2e-newest", {
        ...WAITING,
        include: [...named("decision-tree"), ...also("invalid-sql", "lost-stack", "code")],
      }),
      long({
        name: "e2e-yarn",
        include: ["test/e2e-yarn/**/*.test.ts"],
        globalSetup: ["test/support/clusters/yarn-setup.ts"],
        // Its SQL Gateway would look for a free port at the same moment as the clusters of other stories.
        sequence: { groupOrder: 3 },
      }),
      long({ name: "soak", include: ["test/soak/**/*.test.ts"], testTimeout: 1_800_000, ...WAITING }),
      long({
        name: "timing",
        include: ["test/timing/**/*.test.ts"],
        fileParallelism: false,
        sequence: { groupOrder: 4 },
      }),
    ],
  },
});
