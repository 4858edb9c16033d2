/** What old states may be deleted; each row of "never deleted" takes one thing away from what otherwise goes. */

import { describe, expect, it } from "vitest";
import type { Deployment, JobRecord } from "../../../../provider/decide/job/record.js";
import { type Holdings, retention } from "../../../../provider/decide/store/retention.js";
import {
  directoriesOf,
  type Holding,
  mentionedIn,
  placesOf,
  type StoredFile,
} from "../../../../provider/decide/store/state-directories.js";
import { retentionWords } from "../../../../provider/decide/store/store-words.js";

const DAY = 86_400_000;
const NOW = Date.parse("2026-06-01T00:00:00Z");
const STORE = "s3://bucket/p?region=eu-central-1";
const ROOT = "s3://bucket/p";
const ago = (days: number) => NOW - days * DAY;
const iso = (days: number) => new Date(ago(days)).toISOString();

const flinkId = (n: number) => String(n).repeat(32).slice(0, 32);
const savepointName = (n: number) => `savepoint-aaaaaa-${String(n).padStart(12, "0")}`;
/** Savepoints of version v are numbered v1, v2 …; the checkpoints of version v lie under the digit v. */
const savepoint = (n: number) => `${ROOT}/savepoints/orders/${Math.floor(n / 10)}/${savepointName(n)}`;
const checkpoints = (version: number) => `${ROOT}/checkpoints/orders/${version}/${flinkId(version)}`;

const file = (path: string, days: number, bytes = 10): StoredFile => ({ path, bytes, at: ago(days) });
const savepointFiles = (n: number, days: number) => [
  file(`${savepoint(n)}/_metadata`, days),
  file(`${savepoint(n)}/part`, days),
];
const checkpointFiles = (version: number, days: number) => [
  file(`${checkpoints(version)}/chk-7/_metadata`, days),
  file(`${checkpoints(version)}/shared/a`, days + 1),
];

const start = (version: number, parts: Partial<Deployment> = {}, name = "orders"): Deployment => ({
  manifest: { name, description: "", "target-table": "t", sql: "", flinkProperties: {} },
  meta: { queryId: "", version, createdAt: "" },
  definitions: [],
  metadataColumns: undefined,
  secrets: undefined,
  directories: { checkpoints: `${ROOT}/checkpoints/${name}`, savepoints: `${ROOT}/savepoints/${name}` },
  jobId: flinkId(9),
  startedFrom: savepoint(53),
  ...parts,
});
const past = (version: number, days = 100, of?: string) => ({
  version,
  queryId: "",
  savepoint: of ?? savepoint(version * 10 + 1),
  endedAt: iso(days),
});
const record = (parts: Partial<JobRecord> = {}, current: Partial<Deployment> = {}): JobRecord => ({
  status: "running",
  current: start(5, current),
  savepoint: undefined,
  resourceId: "orders-1",
  intent: undefined,
  past: [past(1), past(2), past(3), past(4)],
  written: undefined,
  ...parts,
});

/** Versions 1 to 4 with one savepoint and one directory of checkpoints each; version 5 runs and has three savepoints. */
const FILES = [
  ...[1, 2, 3, 4].flatMap((version) => [
    ...savepointFiles(version * 10 + 1, 110 - version),
    ...checkpointFiles(version, 120 - version),
  ]),
  ...savepointFiles(51, 80),
  ...savepointFiles(52, 70),
  ...savepointFiles(53, 60),
  ...checkpointFiles(5, 50),
];
const GOES = [
  checkpoints(1),
  savepoint(11),
  checkpoints(2),
  savepoint(21),
  checkpoints(3),
  checkpoints(4),
  savepoint(51),
  savepoint(52),
];

const orders = (parts: Partial<Holding> = {}): Holding => ({
  name: "orders",
  record: record(),
  files: FILES,
  ...parts,
});
const other = (parts: Partial<JobRecord>, current: Partial<Deployment> = {}, files: StoredFile[] = []): Holding => ({
  name: "other",
  record: { ...record({ past: [], ...parts }), current: start(1, { startedFrom: null, ...current }, "other") },
  files,
});
/** Every `_metadata` was read, and mentions nothing but what `said` says. */
function holdings(parts: Partial<Holdings> = {}, said: { [state: string]: string[] } = {}): Holdings {
  const jobs = parts.jobs ?? [orders()];
  const states = jobs.flatMap(({ files }) => files.map(({ path }) => path.replace(/\/_metadata$/u, "")));
  return {
    rule: { versions: 2, days: 30 },
    now: NOW,
    store: STORE,
    managed: new Set(["orders"]),
    jobs,
    alive: new Set([flinkId(9)]),
    restoredFrom: [],
    mentions: new Map(states.map((state) => [state, new Set(said[state] ?? [])])),
    ...parts,
  };
}
function deleted(given: Holdings): string[] {
  const decided = retention(given);
  if (decided.do === "read") throw new Error(`to be read: ${decided.states.join(", ")}`);
  return decided.directories.map(({ path }) => path);
}

it("What goes: versions before the last two, checkpoints of past versions, savepoints before the last of each version.", () => {
  expect(deleted(holdings()).sort()).toEqual([...GOES].sort());
});

describe("never deleted", () => {
  const intent = { action: "restart", stopping: undefined, next: undefined, session: undefined };
  const withFiles = (...files: StoredFile[]) => ({ jobs: [orders({ files: [...FILES, ...files] })] });
  const withRecord = (parts: Partial<JobRecord>, current: Partial<Deployment> = {}) => ({
    jobs: [orders({ record: record(parts, current) })],
  });
  const kept: [string, Partial<Holdings>, string[]][] = [
    ["the state that the job was started from", withRecord({}, { startedFrom: savepoint(51) }), [savepoint(51)]],
    [
      "that state, by another of its names",
      withRecord({}, { startedFrom: `${savepoint(51).replace("s3:", "s3a:")}/` }),
      [savepoint(51)],
    ],
    [
      "the savepoint that the record names",
      withRecord({ savepoint: { kind: "savepoint", path: savepoint(52), at: 0 } }),
      [savepoint(52)],
    ],
    [
      "the checkpoint that the record names, with all that lies beside it",
      withRecord({ savepoint: { kind: "checkpoint", path: `${checkpoints(1)}/chk-7`, at: 0 } }),
      [checkpoints(1)],
    ],
    [
      "what another job was started from",
      { jobs: [orders(), other({}, { startedFrom: savepoint(11) })] },
      [savepoint(11)],
    ],
    ["what a job on the cluster was started from, as Flink tells", { restoredFrom: [savepoint(21)] }, [savepoint(21)]],
    ["a directory into which a job on the cluster writes", { alive: new Set([flinkId(2)]) }, [checkpoints(2)]],
    ["anything of a job with an unfinished intent", withRecord({ intent }), GOES],
    [
      "what the intent of another job starts from",
      { jobs: [orders(), other({ intent: { ...intent, next: start(2, { startedFrom: savepoint(11) }, "other") } })] },
      [savepoint(11)],
    ],
    ["what the past of another job names", { jobs: [orders(), other({ past: [past(1)] })] }, [savepoint(11)]],
    ["anything of a job that the stack has no manifest for", { managed: new Set<string>() }, GOES],
    [
      "versions that the record does not name",
      withRecord({ past: [past(2), past(3), past(4)] }),
      [checkpoints(1), savepoint(11)],
    ],
    ["the last state of the last versions, here three", { rule: { versions: 3, days: 30 } }, [savepoint(21)]],
    [
      "a version that failed to start takes no place among the last ones",
      withRecord({ past: [past(1), past(2), past(3), { ...past(4), version: 6, savepoint: undefined }] }),
      [checkpoints(4), savepoint(21)],
    ],
    [
      "the state of a version that was replaced a short time ago: then it takes no place either",
      withRecord({ past: [past(1), past(2), past(3), past(4, 5)] }),
      [checkpoints(4), savepoint(21)],
    ],
    [
      "the state of a version of which it is not known when it ended",
      withRecord({ past: [past(1), past(2), past(3), { ...past(4), endedAt: "" }] }),
      [checkpoints(4), savepoint(21)],
    ],
    [
      "a savepoint that the record names for a kept version, though a newer one is there",
      withFiles(...savepointFiles(42, 100)),
      [],
    ],
    [
      "a directory with one file that is young",
      withFiles(file(`${savepoint(11)}/part-2`, 29), file(`${checkpoints(2)}/taskowned/x`, 1)),
      [savepoint(11), checkpoints(2)],
    ],
    ["anything that is not old enough", { rule: { versions: 2, days: 75 } }, [savepoint(51), savepoint(52)]],
    ["anything where the versions were replaced a shorter time ago", { rule: { versions: 2, days: 101 } }, GOES],
    [
      "anything below a directory in which another job's manifest puts its state",
      { jobs: [orders(), other({}, { directories: { checkpoints: `${ROOT}/checkpoints`, savepoints: "s3://x/y" } })] },
      [checkpoints(1), checkpoints(2), checkpoints(3), checkpoints(4)],
    ],
  ];
  it.each(kept)("%s", (_title, parts, stays) => {
    expect(deleted(holdings(parts)).sort()).toEqual(GOES.filter((path) => !stays.includes(path)).sort());
  });

  it("the last savepoint that is old enough, beside younger ones: what goes is the same after one more is taken", () => {
    const before = deleted(holdings(withFiles()));
    const after = record({ savepoint: undefined }, { startedFrom: savepoint(54) });
    expect(
      deleted(holdings({ jobs: [orders({ record: after, files: [...FILES, ...savepointFiles(54, 0)] })] })),
    ).toEqual(before);
  });

  it("more than before, when a new version takes the place of the current one", () => {
    const replaced = { ...record({ past: [...record().past, past(5, 0, savepoint(53))] }), current: start(6) };
    expect(deleted(holdings({ jobs: [orders({ record: replaced })] }))).toEqual(deleted(holdings()));
  });

  it("the only state of a kept version, where it is a checkpoint", () => {
    const files = FILES.filter(({ path }) => !path.startsWith(savepoint(41)));
    const gone = deleted(holdings({ jobs: [orders({ files })] }));
    expect(gone.sort()).toEqual(GOES.filter((path) => path !== checkpoints(4)).sort());
  });

  it.each([
    ["a folder that Flink did not name", `${ROOT}/savepoints/orders/1/by-hand/_metadata`],
    ["a folder with more after Flink's name", `${ROOT}/savepoints/orders/1/${savepointName(19)}-copy/_metadata`],
    ["a version that is no number", `${ROOT}/savepoints/orders/01/${savepointName(19)}/_metadata`],
    ["a state without a version", `${ROOT}/savepoints/orders/${savepointName(19)}/_metadata`],
    ["a job whose name begins alike", `${ROOT}/savepoints/orders-2/1/${savepointName(19)}/_metadata`],
    ["a state of the job outside of the store", `s3://elsewhere/orders/1/${savepointName(19)}/_metadata`],
    ["a file beside the folders", `${ROOT}/savepoints/orders/1/notes.txt`],
  ])("%s", (_title, path) => {
    expect(deleted(holdings({ jobs: [orders({ files: [file(path, 200)] })] }))).toEqual([]);
  });
});

describe("what a state that stays refers to", () => {
  it("is asked for first, and only where something would go", () => {
    const decided = retention(holdings({ mentions: new Map() }));
    expect(decided.do === "read" && [...decided.states].sort()).toEqual(
      [savepoint(31), savepoint(41), savepoint(53), `${checkpoints(5)}/chk-7`].sort(),
    );
    expect(retention(holdings({ mentions: new Map(), rule: { versions: 2, days: 999 } }))).toEqual({
      do: "delete",
      directories: [],
    });
  });

  it("stays, and so does what that refers to; of that too all must have been read", () => {
    const said = {
      [`${checkpoints(5)}/chk-7`]: [flinkId(4), savepointName(11)],
      [`${checkpoints(4)}/chk-7`]: [flinkId(1)],
    };
    const stays = [checkpoints(4), savepoint(11), checkpoints(1)];
    expect(deleted(holdings({}, said)).sort()).toEqual(GOES.filter((path) => !stays.includes(path)).sort());
    const mentions = new Map(holdings({}, said).mentions);
    mentions.delete(`${checkpoints(4)}/chk-7`);
    expect(retention(holdings({ mentions }))).toEqual({ do: "read", states: [`${checkpoints(4)}/chk-7`] });
  });

  it("stays also where the state is another job's, or lies outside of the store", () => {
    const state = "s3://elsewhere/x/1/savepoint-bbbbbb-000000000001";
    const jobs = [orders(), other({}, {}, [file(`${state}/_metadata`, 1)])];
    expect(deleted(holdings({ jobs }, { [state]: [flinkId(1)] }))).not.toContain(checkpoints(1));
  });

  it("is found in Flink's binary form, whatever stands around it", () => {
    const bytes = Buffer.concat([
      Buffer.from([0x49, 0x60, 0x67, 0xd3, 0x00, 0x61]),
      Buffer.from(`${flinkId(3)}/shared/1-2${"\u0000"}file:/x/${savepointName(11)}/f`, "latin1"),
      Buffer.from([0xff, 0x00]),
    ]);
    const found = mentionedIn(bytes);
    expect(found.has(flinkId(3))).toBe(true);
    expect(found.has(savepointName(11))).toBe(true);
    expect(found.has(flinkId(4))).toBe(false);
  });
});

describe("also deleted", () => {
  it("what was deleted by half, so that a crash can be repeated: without `_metadata` it is no state", () => {
    const half = FILES.filter(({ path }) => path !== `${checkpoints(3)}/chk-7/_metadata`);
    const files = [...half, file(`${savepoint(54)}/part`, 70), file(`${savepoint(55)}/_metadata`, 70, 0)];
    expect(deleted(holdings({ jobs: [orders({ files })] })).sort()).toEqual(
      [...GOES, savepoint(54), savepoint(55)].sort(),
    );
  });

  it("folders of which only the markers of EMR are left", () => {
    const marker = `${ROOT}/checkpoints/orders/1/${flinkId(7)}`;
    const files = [...FILES, file(`${marker}_$folder$`, 99, 0), file(`${marker}/shared_$folder$`, 99, 0)];
    expect(deleted(holdings({ jobs: [orders({ files })] }))).toContain(marker);
  });

  it("savepoints outside of the store that the record names for an outlived version", () => {
    const outside = `s3://elsewhere/own/1/${savepointName(77)}`;
    const versions = [past(1, 100, `${outside}/`), past(2), past(3), past(4)];
    const named = record({ past: versions });
    expect(placesOf("orders", named, STORE)).toContain(outside);
    const files = [...FILES, file(`${outside}/_metadata`, 100)];
    expect(deleted(holdings({ jobs: [orders({ record: named, files })] }))).toContain(outside);
  });
});

it("Sizes are summed, and a file that two listings name counts once.", () => {
  const [first] = directoriesOf(orders({ files: [...savepointFiles(11, 100), ...savepointFiles(11, 100)] }), STORE);
  expect(first).toMatchObject({ version: 1, kind: "savepoint", bytes: 20, stateAt: ago(100) });
});

it("The words name each job with its number and size of states, ten paths, and how many more there are.", () => {
  const directories = directoriesOf(
    orders({ files: [...Array(12).keys()].flatMap((n) => savepointFiles(50 + n, 100 - n)) }),
    STORE,
  );
  const lines = retentionWords(directories, { versions: 2, days: 30 }, "deletes", NOW).split("\n");
  expect(lines[0]).toBe("store: orders: deletes 12 old states, 240 B (retain: 2 versions, 30 days)");
  expect(lines[1]).toBe(`  ${savepoint(50)} (20 B, 100 d old)`);
  expect(lines.slice(11)).toEqual(["  and 2 more"]);
});
