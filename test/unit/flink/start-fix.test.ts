/** What is advised after a start that failed, by the job's own exception. */

import { describe, expect, test } from "vitest";
import { startFix } from "../../../provider/flink/words/start-fix.js";

describe("The advice goes by the cause:", () => {
  test.each([
    ["java.lang.OutOfMemoryError: Metaspace. The metaspace out-of-memory error has occurred.", /jvm-metaspace/u],
    ["java.lang.OutOfMemoryError: Java heap space\n\tat a.B.c(B.java:1)", /`jobManagerMemory` or `taskManagerMemory`/u],
    ["Direct buffer memory", /`taskManagerMemory`/u],
    [
      "org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum required resources.",
      /raise `slots`/u,
    ],
    ["org.apache.flink.table.api.ValidationException: Column 'x' not found", /^fix the cause above/u],
    ["", /^fix the cause above/u],
  ])("%s", (trace, fix) => {
    expect(startFix(trace)).toMatch(fix);
  });
});
