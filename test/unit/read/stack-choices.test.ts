/** Choices in a stack's file: each fault at its own line and column. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { shownProblem } from "../../../provider/read/manifests/places.js";
import { stackChoices } from "../../../provider/read/settings/stack-choices.js";

const root = mkdtempSync(join(tmpdir(), "choices-"));
afterAll(() => rmSync(root, { recursive: true }));

const CHOICES = {
  orders: { from: "latest-checkpoint", suspended: "yes" },
  clicks: { drainn: true },
  order: { from: "clean" },
  fine: { from: "s3://b/savepoint-1", id: 2 },
};

writeFileSync(
  join(root, "Pulumi.dev.yaml"),
  `config:
  flink-sql:choices:
    orders:
      from: latest-checkpoint
      suspended: "yes"
    clicks:
      drainn: true
    order:
      from: clean
`,
);

test("Every fault has its place, and what is right is read.", () => {
  const { problems, of } = stackChoices(root, "dev", CHOICES, ["orders", "clicks", "fine"]);
  expect(problems.map((problem) => shownProblem(problem).split("\n")[0])).toEqual([
    "Pulumi.dev.yaml:5:7: choices.orders.suspended: must be true or false",
    "Pulumi.dev.yaml:7:7: choices.clicks.drainn: there is no such choice; did you mean drain?",
    "Pulumi.dev.yaml:8:5: choices.order: no manifest is named 'order'; did you mean orders?",
  ]);
  expect(of.get("fine")).toEqual({ from: "s3://b/savepoint-1", id: "2" });
});

test("Words that make no sense are told of what is otherwise right.", () => {
  const { problems } = stackChoices(root, "dev", { orders: { from: "latest-checkpoint" } }, ["orders"]);
  expect(problems.map((problem) => shownProblem(problem).split("\n")[0])).toEqual([
    "Pulumi.dev.yaml:4:7: choices.orders.from: write forceFrom: latest-checkpoint",
  ]);
});
