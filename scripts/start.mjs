/** From a fresh clone to running jobs: set-up, the stack `dev`, `pulumi up`, and then where to look. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { project } from "./lib/cache.mjs";
import { main, run, runHere } from "./lib/say.mjs";
import { setup } from "./setup.mjs";

const print = (line = "") => process.stdout.write(`${line}\n`);

/** All files below a folder, the newest first. */
function filesIn(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true, recursive: true }) : [];
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return files.sort((a, b) => time(b) - time(a));
}

function printJobs(jobs) {
  const names = Object.keys(jobs).sort();
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) {
    const { version, state, startedFrom } = jobs[name];
    const from = startedFrom ? `, started from ${startedFrom}` : "";
    print(`  ${name.padEnd(width)}  ${state ?? "?"}, version ${version ?? "?"}${from}`);
  }
}

function printOutput() {
  const folder = join(project, ".local", "dev", "output");
  const tables = existsSync(folder) ? readdirSync(folder).sort() : [];
  print(`Output files   ${relative(process.cwd(), folder) || "."}/`);
  if (tables.length === 0) print("  (none yet: they come with the first checkpoint)");
  for (const table of tables) print(`  ${table}/  ${filesIn(join(folder, table)).length} files`);
  const [newest] = filesIn(folder);
  if (newest) print(`  tail -f ${relative(process.cwd(), newest)}`);
}

function printNext() {
  print("Next");
  print('  eval "$(npm run -s env)"   # then a plain pulumi works in this shell');
  print("  pulumi preview             # what a changed manifest in jobs/ would do");
  print("  pulumi up                  # do it");
  print("  pulumi destroy             # stop the jobs and the cluster");
}

/** Prints where to look, out of the stack's outputs. */
async function printSummary(env) {
  const args = ["stack", "output", "--json", "--stack", "dev"];
  const outputs = JSON.parse((await run("pulumi", args, { cwd: project, env })).stdout || "{}");
  print();
  if (outputs.dashboard) print(`Dashboard      ${outputs.dashboard}`);
  const jobs = outputs.jobs ?? {};
  if (Object.keys(jobs).length > 0) {
    print("Jobs");
    printJobs(jobs);
  }
  printOutput();
  printNext();
}

await main(import.meta.url, async (args) => {
  const { env } = await setup();
  await run("pulumi", ["stack", "select", "--create", "dev", "--non-interactive"], { cwd: project, env });
  const code = await runHere("pulumi", ["up", "--yes", "--stack", "dev", ...args], { cwd: project, env });
  if (code !== 0) return code;
  await printSummary(env);
  return 0;
});
