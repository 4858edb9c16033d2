/** Which application is a stack's session, and the words for those that are not. */

import { describe, expect, test } from "vitest";
import {
  type Application,
  chooseApplication,
  diagnosticsWords,
  endedWords,
  notFoundWords,
  ownerTag,
  type Wanted,
} from "../../../../provider/decide/cluster/yarn-application.js";
import { errorMessage } from "../../../../provider/decide/words/errors.js";

function application(id: string, more: Partial<Application> = {}): Application {
  return {
    id,
    name: "Flink session cluster",
    queue: "root.default",
    user: "etl",
    state: "RUNNING",
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    diagnostics: "",
    tags: [],
    restAddress: "node:1",
    proxyUrl: undefined,
    ...more,
  };
}

const one = application("application_1_0001");
const two = application("application_1_0002");
const etl = application("application_1_0003", { queue: "root.batch.etl" });
const ended = application("application_1_0004", { state: "KILLED" });
const accepted = application("application_1_0005", { state: "ACCEPTED", name: "waiting" });
const own = application("application_1_0006", { name: "mine", tags: ["owner-a", "settings-1"] });
const outdated = application("application_1_0007", { name: "mine", tags: ["owner-a", "settings-0"] });
const foreign = application("application_1_0008", { name: "mine", tags: ["owner-b", "settings-1"] });

const named = (name: string, queue?: string): Wanted => ({ by: "name", name, ...(queue ? { queue } : {}) });
const session = "Flink session cluster";
const tagged: Wanted = { by: "tags", owner: "owner-a", settings: "settings-1" };

describe("chooseApplication", () => {
  test.each<[string, readonly Application[], Wanted, string | string[] | undefined]>([
    ["the one of its name", [one, own], named(session), one.id],
    ["none of a part of its name", [one], named("Flink session"), undefined],
    ["none that has ended", [ended], named(session), undefined],
    ["one that YARN has yet to run", [accepted, one], named("waiting"), accepted.id],
    ["many of one name", [one, two, own], named(session), [one.id, two.id]],
    ["the one of its name in a queue", [one, etl], named(session, "default"), one.id],
    ["a queue by its path", [one, etl], named(session, "root.batch.etl"), etl.id],
    ["a queue by its path without the root", [one, etl], named(session, "batch.etl"), etl.id],
    ["a queue by its last part", [one, etl], named(session, "etl"), etl.id],
    ["no queue by a part of a part", [one, etl], named(session, "tl"), undefined],
    ["by id, whatever else is there", [one, two], { by: "id", id: two.id }, two.id],
    ["by id, but not one that has ended", [ended], { by: "id", id: ended.id }, undefined],
    ["the stack's own by its tags, and no other stack's", [foreign, outdated, own], tagged, own.id],
    ["none where the stack's own has other settings", [foreign, outdated], tagged, undefined],
  ])("finds %s.", (_, applications, wanted, expected) => {
    const choice = chooseApplication(applications, wanted);
    const ids = {
      one: () => (choice.found === "one" ? choice.application.id : undefined),
      none: () => undefined,
      many: () => (choice.found === "many" ? choice.applications.map(({ id }) => id) : undefined),
    }[choice.found]();
    expect(ids).toEqual(expected);
  });
});

describe("a session that is not found", () => {
  test("is an error that lists those that run.", () => {
    const words = notFoundWords({ found: "none" }, named("mine", "etl"), [one, ended], undefined);
    expect(errorMessage("session-not-found", words)).toBe(
      [
        'no Flink application named "mine" in the queue etl runs on YARN; no job was touched',
        '  cause: application_1_0001 "Flink session cluster", queue root.default, RUNNING, started by etl at 2026-01-02T03:04:05Z',
        "  fix: correct `yarn.applicationId`, `yarn.name` or `yarn.queue`, start that session, or let the stack start one of its own: `yarn.start: true` [session-not-found]",
      ].join("\n"),
    );
  });

  test("on an empty YARN is told as that, with what became of the one of before.", () => {
    const { cause } = notFoundWords({ found: "none" }, { by: "id", id: ended.id }, [], ended);
    expect(cause).toBe("application_1_0004 is KILLED\nno Flink application runs on this YARN");
  });

  test("for there are two of its name is an error that lists the two.", () => {
    const { what, cause } = notFoundWords(
      { found: "many", applications: [one, two] },
      named(session),
      [one, two, own],
      undefined,
    );
    expect(what).toBe(`2 Flink applications named "${session}" run on YARN; no job was touched`);
    expect(cause?.match(/application_1_\d+/gu)).toEqual([one.id, two.id]);
  });
});

describe("what YARN says of an end", () => {
  test.each<[string, string, string]>([
    ["nothing", "", ""],
    [
      "a kill",
      "Application application_1_2 was killed by user dr.who at 127.0.0.1\n",
      "Application application_1_2 was killed by user dr.who at 127.0.0.1",
    ],
    [
      "a container that died, without the command line's output",
      "Application application_1_2 failed 1 times (global limit =2; local limit is =1) due to AM Container for appattempt_1_2_000001 exited with  exitCode: 137\nFailing this attempt.Diagnostics: [2026-01-02 03:04:05.678]Container killed on request. Exit code is 137\n[2026-01-02 03:04:05.678]Container exited with a non-zero exit code 137. \n[2026-01-02 03:04:05.679]Killed by external signal\nFor more detailed output, check the application tracking page: http://rm:8088/cluster/app/application_1_2 Then click on links to logs of each attempt.\n. Failing the application.",
      "AM Container for appattempt_1_2_000001 exited with exitCode: 137; Container killed on request. Exit code is 137; Killed by external signal",
    ],
    ["much", "x".repeat(1000), `${"x".repeat(300)} …`],
  ])("of %s is cut to its cause.", (_, diagnostics, words) => expect(diagnosticsWords(diagnostics)).toBe(words));

  test("stands behind the application's state.", () => {
    expect(endedWords(application("application_1_2", { state: "FINISHED" }))).toBe("application_1_2 has FINISHED");
    expect(endedWords(application("application_1_2", { state: "FAILED", diagnostics: "why" }))).toBe(
      "application_1_2 is FAILED: why",
    );
  });
});

test("A tag is made of what YARN takes: small letters, ASCII, less than a hundred of them.", () => {
  expect(ownerTag("Prod_äö-1.x", "urn")).toMatch(/^flink-sql-prod_---1\.x-[0-9a-f]{8}$/u);
  expect(ownerTag("x".repeat(200), "urn").length).toBeLessThan(100);
  expect(ownerTag("prod", "one")).not.toBe(ownerTag("prod", "two"));
});
