/** The rules of `npm run check` that no linter has. */

import { expect, test } from "vitest";
import { filesTwice, fullFolders, longFiles, namesTwice, workingFolder } from "../../../scripts/lib/house.mjs";

test("A name that two files export is told with both; a type and a constant of one file are one thing.", () => {
  const files = {
    "a/one.ts": "export const Place = 1;\nexport type Place = 2;\nexport const hooks = {};\n",
    "b/two.ts": "export interface Place {}\nexport const hooks = {};\n",
    "c/three.ts": "const Place = 3;\n",
  };
  expect(namesTwice(files)).toEqual(["Place: a/one.ts, b/two.ts"]);
});

test("Two files of one name are told, but for the doors of the folders.", () => {
  expect(filesTwice({ "a/x.ts": "", "b/x.ts": "", "a/index.ts": "", "b/index.ts": "" })).toEqual([
    "x.ts: a/x.ts, b/x.ts",
  ]);
});

test("A file of 250 lines may be, one of 251 may not.", () => {
  const lines = (count: number) => "x\n".repeat(count);
  expect(longFiles({ a: lines(250), b: lines(251) })).toEqual(["b: 251 lines; at most 250"]);
});

test("A folder of 15 files may be, one of 16 may not; its door is not counted, nor what is in folders below it.", () => {
  const files = (folder: string, many: number) => Array.from({ length: many }, (_, n) => `${folder}/${n}.ts`);
  const all = [...files("a", 15), "a/index.ts", ...files("a/b", 16)];
  expect(fullFolders(all)).toEqual(["a/b: 16 files; at most 15 on one level"]);
});

test("The working folder is asked for in one file, and no path is made absolute without saying from where.", () => {
  const asks = "const root = process.cwd();\n";
  const imported = 'import { join, resolve } from "node:path";\n';
  const found = workingFolder({
    "provider/workspace/workspace.ts": asks,
    "a.ts": `// A folder.\n${asks}`,
    "b.ts": `${imported}const a = resolve(root, file);\nconst b = resolve(folder);\nconst c = resolve("runner");\n`,
    "c.ts": "await new Promise((resolve) => server.close(() => resolve(true)));\n",
    "d.ts": `${imported}await new Promise((resolve) => server.close(() => resolve()));\n`,
  });
  expect(found.map((problem) => problem.split(": ")[0])).toEqual(["a.ts:2", "b.ts:3", "b.ts:4"]);
});
