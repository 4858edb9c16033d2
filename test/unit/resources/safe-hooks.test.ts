/** What hooks are given as secrets is in nothing that they answer, now or in a later call. */

import { expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { HttpRefusal } from "../../../provider/flink/rest/http.js";
import type { Hooks } from "../../../provider/resources/seam/dynamic.js";
import { withoutSecrets } from "../../../provider/resources/seam/safe-hooks.js";
import { masked } from "../../../provider/secrecy/safe.js";

const words = "of parameter-old, parameter-new, option-old, option-new, named-5, 2048m and \u001b[31mred";
const told = "of ******, ******, ******, ******, ******, 2048m and red";

const talking: Hooks = {
  check: async (_olds, news) => ({
    inputs: { ...Object(news), plan: words },
    failures: [{ property: "", reason: words }],
  }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "id", outs: { ...Object(inputs), plan: words } }),
  update: async (_id, _olds, news) => ({ outs: { ...Object(news), plan: words } }),
  delete: async () => {
    throw new UserError("start-failed", { what: words, cause: words, fix: words });
  },
  read: async () => {
    throw Object.assign(new Error(words, { cause: new Error(words) }), { body: words });
  },
};

const hooks = withoutSecrets(talking);
const olds = { secretParameters: { p: "parameter-old" }, properties: { x: "option-old" }, propertiesAreSecret: true };
const news = {
  secretParameters: { p: "parameter-new" },
  properties: { x: "option-new", size: "2048m", flag: "true", "s3.secret-key": "named-5" },
  propertiesAreSecret: true,
};

test("Neither the reasons of a check, nor a plan that is an output; the inputs stay what they are.", async () => {
  const { inputs, failures } = await hooks.check(olds, news);
  expect(failures).toEqual([{ property: "", reason: told }]);
  expect(inputs).toEqual({ ...news, plan: told });
  expect((await hooks.create(news)).outs).toEqual({ ...news, plan: told });
  expect((await hooks.update("id", olds, news)).outs).toEqual({ ...news, plan: told });
});

test("Nor an error, with its parts, its causes and its stack; its class and code stay.", async () => {
  const known = await hooks.delete("id", news).catch((error: unknown) => error);
  expect(known).toBeInstanceOf(UserError);
  expect(known).toMatchObject({ code: "start-failed", parts: { what: told, cause: told, fix: told } });
  const unknown = await hooks.read("id", news).catch((error: unknown) => error);
  expect(unknown).toMatchObject({ message: told, cause: { message: told }, body: told });
  for (const error of [known, unknown]) expect(String(Object(error).stack)).not.toMatch(/-old|-new|named-5/u);
});

test("An answer of a server is masked before it is cut, so that no half of a secret is told.", () => {
  const refusal = new HttpRefusal(500, `${"x".repeat(493)} parameter-old`, "GET /jobs");
  expect(refusal.message).toMatch(/ \*{6}$/u);
  expect(masked(refusal.message)).not.toContain("param");
});
