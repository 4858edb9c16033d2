/** From a fresh clone to running jobs: set-up, the stack that is selected or else `dev`, `pulumi up`, and then where to look. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { project } from "./lib/cache.mjs";
import { main, run, runHere, say } from "./lib/say.mjs";
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

const filesWords = (count) => `${count} ${count === 1 ? "file" : "files"}`;

function printOutput(stack) {
  const folder = join(project, ".local", stack, "output");
  const tables = existsSync(folder) ? readdirSync(folder).sort() : [];
  print(`Output files   ${relative(process.cwd(), folder) || "."}/`);
  if (tables.length === 0) print("  (none yet: they come with the first checkpoint)");
  for (const table of tables) print(`  ${table}/  ${filesWords(filesIn(join(folder, table)).length)}`);
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
async function printSummary(stack, env) {
  const args = ["stack", "output", "--json", "--stack", stack];
  const outputs = JSON.parse((await run("pulumi", args, { cwd: project, env })).stdout || "{}");
  print();
  if (outputs.dashboard) print(`Dashboard      ${outputs.dashboard}`);
  const jobs = outputs.jobs ?? {};
  if (Object.keys(jobs).length > 0) {
    print("Jobs");
    printJobs(jobs);
  }
  printOutput(stack.split("/").at(-1));
  printNext();
}

/** The stack that the arguments name, and the arguments without it. */
export function stackArgument(args) {
  const at = args.findIndex((arg) => /^(?:--stack|-s)(?:=|$)/.test(arg));
  if (at < 0) return { rest: args };
  const [, inside] = args[at].split(/=(.*)/s);
  const count = inside === undefined ? 2 : 1;
  return { named: inside ?? args[at + 1] ?? "", rest: [...args.slice(0, at), ...args.slice(at + count)] };
}

/** A stack that somebody selected is theirs to leave; only where there is none, as in a fresh clone, `dev` is made. */
export async function stackOf(named, pulumi) {
  if (named !== undefined) return named;
  const selected = await pulumi(["stack", "--show-name", "--non-interactive"]).catch(() => undefined);
  if (selected) return selected.stdout.trim();
  say("no stack is selected: dev is, and made where it does not exist");
  await pulumi(["stack", "select", "--create", "dev", "--non-interactive"]);
  return "dev";
}

await main(import.meta.url, async (args) => {
  const { env } = await setup();
  const { named, rest } = stackArgument(args);
  const stack = await stackOf(named, (words) => run("pulumi", words, { cwd: project, env }));
  const code = await runHere("pulumi", ["up", "--yes", "--stack", stack, ...rest], { cwd: project, env });
  if (code !== 0) return code;
  await printSummary(stack, env);
  return 0;
});
