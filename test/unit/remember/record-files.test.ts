/** Files of records: those that are in stores today are read and written back byte for byte, and any record comes back. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatRecord, parseRecord } from "../../../provider/remember/job-record.js";

/** One for each field that a record may lack; never written anew: stores hold files like them. */
const FILES = readdirSync(join(import.meta.dirname, "records")).filter((name) => name.endsWith(".yaml"));

const textOf = (...path: string[]) => readFileSync(join(import.meta.dirname, "records", ...path), "utf8");

it.each(FILES)("%s is written back as it was", (file) => {
  const text = textOf(file);
  expect(formatRecord(parseRecord("orders", text, "s3://b"))).toBe(text);
});

it("What flink-sql-runner 0.2.0 wrote is written with the part that it does not know.", () => {
  const old = textOf("flink-sql-runner-0.2.0", "found.yaml");
  expect(formatRecord(parseRecord("orders", old, "s3://b/p"))).toBe(textOf("flink-sql-runner-0.2.0", "written.yaml"));
});

/** What YAML would take for something else than a text is of most use. */
const ODD = [
  "0o7",
  "-0o17",
  "0x1F",
  "1_000",
  ".inf",
  "12:30:45",
  "2026-01-01",
  "=",
  "<<",
  "a\nb -- c\n",
  "yes",
  "1e3",
  "null",
  "~",
  "",
  "2026-01-01 00:00:00",
  "Größe: 'a' – \"b\"",
  " a",
  "#",
];
const text = fc.oneof(fc.string({ maxLength: 9 }), fc.constantFrom(...ODD));
/** No file and no option of Flink's is called so, and JavaScript takes it for something else. */
const name = text.filter((one) => one !== "__proto__");
const texts = fc.dictionary(name, text, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const number = fc.nat();

const manifest = fc
  .record({ description: text, "target-table": text, flinkProperties: texts, source: text, isCode: fc.boolean() })
  .map(({ source, isCode, ...rest }) => ({
    name: "orders",
    ...rest,
    ...(isCode ? { code: source } : { sql: source }),
  }));

const place = fc.record({
  target: text,
  restUrl: text,
  gatewayUrl: some(fc.string({ minLength: 1, maxLength: 9 })),
  host: some(fc.string({ minLength: 1, maxLength: 9 })),
  folder: some(fc.string({ minLength: 1, maxLength: 9 })),
  resourceManagers: some(fc.array(text, { maxLength: 3 })),
  applicationId: some(fc.string({ minLength: 1, maxLength: 9 })),
});

const deployment = fc.record({
  manifest,
  meta: fc.record({ queryId: text, version: number, createdAt: text }),
  definitions: some(fc.array(text, { maxLength: 3 })),
  metadataColumns: fc.constantFrom(undefined, { timestamp: "ts", query: true }, { timestamp: "ts", query: false }),
  secrets: some(fc.record({ salt: text, digest: text })),
  files: some(texts),
  directories: fc.record({ checkpoints: text, savepoints: text }),
  jobId: text,
  cluster: some(place),
  startedFrom: fc.option(some(text)),
  since: some(number),
});

const state = fc.record(
  {
    kind: fc.constantFrom("savepoint" as const, "checkpoint" as const),
    path: text,
    at: number,
    bytes: number,
    drained: fc.constant(true as const),
  },
  { requiredKeys: ["kind", "path", "at"] },
);

const intent = fc.record({
  action: text,
  stopping: some(fc.record({ jobId: text, triggerId: text })),
  next: some(deployment),
  session: some(fc.record({ gatewayUrl: text, handle: text })),
  startSeconds: some(number),
  applied: some(number),
  total: some(number),
});

const record = fc.record(
  {
    status: fc.constantFrom("running" as const, "stopped" as const, "finished" as const, "deleted" as const),
    current: deployment,
    savepoint: some(state),
    resourceId: some(text),
    owner: text,
    intent: some(intent),
    past: fc.array(fc.record({ version: number, queryId: text, savepoint: some(text), endedAt: text })),
    starts: fc.array(text, { maxLength: 3 }),
    hasFinished: fc.constantFrom(undefined, true as const),
    written: some(fc.record({ by: text, at: text })),
  },
  { requiredKeys: ["status", "current", "savepoint", "resourceId", "intent", "past", "written"] },
);

it("Any record is read as it was written.", () => {
  fc.assert(
    fc.property(record, (any) => {
      const { classicProperties: _, ...read } = parseRecord("orders", formatRecord(any), "file:///s");
      expect(read).toEqual(any);
    }),
  );
});
