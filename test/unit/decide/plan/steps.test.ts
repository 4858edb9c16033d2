/** The steps of plans, in their order: what is prepared before a job is touched, and which of them have a way back. */

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { STEPS } from "../../../../provider/act/kinds.js";
import type { Desired } from "../../../../provider/decide/change/changes.js";
import type { JobRecord, StateRef } from "../../../../provider/decide/job/record.js";
import type { FlinkStatus, Observed, ObservedJob } from "../../../../provider/decide/plan/observed.js";
import { planJob } from "../../../../provider/decide/plan/plan.js";
import { planClusterStop, planRemoval } from "../../../../provider/decide/plan/plan-end.js";
import type { Step } from "../../../../provider/decide/plan/step.js";

const NOW = Date.UTC(2026, 0, 2);
const JOB = "0a".repeat(16);
const COPY = "0b".repeat(16);
const CHECKPOINT: StateRef = { kind: "checkpoint", path: "file:/s/checkpoints/orders/3/x/chk-7", at: NOW - 41_000 };
const SAVEPOINT: StateRef = { kind: "savepoint", path: "file:/s/savepoints/orders/3/savepoint-0a", at: NOW - 90_000 };
const SESSION = { gatewayUrl: "http://g", handle: "h" };

function desired(parts: Partial<Desired> = {}, manifest: Partial<Desired["manifest"]> = {}): Desired {
  const own = { name: "orders", description: "", "target-table": "t", sql: "SELECT 1", flinkProperties: {} };
  return {
    manifest: { ...own, ...manifest },
    definitions: ["CREATE TABLE o (a INT)"],
    metadataColumns: { timestamp: "ts", query: true },
    secrets: {},
    directories: { checkpoints: "file:///s/checkpoints/orders", savepoints: "file:///s/savepoints/orders" },
    files: {},
    adopt: undefined,
    ...parts,
  };
}

function record(parts: Partial<JobRecord> = {}): JobRecord {
  const meta = { queryId: "q", version: 3, createdAt: "" };
  const current = { ...desired(), meta, secrets: undefined, jobId: JOB, startedFrom: null };
  const none = { savepoint: undefined, intent: undefined, past: [], written: undefined };
  return { status: "running", current, resourceId: "orders-1", ...none, ...parts };
}

function job(status: FlinkStatus = "RUNNING", jobId = JOB): ObservedJob {
  const detail = {
    completedCheckpoints: 5,
    restored: false,
    lastCheckpoint: CHECKPOINT,
    stoppedWith: undefined,
    failure: undefined,
  };
  const tasks = { running: 1, total: 1 };
  return { jobId, name: "orders", status, startedAt: 0, endedAt: -1, tasks, detail };
}

function seen(parts: Partial<Observed> = {}): Observed {
  const found = { cluster: "reachable", record: record(), job: job(), namesakes: [], states: [], now: NOW } as const;
  return { ...found, ...parts };
}

function stepsOf(wanted: Desired, found: Observed): readonly Step[] {
  const plan = planJob(wanted, found);
  if (plan.action === "refuse") throw new Error(plan.what);
  return plan.steps;
}

const kinds = (steps: readonly Step[]) => steps.map((step) => step.do).join(" ");
const PROPERTY = desired({}, { flinkProperties: { "parallelism.default": "2" } });
const SQL = desired({}, { sql: "SELECT 2" });
const START = "look-again start prove confirm";

describe("The steps are, in this order,", () => {
  it.each<[string, Desired, Observed, string]>([
    ["of a new job", desired(), seen({ record: undefined, job: undefined }), `prepare note-intent ${START}`],
    ["of a restart", PROPERTY, seen(), `prepare stop-with-savepoint note-stop ${START}`],
    ["of a new version", SQL, seen(), `prepare stop-with-savepoint note-stop ${START}`],
    ["of a restart from a loop", PROPERTY, seen({ job: job("RESTARTING") }), `prepare cancel note-stop ${START}`],
    [
      "of a job that goes on",
      desired(),
      seen({ job: job("CANCELED"), states: [CHECKPOINT] }),
      `prepare note-intent ${START}`,
    ],
    [
      "of a restart beside a copy",
      PROPERTY,
      seen({ record: record({ starts: [COPY] }), namesakes: [job("RUNNING", COPY)] }),
      `cancel-copy prepare stop-with-savepoint note-stop ${START}`,
    ],
    [
      "after a deployment that was killed",
      PROPERTY,
      seen({
        record: record({ intent: { action: "restart", stopping: undefined, next: undefined, session: SESSION } }),
      }),
      `close-leftover prepare stop-with-savepoint note-stop ${START}`,
    ],
    ["of a job that is suspended", desired({ choice: { suspended: true } }), seen(), "stop-with-savepoint rest"],
    [
      "of one that is suspended and does not run",
      desired({ choice: { suspended: true } }),
      seen({ job: job("CANCELED"), states: [CHECKPOINT] }),
      "rest",
    ],
    [
      "of a new one that is suspended",
      desired({ choice: { suspended: true } }),
      seen({ record: undefined, job: undefined }),
      "put-off",
    ],
    ["of a job that came to its end", desired(), seen({ job: job("FINISHED") }), "note-status"],
    ["of a job that runs as it should", desired(), seen(), "own"],
  ])("%s", (_title, wanted, found, steps) => expect(kinds(stepsOf(wanted, found))).toBe(steps));
});

const stepOf = <K extends Step["do"]>(steps: readonly Step[], kind: K) =>
  steps.find((step): step is Extract<Step, { do: K }> => step.do === kind);

describe("What a start that fails comes to is said beforehand:", () => {
  it("a job that ran well is started again, and its successor must read a row", () => {
    const steps = stepsOf(PROPERTY, seen());
    expect(steps).toMatchObject([
      { do: "prepare", version: "same", proof: "anew", keepsRows: true },
      { do: "stop-with-savepoint", undo: "start-again", orCancel: { where: "loops", needs: "checkpoint" } },
      { do: "note-stop", state: "needed" },
      {},
      { do: "start", from: "savepoint-just-taken", contested: "goes-back" },
      { do: "prove", by: "first-row" },
      {},
    ]);
  });

  it("one that no savepoint was asked of, as chosen, too; what it has completed by then counts", () => {
    const steps = stepsOf({ ...PROPERTY, choice: { forceFrom: "latest-checkpoint" } }, seen());
    expect(stepOf(steps, "cancel")).toMatchObject({ isForced: true, undo: "start-again" });
    expect(stepOf(steps, "start")).toMatchObject({ from: CHECKPOINT, orLater: true });
    expect(stepOf(steps, "prove")).toMatchObject({ by: "first-row" });
  });

  it("one that kept failing stays stopped", () => {
    const steps = stepsOf(PROPERTY, seen({ job: job("RESTARTING") }));
    expect(stepOf(steps, "cancel")).toMatchObject({ undo: "stays-stopped" });
    expect(stepOf(steps, "start")).toMatchObject({ orLater: true, contested: "planned-anew" });
    expect(stepOf(steps, "prove")).toMatchObject({ by: "first-checkpoint" });
  });

  it("where nothing runs, what the check has prepared is enough", () => {
    const steps = stepsOf(desired(), seen({ record: undefined, job: undefined }));
    expect(stepOf(steps, "prepare")).toMatchObject({ version: "next", proof: "as-checked", keepsRows: false });
    expect(stepOf(steps, "prove")).toMatchObject({ by: "first-checkpoint" });
  });

  it("a new version leaves state behind that the record remembers", () => {
    const stopped = seen({ job: job("CANCELED"), states: [CHECKPOINT] });
    expect(stepOf(stepsOf(SQL, stopped), "note-intent")).toEqual({ do: "note-intent", leaves: CHECKPOINT });
    expect(stepOf(stepsOf(SQL, seen()), "note-stop")).toMatchObject({ state: "if-any" });
    expect(stepOf(stepsOf(SQL, seen()), "stop-with-savepoint")).toMatchObject({ orCancel: { where: "keeps-failing" } });
  });

  it("a job that is drained, or whose checkpoints Flink deletes, is never cancelled in place of that", () => {
    const drained = stepsOf({ ...SQL, choice: { drain: true } }, seen());
    expect(stepOf(drained, "stop-with-savepoint")?.orCancel).toBeUndefined();
    const { current } = record();
    const flinkProperties = { "execution.checkpointing.externalized-checkpoint-retention": "DELETE_ON_CANCELLATION" };
    const deleting = record({ current: { ...current, manifest: { ...current.manifest, flinkProperties } } });
    expect(stepOf(stepsOf(SQL, seen({ record: deleting })), "stop-with-savepoint")?.orCancel).toBeUndefined();
  });

  it("a state that a person named stays the one, whatever the job completes until it is cancelled", () => {
    const choice = { from: { state: SAVEPOINT.path } };
    const steps = stepsOf({ ...desired(), choice }, seen({ job: job("RESTARTING"), chosen: SAVEPOINT }));
    expect(stepOf(steps, "start")).toMatchObject({ from: SAVEPOINT, isChosen: true });
    expect(stepOf(steps, "start")?.orLater).toBeUndefined();
  });
});

describe("A job that no manifest asks for", () => {
  it("is stopped with a savepoint, or cancelled where it fails again and again, and leaves a tombstone", () => {
    expect(planRemoval("orders", seen(), record())).toMatchObject({
      action: "delete",
      steps: [
        { do: "stop-with-savepoint", undo: "stays-stopped", orCancel: { where: "keeps-failing", needs: "nothing" } },
        { do: "bury", state: "just-taken" },
      ],
    });
  });

  it("and does not run leaves a tombstone with its newest state", () => {
    const plan = planRemoval("orders", seen({ job: undefined, states: [CHECKPOINT] }), record());
    expect(plan).toMatchObject({ steps: [{ do: "bury", state: CHECKPOINT, isFinished: false }] });
  });

  it("is refused where others of its name run", () => {
    const plan = planRemoval("orders", seen({ namesakes: [job("RUNNING", COPY)] }), record());
    expect(plan).toMatchObject({ action: "refuse", what: expect.stringContaining(COPY) });
  });
});

describe("Before its cluster restarts a job", () => {
  it.each<[string, Partial<Observed>, object[]]>([
    ["that runs is stopped with a savepoint", {}, [{ do: "stop-with-savepoint" }, { state: "just-taken" }]],
    ["in a loop is cancelled", { job: job("FAILING") }, [{ do: "cancel" }, { as: "stopped", state: "just-taken" }]],
    ["that came to its end is written down so", { job: job("FINISHED") }, [{ do: "rest", as: "finished" }]],
    ["that was cancelled rests", { job: job("CANCELED"), states: [CHECKPOINT] }, [{ do: "rest", state: CHECKPOINT }]],
    ["that rests is left", { record: record({ status: "stopped" }) }, []],
    ["that is not there is left", { job: undefined }, []],
  ])("%s", (_title, found, steps) => expect(planClusterStop(seen(found)).steps).toMatchObject(steps));
});

describe("Each kind of step", () => {
  it.each(Object.entries(STEPS))(
    "%s has its file; it is undone, or says why not, and what its own failure comes to",
    (name, kind) => {
      const places = ["flink-steps", "record-steps"].map((folder) => `provider/act/${folder}/${name}.ts`);
      expect(places.filter((path) => existsSync(path))).toHaveLength(1);
      if (typeof kind.undo !== "function") expect(kind.undo.never).toMatch(/\w+ \w+/u);
      if (kind.whenItFails !== "goes-back") expect(kind.whenItFails.stays).toMatch(/\w+ \w+/u);
    },
  );
});
