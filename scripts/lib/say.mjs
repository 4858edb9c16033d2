/** Messages and child processes of the scripts: progress while a step lasts, short errors, no stack traces. */
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** An error whose message is all that a reader needs. */
export class SetupError extends Error {}

// Everything goes to stderr: the stdout of `npm run -s env` is evaluated by a shell.
export const say = (line) => process.stderr.write(`${line}\n`);

const seconds = (since) => Math.round((Date.now() - since) / 1000);

/** Shows that a step is alive: one line that counts up on a terminal, a line every 10 s elsewhere. */
function showProgress(title, since) {
  if (!process.stderr.isTTY) return setInterval(() => say(`  ${title}: ${seconds(since)} s so far`), 10_000);
  return setInterval(() => process.stderr.write(`\r${title} ... ${seconds(since)} s`), 1000);
}

/** Runs one step of the set-up with its title, its progress and its time; `false` is the result of one in vain. */
export async function step(title, work) {
  const since = Date.now();
  process.stderr.write(process.stderr.isTTY ? `${title} ...` : `${title} ...\n`);
  const timer = showProgress(title, since);
  const end = process.stderr.isTTY ? "\r\x1b[K" : "";
  try {
    const result = await work();
    say(`${end}${title}: ${result === false ? "gave up after" : "done in"} ${seconds(since)} s`);
    return result;
  } catch (error) {
    say(`${end}${title}: failed after ${seconds(since)} s`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Runs a program to its end with its output kept; only a failure shows the last lines of it. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const all = [];
    const stdout = [];
    child.stdout.on("data", (data) => all.push(data) && stdout.push(data));
    child.stderr.on("data", (data) => all.push(data));
    child.on("error", (error) => reject(new SetupError(`cannot run ${command}: ${error.code ?? error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve({ stdout: stdout.join(""), output: all.join("") });
      const tail = all.join("").trimEnd().split("\n").slice(-15).join("\n  ");
      const shown = [command, ...args].join(" ");
      reject(new SetupError(`${shown}\nended with ${signal ?? `exit code ${code}`}:\n  ${tail}`));
    });
  });
}

/**
 * Makes signals reach a child once. Ctrl-C on a terminal goes to its whole foreground group, so passing it on would
 * be a second one, which Pulumi takes for "stop at once". npm passes on a copy of each signal too: hence the gap.
 */
function passSignals(child) {
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let last = 0;
  const pass = (signal) => {
    if ((signal === "SIGINT" && onTerminal) || Date.now() - last < 500) return;
    last = Date.now();
    child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.off(signal, pass);
  };
}

/** Runs a program on this terminal and answers with its exit code, in a shell's way for a signal (128 + n). */
export function runHere(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const stopPassing = passSignals(child);
    child.on("error", (error) => {
      stopPassing();
      reject(new SetupError(`cannot run ${command}: ${error.code ?? error.message}`));
    });
    child.on("close", (code, signal) => {
      stopPassing();
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

/** Runs a script's main function when the script is the program itself, not an import of another script. */
export async function main(url, work) {
  if (!process.argv[1] || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  try {
    process.exitCode = (await work(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError) && process.env.DEBUG) throw error;
    say(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
