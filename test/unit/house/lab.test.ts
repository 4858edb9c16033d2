/** When tests use the servers of `npm run lab`, and what is said where they do not. */

import { expect, test } from "vitest";
import { type LabFile, labState } from "../../support/clusters/lab-file.js";

const LAB: LabFile = {
  process: { role: "lab", pid: 10, startTime: "7" },
  moto: { role: "moto", pid: 11, startTime: "8" },
  folder: "/tmp/lab",
  flinkHome: "/flink",
  restUrl: "http://127.0.0.1:1",
  gatewayUrl: "http://127.0.0.1:2",
  s3: "http://127.0.0.1:3",
};

const stateOf = (text: string | undefined, alive: readonly number[] = [10], home = "/flink") =>
  labState(text, home, async ({ pid, startTime }) => alive.includes(pid) && startTime === "7");

test("Without its file there is no lab.", async () => {
  expect(await stateOf(undefined)).toEqual({ kind: "none" });
});

test("A lab whose process lives is used.", async () => {
  expect(await stateOf(JSON.stringify(LAB))).toEqual({ kind: "runs", lab: LAB });
});

test("One that was killed is told from one that lives, and so is a later process with its number.", async () => {
  const dead = { kind: "dead", why: "the lab that wrote it, process 10, was killed", lab: LAB };
  expect(await stateOf(JSON.stringify(LAB), [])).toEqual(dead);
  const { process } = LAB;
  const later = { ...LAB, process: { ...process, startTime: "6" } };
  expect(await stateOf(JSON.stringify(later))).toEqual({ ...dead, lab: later });
});

test("A lab of another Flink is left alone.", async () => {
  const why = "the lab runs the Flink in /flink, and the tests are for /other";
  expect(await stateOf(JSON.stringify(LAB), [10], "/other")).toEqual({ kind: "other", why });
});

test.each(["", "{", "[]", JSON.stringify({ ...LAB, process: 10 })])(
  "A file with %j in it is none of a lab.",
  async (text) => {
    expect(await stateOf(text)).toEqual({ kind: "dead", why: "it is not what a lab writes" });
  },
);
