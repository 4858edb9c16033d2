/** The project's client of a real ResourceManager; what others may answer in its place is in test/integration. */

import { expect, inject, test } from "vitest";
import { ResourceManagers } from "../../provider/cluster/yarn-rest.js";

const address = inject("resourceManager");
const yarn = new ResourceManagers(["http://127.0.0.1:9", address], { timeoutMs: 10_000, caFile: undefined });

test("What YARN does not know is undefined, or nothing, and no error.", async () => {
  expect(await yarn.application("application_1700000000000_0001")).toBeUndefined();
  expect(await yarn.application("no id at all")).toBeUndefined();
  expect(await yarn.tagged("nobody's")).toEqual([]);
  expect(await yarn.flinkApplications()).toEqual(expect.any(Array));
});

test("An end of what is not there is refused in YARN's own words.", async () => {
  const refused = yarn.kill("application_1700000000000_0001");
  await expect(refused).rejects.toThrow(
    `${address} answered 404: app with id: application_1700000000000_0001 not found`,
  );
});
