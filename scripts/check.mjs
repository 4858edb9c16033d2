/** All checks that need no Flink, from types to Python's format: runs every one, and fails if any did. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "./lib/cache.mjs";
import { ensureNpm } from "./lib/npm.mjs";
import { main, runHere } from "./lib/say.mjs";
import { ensurePythonTools } from "./lib/venv.mjs";

const print = (line) => process.stdout.write(`${line}\n`);
const npmBin = (name) => join(project, "node_modules", ".bin", name);
const here = (command, args) => runHere(command, args, { cwd: project });

/** Each file of the provider says in its first line what it is for. */
async function checkFirstLines() {
  const listed = execFileSync("git", ["ls-files", "provider"], { cwd: project, encoding: "utf8" });
  const files = listed.split("\n").filter((file) => file.endsWith(".ts") && existsSync(join(project, file)));
  const bad = files.filter((file) => !readFileSync(join(project, file), "utf8").startsWith("/** "));
  for (const file of bad) print(`${file}: its first line does not begin with "/** "`);
  return bad.length === 0 ? 0 : 1;
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
    "first lines of provider/": checkFirstLines,
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
