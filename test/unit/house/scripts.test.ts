/** What the scripts decide before they run anything: whose stack `npm start` takes, and the PATH of a shell. */

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
