import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** Each starts a Node or two, on a machine that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compiled-"));
  mkdirSync(join(folder, "provider"));
  copyFileSync("provider/compiled.cjs", join(folder, "provider", "compiled.cjs"));
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  write("package.json", JSON.stringify({ dependencies: { yaml: "2", undici: "7" } }));
  write(
    "program.ts",
    'import { parse } from "yaml"; import { words } from "./words"; export const said = parse(words) as string;',
  );
  write("words.ts", 'export const words: string = "one";');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const piece = () => join(folder, ".local", "build", "program-ts.cjs");

/** What a process of its own finds in the program. */
function said(): string {
  const script = 'process.stdout.write(require("./provider/compiled.cjs")("program.ts").said)';
  return execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
}

test("What is compiled once is loaded as it is.", () => {
  expect(said()).toBe("one");
  const { mtimeMs } = statSync(piece());
  expect(said()).toBe("one");
  expect(statSync(piece()).mtimeMs).toBe(mtimeMs);
});

test("A change of any file that the program imports is seen, also one that keeps size and time.", () => {
  expect(said()).toBe("one");
  write("words.ts", 'export const words: string = "two";');
  expect(said()).toBe("two");
});

test("A piece that was cut off is compiled anew.", () => {
  said();
  writeFileSync(piece(), readFileSync(piece(), "utf8").slice(0, 40));
  expect(said()).toBe("one");
});

test("Where the piece cannot be kept, the program runs all the same.", () => {
  writeFileSync(join(folder, ".local"), "a file where the folder should be");
  expect(said()).toBe("one");
});

test("A mistake in the program names its file and line.", () => {
  write("words.ts", "export const words: string = ;");
  expect(said).toThrow(/words\.ts:1:29/u);
});

test("A process that asks for a file twice gets the same one: what it remembers is not lost.", () => {
  write("words.ts", "export const words = String(process.hrtime.bigint());");
  const script = `const load = require("./provider/compiled.cjs");
    process.stdout.write(String(load("program.ts") === load("program.ts")))`;
  expect(execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" })).toBe("true");
});
