/** How a plan's steps are run: in the order written, and undone in reverse from the one that failed. */

import { describe, expect, it } from "vitest";
import { type Counted, run, type StepKind, type StepKinds } from "../../../provider/act/run.js";

type Named = { readonly do: "open" } | { readonly do: "stop" } | { readonly do: "look" } | { readonly do: "start" };

interface Heard extends Counted {
  /** What each step was handed, and what it added. */
  readonly said: readonly string[];
}

/** All that was done, in its order. */
type Log = string[];

const count = ({ applied, total }: Counted) => `${applied}/${total}`;

/** Notes what it does, and is undone and let go of. */
function kind(name: string, parts: Partial<StepKind<Named, Heard, Log>> = {}): StepKind<Named, Heard, Log> {
  return {
    async run(_, standing, log) {
      log.push(`${name} at ${count(standing)}`);
      return { ...standing, said: [...standing.said, name] };
    },
    async undo(_, standing, log, error) {
      log.push(`undo ${name} at ${count(standing)}, after ${standing.said.join()}`);
      return { standing, error: new Error(`${(error as Error).message}, ${name} undone`) };
    },
    whenItFails: "goes-back",
    ...parts,
  };
}

function fails(name: string, parts: Partial<StepKind<Named, Heard, Log>> = {}): StepKind<Named, Heard, Log> {
  return kind(name, {
    async run() {
      throw new Error(`${name} failed`);
    },
    ...parts,
  });
}

const KINDS: StepKinds<Named, Heard, Log> = {
  open: kind("open", { undo: { never: "it is let go of" } }),
  stop: kind("stop"),
  look: kind("look", { undo: { never: "it only looks" } }),
  start: kind("start"),
};

async function ran(kinds: Partial<StepKinds<Named, Heard, Log>>, ...steps: readonly Named["do"][]) {
  const log: Log = [];
  const list = steps.map((step) => ({ do: step }) as Named);
  const ended = await run<Named, Heard, Log>(list, { ...KINDS, ...kinds }, { said: [] }, log).catch(
    (error: Error) => error,
  );
  return { log, ended };
}

const releasing = (name: string, parts: Partial<StepKind<Named, Heard, Log>> = {}) => {
  const log: string[] = [];
  return { log, kind: kind(name, { release: async ({ said }) => void log.push(`${name} after ${said}`), ...parts }) };
};

describe("Steps that go well", () => {
  it("run in the order written, each with what those before it have handed on, and how many are done", async () => {
    expect(await ran({}, "open", "stop", "look", "start")).toEqual({
      log: ["open at 0/4", "stop at 1/4", "look at 2/4", "start at 3/4"],
      ended: { said: ["open", "stop", "look", "start"], applied: 4, total: 4 },
    });
  });

  it("are none where the plan has none", async () => {
    expect(await ran({})).toEqual({ log: [], ended: { said: [], applied: 0, total: 0 } });
  });

  it("do not change what was handed to them", async () => {
    const seen: Heard[] = [];
    const stop = kind("stop", {
      async run(_, standing) {
        seen.push(standing);
        return { ...standing, said: ["stop"] };
      },
    });
    await ran({ stop }, "stop", "start");
    expect(seen).toEqual([{ said: [], applied: 0, total: 2 }]);
  });
});

describe("A step that fails", () => {
  it("is undone, and those before it in reverse, but for those that need no undo", async () => {
    const { log, ended } = await ran({ start: fails("start") }, "open", "stop", "look", "start");
    expect(log).toEqual([
      "open at 0/4",
      "stop at 1/4",
      "look at 2/4",
      "undo start at 3/4, after open,stop,look",
      "undo stop at 1/4, after open,stop,look",
    ]);
    expect(ended).toEqual(new Error("start failed, start undone, stop undone"));
  });

  it("takes nothing back where the failure of this step stays", async () => {
    const look = fails("look", { whenItFails: { stays: "nobody can tell" } });
    const { log, ended } = await ran({ look }, "stop", "look", "start");
    expect({ log, ended }).toEqual({ log: ["stop at 0/3"], ended: new Error("look failed") });
  });

  it("takes back what came before it, where it has no undo itself", async () => {
    const look = fails("look", { undo: { never: "it only looks" } });
    expect((await ran({ look }, "stop", "look")).ended).toEqual(new Error("look failed, stop undone"));
  });

  it("and had done nothing yet is undone all the same: its undo finds nothing to do", async () => {
    const start = fails("start", { undo: async (_, standing, __, error) => ({ standing, error }) });
    expect(await ran({ start }, "start", "stop")).toEqual({ log: [], ended: new Error("start failed") });
  });

  it("is told by the undo that fails, and what lies before that is left", async () => {
    const look = kind("look", {
      async undo() {
        throw new Error("no way back");
      },
    });
    const { log, ended } = await ran({ look, start: fails("start") }, "stop", "look", "start");
    expect(log.filter((line) => line.startsWith("undo"))).toEqual([expect.stringMatching(/^undo start/u)]);
    expect(ended).toEqual(new Error("no way back"));
  });

  it("hands on from undo to undo what each of them changed", async () => {
    const start = fails("start", {
      undo: async (_, standing, __, error) => ({ standing: { ...standing, said: ["taken away"] }, error }),
    });
    expect((await ran({ start }, "stop", "start")).log.at(-1)).toBe("undo stop at 0/2, after taken away");
  });
});

describe("What a step holds open is let go of", () => {
  it("once all is done, the last one first", async () => {
    const { log, kind: open } = releasing("open");
    const stop = kind("stop", { release: async () => void log.push("stop") });
    await ran({ open, stop }, "open", "stop", "start");
    expect(log).toEqual(["stop", "open after open,stop,start"]);
  });

  it("after the way back", async () => {
    const { log, kind: open } = releasing("open");
    const start = fails("start", {
      undo: async (_, standing, __, error) => {
        log.push("undo start");
        return { standing, error };
      },
    });
    await ran({ open, start }, "open", "start");
    expect(log).toEqual(["undo start", "open after open"]);
  });

  it("where a failure takes nothing back", async () => {
    const { log, kind: open } = releasing("open");
    await ran({ open, stop: fails("stop", { whenItFails: { stays: "" } }) }, "open", "stop");
    expect(log).toEqual(["open after open"]);
  });

  it("and not by the step that failed itself", async () => {
    const { log, kind: open } = releasing("open", fails("open"));
    await ran({ open }, "open", "start");
    expect(log).toEqual([]);
  });
});
