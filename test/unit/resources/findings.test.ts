/** What a check tells the diff behind it: of one resource, the newest, and nothing where there was no check. */

import { expect, test } from "vitest";
import { Findings } from "../../../provider/resources/seam/findings.js";

test("A hook is told the newest that was found of its own resource.", () => {
  const findings = new Findings<string>();
  expect(findings.latest("urn:a")).toBeUndefined();
  findings.note("urn:a", "starts");
  findings.note("urn:b", "runs");
  findings.note("urn:a", "restarts");
  expect([findings.latest("urn:a"), findings.latest("urn:b")]).toEqual(["restarts", "runs"]);
});

test("What is forgotten is not told, and what is found after that is.", () => {
  const findings = new Findings<number>();
  findings.note("urn:a", 1);
  findings.note("urn:b", 2);
  findings.forget("urn:a");
  expect([findings.latest("urn:a"), findings.latest("urn:b")]).toEqual([undefined, 2]);
  findings.note("urn:a", 3);
  expect(findings.latest("urn:a")).toBe(3);
});
