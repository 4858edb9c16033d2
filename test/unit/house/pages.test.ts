/** The pages of this project: what they link to, and the files that they name, exist. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Keys } from "../../../provider/read/settings/settings-keys.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = (path: string) => readFileSync(join(root, path), "utf8");

const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
const files = listed
  .toString()
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const pages = files.filter((path) => path.endsWith(".md"));
const sources = files.filter((path) => /^(?:provider|scripts|index\.ts|Pulumi\.yaml)/u.test(path));

/** Without blocks of code, in which a # is a comment and a bracket is SQL. */
const prose = (page: string) => page.replace(/^( *)```.*?^\1```$/gmsu, "");

/** The names by which GitHub finds the headings of a page. */
function anchors(page: string): Set<string> {
  const found = new Map<string, number>();
  const all = [...prose(page).matchAll(/^#{1,6} +(.+?) *$/gmu)].map(([, heading = ""]) => {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/gu, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const before = found.get(slug) ?? 0;
    found.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set(all);
}

/** What of the links of a page leads nowhere. `from`: the path of the page. */
function deadLinks(from: string, page: string): string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/u.test(target)) return false;
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? from : normalize(join(dirname(from), path));
    if (!existsSync(join(root, file))) return true;
    return anchor !== undefined && !anchors(text(file)).has(anchor);
  });
}

/** A path from the root, in which `<…>` stands for any name: the folder before it is what must be there. */
const FROM_ROOT = /(?<![\w@./<>~-])(?:provider|test|scripts|runner)\/[\w./<> -]*/gu;

/** A source file, however short its path: `act/kinds.ts`, `engine-log.ts`. */
const SOURCE = /(?<![\w@./<>*-])[\w-][\w./-]*\.(?:ts|mts|mjs|cjs)(?!\w)/gu;

/** What of the files that a page names does not exist. */
function missingFiles(page: string): string[] {
  const named = [...page.matchAll(/`([^`\n]+)`/gu)].map(([, code = ""]) => code);
  const paths = named
    .flatMap((code) => code.match(FROM_ROOT) ?? [])
    .map((path) => path.replace(/(?:[^/]*<| ).*$/u, ""));
  const short = (page.match(SOURCE) ?? []).filter((path) => !files.some((file) => `/${file}`.endsWith(`/${path}`)));
  return [...paths.filter((path) => !existsSync(join(root, path))), ...short];
}

test("Every link leads to a file, and to a heading of it.", () => {
  expect(pages.flatMap((path) => deadLinks(path, text(path)).map((target) => `${path}: ${target}`))).toEqual([]);
});

test("Every file that a page names exists.", () => {
  const current = pages.filter((path) => path !== "CHANGELOG.md");
  expect(current.flatMap((path) => missingFiles(text(path)).map((name) => `${path}: ${name}`))).toEqual([]);
});

test("Links that lead nowhere, and files that do not exist, are found.", () => {
  const page = [
    "# A `b`: c, d\n# A `b`: c, d\n[1](#a-b-c-d) [2](#a-b-c-d-1) [3](nowhere.md) [4](README.md#nowhere) [5](https://x.org/y.md)",
    "```bash\n# [6](nowhere.md)\n```",
  ].join("\n");
  expect(deadLinks("CHANGELOG.md", page)).toEqual(["#a-b-c-d", "#a-b-c-d-1", "nowhere.md", "README.md#nowhere"]);
  expect([...anchors(page)]).toEqual(["a-b-c-d", "a-b-c-d-1"]);
  const names =
    "`provider/act/<its kind>.ts` `provider/deploy/apply.ts` `node scripts/guard.mjs 1` act/kinds.ts apply2.ts";
  expect(missingFiles(names)).toEqual(["provider/deploy/apply.ts", "provider/deploy/apply.ts", "apply2.ts"]);
});

test("Every page that the code names exists.", () => {
  const named = sources.flatMap((path) => text(path).match(/\b(?:docs\/[\w/-]+|README|CONTRIBUTING)\.md\b/gu) ?? []);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});

test("docs/configuration.md has a row for each key of the configuration, and no other.", () => {
  const [, table = ""] = text("docs/configuration.md").split("## All keys");
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gmu)].map(([, key]) => key);
  expect(rows.sort()).toEqual([...Object.keys(Keys), "parameters", "secretParameters"].sort());
});

test("The README has at most 200 lines, and CONTRIBUTING 190.", () => {
  expect(text("README.md").split("\n").length).toBeLessThanOrEqual(201);
  expect(text("CONTRIBUTING.md").split("\n").length).toBeLessThanOrEqual(191);
});
