/** Parts of choices as records have them: each text is read as what it says, and written as it was. */

import { expect, test } from "vitest";
import { z } from "zod";
import type { CarriedOut } from "../../../provider/decide/job/choices.js";
import { ChoiceText } from "../../../provider/remember/choice-text.js";

test.each<[string, CarriedOut]>([
  ["from: clean", { part: "from", from: "clean" }],
  ["from: clean (2)", { part: "from", from: "clean", id: "2" }],
  ["from: previous-version (a (b))", { part: "from", from: "previous-version", id: "a (b)" }],
  ["from: s3://b/s/savepoint-1", { part: "from", from: { state: "s3://b/s/savepoint-1" } }],
  ["from: /my (old) states/savepoint-1", { part: "from", from: { state: "/my (old) states/savepoint-1" } }],
  ["from: /s/savepoint-1 (2026/01)", { part: "from", from: { state: "/s/savepoint-1" }, id: "2026/01" }],
  ["forceFrom: latest-checkpoint", { part: "forceFrom" }],
  ["drain (2)", { part: "drain", id: "2" }],
  ["allowNonRestoredState", { part: "allowNonRestoredState" }],
  ["lost: http://a:8081 (2)", { part: "lost", cluster: "http://a:8081", id: "2" }],
  ["drained", { part: "unknown", text: "drained" }],
  ["", { part: "unknown", text: "" }],
])("%s", (text, part) => {
  expect(ChoiceText.decode(text)).toEqual(part);
  expect(z.encode(ChoiceText, part)).toBe(text);
});
