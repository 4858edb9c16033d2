/** Hooks that are handed what they cannot use, as by another program or from a state that was edited: never a bare error of a library. */

import { describe, expect, test } from "vitest";
import hooks from "../../../provider/hooks.js";
import type { Hooks, Kind } from "../../../provider/resources/seam/dynamic.js";

const limits = { startSeconds: 1, savepointSeconds: 1, requestSeconds: 1 };
const NOBODY = "http://127.0.0.1:9";

const CLUSTER = {
  target: "remote",
  self: "urn:cluster",
  folder: ".local/odd",
  flinkHome: "",
  taskManagers: 1,
  slotsPerTaskManager: 1,
  jobManagerMemory: "1g",
  taskManagerMemory: "1g",
  properties: {},
  store: "file:///nowhere",
  ...limits,
};

/** Right arguments of each resource, and what its state has beside them. */
const RIGHT: { readonly [kind in Kind]: { readonly given: object; readonly state: object } } = {
  "session-cluster": {
    given: CLUSTER,
    state: {
      restUrl: NOBODY,
      gatewayUrl: "",
      restPort: 1,
      rpcPort: 2,
      gatewayPort: 3,
      storeOptions: {},
      activity: "none",
      plan: "",
    },
  },
  "job-store": {
    given: {
      self: "urn:store",
      store: "file:///nowhere",
      cluster: { restUrl: NOBODY, activity: "none" },
      manifests: [],
      retire: [],
      ...limits,
    },
    state: { plan: { retires: [], deletions: 0, undecided: false } },
  },
  "flink-sql-job": {
    given: {
      name: "orders",
      description: "",
      targetTable: "sink",
      sql: "SELECT 1",
      file: "jobs/orders.yaml",
      secretParameters: {},
      store: "file:///nowhere",
      self: "urn:orders",
      flinkProperties: {},
      definitions: [],
      cluster: { restUrl: NOBODY, gatewayUrl: "", activity: "none", target: "remote", folder: "x" },
      metadataColumns: { timestamp: "ts", query: true },
      python: { client: "python3", flinkHome: "", workers: "" },
      checkpointSeconds: 1,
      firstRowSeconds: 1,
      staleSeconds: 1,
      ...limits,
    },
    state: {},
  },
};

/** What may be left out, or is not in the states of older releases. */
const OPTIONAL = ["sql", "storeOptions", "python", "checkpointSeconds", "firstRowSeconds", "staleSeconds"];

/** Each key once without a value, and once with one of another shape. */
function* wrong(right: object): Generator<[key: string, props: object]> {
  for (const [key, value] of Object.entries(right)) {
    if (!OPTIONAL.includes(key)) yield [key, { ...right, [key]: undefined }];
    yield [key, { ...right, [key]: typeof value === "object" ? 7 : { odd: [null] } }];
  }
}

const acting: { readonly [name: string]: (of: Hooks, props: object) => Promise<unknown> } = {
  create: (of, props) => of.create(props),
  update: (of, props) => of.update("id", props, props),
  read: (of, props) => of.read("id", props),
  // The store's own records outlive the stack, whatever its state says.
  delete: (of, props) => of.delete("id", props),
};

describe.each(Object.entries(RIGHT))("%s", (kind, { given, state }) => {
  const of = hooks[kind as Kind];

  test.each([...wrong(given)])("Its check says what is wrong with `%s`.", async (key, props) => {
    const { failures } = await of.check({}, props);
    expect(failures?.map(({ property }) => property)).toContain(key);
  });

  test.each(["a text", 7, null, []])("A check that is given %j instead of arguments says so.", async (props) => {
    expect((await of.check({}, props)).failures).not.toEqual([]);
  });

  for (const [name, run] of Object.entries(acting)) {
    if (kind === "job-store" && name === "delete") continue;
    test.each([...wrong({ ...given, ...state })])(
      `\`${name}\` touches nothing where \`%s\` is odd.`,
      async (key, props) => {
        await expect(run(of, props)).rejects.toThrow(/nothing was touched[\s\S]*\[config-invalid\]/u);
        await expect(run(of, props)).rejects.toThrow(new RegExp(`cause: .*${key}`, "u"));
      },
    );
  }

  test("What its state said before does not matter to a check, nor to the diff after it.", async () => {
    const now = { ...given, ...state };
    const check = (olds: unknown) => of.check(olds, { ...given, cluster: 7 });
    for (const olds of [undefined, null, 7, "text", [], { folder: 9, jobs: "x", manifests: 3, cluster: [], self: 1 }]) {
      await expect(check(olds)).resolves.toBeDefined();
      await expect(of.diff("id", olds, now)).resolves.toMatchObject({ changes: expect.any(Boolean) });
    }
  });
});
