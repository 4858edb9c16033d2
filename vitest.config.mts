/**
 * Kinds of tests, one after the other: unit needs nothing, integration one real server per file, e2e the whole project
 * with its store in a folder, e2e-s3 the same stories with the store in S3, timing the same with nothing else beside it.
 */

import { defineConfig } from "vitest/config";

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
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          // That tool knows no store but S3.
          exclude: ["test/e2e/takeover.test.ts"],
          globalSetup: ["test/support/e2e-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "e2e-s3",
          include: ["test/e2e/**/*.test.ts", "test/e2e-s3/**/*.test.ts"],
          // They have S3 servers of their own, so that they are the same in both kinds.
          exclude: ["test/e2e/bucket-modes.test.ts", "test/e2e/state-bucket.test.ts"],
          globalSetup: ["test/support/e2e-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
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
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
