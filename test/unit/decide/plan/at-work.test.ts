/** What a preview says of an update that is at work, or was cut short. */

import { expect, test } from "vitest";
import type { JobRecord } from "../../../../provider/decide/job/record.js";
import { atWork } from "../../../../provider/decide/plan/at-work.js";
import { remarkWords } from "../../../../provider/decide/plan/remark.js";

const NOW = Date.parse("2026-11-28T00:00:00Z");
const session = { gatewayUrl: "http://g", handle: "s" };

const record = (intent: JobRecord["intent"], at = "2026-11-27T23:59:57Z"): JobRecord =>
  ({ intent, written: { by: "ada@ci", at } }) as JobRecord;

function workWords(seen: JobRecord | undefined, now: number): string | undefined {
  const remark = atWork(seen, now);
  return remark && remarkWords(remark, "orders", now);
}

const intent = { action: "restart", next: undefined, stopping: undefined, session };

test("Who began it, what it does, and since when.", () => {
  expect(workWords(record(intent), NOW)).toBe(
    "an update of it by ada@ci is in progress or was interrupted (restart, since 3 s)",
  );
});

test("How far it was, where the record says that.", () => {
  expect(workWords(record({ ...intent, applied: 2, total: 7 }), NOW)).toMatch(
    /\(restart, 2 of 7 steps done, since 3 s\)$/u,
  );
});

test.each([
  ["no record", undefined],
  ["no intent", record(undefined)],
  ["one that says that the job was never started", record({ ...intent, session: undefined })],
  ["one that was cut short long ago", record(intent, "2026-11-27T20:00:00Z")],
])("Nothing is said of %s.", (_, seen) => {
  expect(workWords(seen, NOW)).toBeUndefined();
});
