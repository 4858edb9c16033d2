/** All checks that need no Flink, from types to Python's format: runs every one, and fails if any did. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "./lib/cache.mjs";
import { filesTwice, fullFolders, longFiles, namesTwice, workingFolder } from "./lib/house.mjs";
import { ensureNpm } from "./lib/npm.mjs";
import { main, runHere } from "./lib/say.mjs";
import { ensurePythonTools } from "./lib/venv.mjs";

const print = (line) => process.stdout.write(`${line}\n`);
const npmBin = (name) => join(project, "node_modules", ".bin", name);
const here = (command, args) => runHere(command, args, { cwd: project });

/** Path → text of the files below a folder that git knows. */
function sourcesOf(folder, ...endings) {
  const listed = execFileSync("git", ["ls-files", folder], { cwd: project, encoding: "utf8" }).split("\n");
  const files = listed.filter(
    (file) => endings.some((ending) => file.endsWith(ending)) && existsSync(join(project, file)),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(project, file), "utf8")]));
}

async function none(problems) {
  for (const problem of problems) print(problem);
  return problems.length === 0 ? 0 : 1;
}

/** Each file of the provider says in its first line what it is for. */
function withoutFirstLine(files) {
  const bad = Object.keys(files).filter((file) => !files[file].startsWith("/** "));
  return bad.map((file) => `${file}: its first line does not begin with "/** "`);
}

function checks(pythonBin) {
  const sources = ["index.ts", "provider", "scripts", "test"].filter((path) => existsSync(join(project, path)));
  const ruff = (...args) => here(join(pythonBin, "ruff"), args);
  return {
    "types (tsc)": () => here(npmBin("tsc"), ["--noEmit"]),
    "lint and format (biome)": () => here(npmBin("biome"), ["ci", "."]),
    "module boundaries (depcruise)": () => here(npmBin("depcruise"), sources),
    "JSON schema is current": () => here(npmBin("tsx"), ["scripts/schema.ts", "--check"]),
    "Python lint (ruff)": () => ruff("check", "runner"),
    "Python format (ruff)": () => ruff("format", "--check", "runner"),
    "first lines of provider/": () => none(withoutFirstLine(sourcesOf("provider", ".ts"))),
    "names and files of provider/ that are there twice": () => {
      const files = sourcesOf("provider", ".ts");
      return none([...namesTwice(files), ...filesTwice(files)]);
    },
    "working folder": () => none(workingFolder(sourcesOf("provider", ".ts"))),
    "full folders": () =>
      none(fullFolders(Object.keys({ ...sourcesOf("provider", ".ts"), ...sourcesOf("test", ".ts") }))),
    "long files": () =>
      none(
        longFiles({
          ...sourcesOf("provider", ".ts"),
          ...sourcesOf("scripts", ".mjs", ".ts"),
          ...sourcesOf("runner", ".py"),
        }),
      ),
  };
}

async function timed(title, work) {
  print(`== ${title}`);
  const since = Date.now();
  const code = await work().catch((error) => print(`error: ${error.message}`) || 1);
  const result = code === 0 ? "passed" : "FAILED";
  print(`== ${title}: ${result} in ${((Date.now() - since) / 1000).toFixed(1)} s\n`);
  return code === 0 ? [] : [title];
}

await main(import.meta.url, async () => {
  await ensureNpm();
  const all = Object.entries(checks(await ensurePythonTools()));
  const failed = [];
  for (const [title, work] of all) failed.push(...(await timed(title, work)));
  print(`checks: ${all.length - failed.length} passed, ${failed.length} failed`);
  for (const title of failed) print(`  ${title}`);
  return failed.length === 0 ? 0 : 1;
});
