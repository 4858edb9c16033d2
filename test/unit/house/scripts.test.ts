/** What the scripts decide: whose stack `npm start` takes, the PATH of a shell, and what the reports of tests count. */

import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";

/** The value of an expression that uses what one of the scripts exports. */
function answerOf(script: string, expression: string): unknown {
  const url = pathToFileURL(resolve("scripts", script)).href;
  const code = `const it = await import(${JSON.stringify(url)}); console.log(JSON.stringify(await (${expression})))`;
  return JSON.parse(
    execFileSync("node", ["--input-type=module", "-e", code], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
}

describe("npm start", () => {
  /** What Pulumi was asked, and the stack that is taken. */
  const taken = (named: string | undefined, selected: string | undefined) =>
    answerOf(
      "start.mjs",
      `(async () => {
        const asked = [];
        const pulumi = async (words) => {
          asked.push(words.filter((word) => word !== "--non-interactive").join(" "));
          if (words.includes("--show-name") && ${selected === undefined}) throw new Error("no stack selected");
          return { stdout: ${JSON.stringify(`${selected}\n`)} };
        };
        return [await it.stackOf(${JSON.stringify(named)}, pulumi), asked];
      })()`,
    );

  test.each<[string, string | undefined, string | undefined, string, string[]]>([
    ["the stack that is selected, and leaves it so", undefined, "production", "production", ["stack --show-name"]],
    ["the one that it is told, and selects none", "qa", "production", "qa", []],
    ["dev where none is selected", undefined, undefined, "dev", ["stack --show-name", "stack select --create dev"]],
  ])("takes %s.", (_, named, selected, stack, asked) => expect(taken(named, selected)).toEqual([stack, asked]));

  test.each([
    [[], {}, []],
    [["--stack", "qa", "--yes"], "qa", ["--yes"]],
    [["--diff", "-s", "qa"], "qa", ["--diff"]],
    [["--stack=a/b=c", "x"], "a/b=c", ["x"]],
  ])("reads the stack from %j.", (args, named, rest) => {
    const found = answerOf("start.mjs", `it.stackArgument(${JSON.stringify(args)})`);
    expect(found).toEqual(typeof named === "string" ? { named, rest } : { rest });
  });
});

test("The PATH of a shell is the same after the second `eval`, and has nothing that npm puts in front for a script.", () => {
  const own = "/home/me/tools/node_modules/.bin:/usr/local/bin:/usr/bin:/bin";
  const npm = `${process.cwd()}/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin`;
  const once = answerOf("setup.mjs", `it.pathOf(${JSON.stringify(`${npm}:${own}:/usr/bin`)}, "/cache/pulumi/bin")`);
  expect(once).toBe(`/cache/pulumi/bin:${own}`);
  expect(answerOf("setup.mjs", `it.pathOf(${JSON.stringify(`${npm}:${String(once)}`)}, "/cache/pulumi/bin")`)).toBe(
    once,
  );
  expect(answerOf("setup.mjs", `it.pathOf(${JSON.stringify(own)}, "")`)).toBe(own);
});

test("Of pytest's report, errors count as failures, and what is neither failed nor skipped as passed.", () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">\
<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="0.1">\
<testcase classname="a" name="b[&lt;testsuite tests=&quot;70&quot;&gt;]" time="0.0"><failure message="skipped=&quot;9&quot;">'
</failure></testcase></testsuite></testsuites>`;
  const counts = answerOf("test.mjs", `it.countJUnit(${JSON.stringify(xml)})`);
  expect(counts).toEqual({ passed: 4, failed: 3, skipped: 3 });
});

test("Of vitest's report, a file that fails without a failed test counts as one failure: not loaded, or a hook failed.", () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test })),
  });
  const report = {
    ...{ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 },
    testResults: [
      file("failed"),
      file("failed", "skipped", "skipped"),
      file("failed", "passed", "failed"),
      file("passed", "passed", "passed", "todo"),
    ],
  };
  const counts = answerOf("test.mjs", `it.countVitest(${JSON.stringify(report)})`);
  expect(counts).toEqual({ passed: 3, failed: 3, skipped: 3 });
});
