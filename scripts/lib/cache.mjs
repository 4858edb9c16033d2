/** The cache folder that all clones share, and a lock that keeps two set-ups from building the same thing at once. */
import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { say } from "./say.mjs";

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const versions = JSON.parse(readFileSync(join(project, "scripts", "versions.json"), "utf8"));

const { FLINK_SQL_CACHE, XDG_CACHE_HOME } = process.env;
export const cache = FLINK_SQL_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-flink-sql");

/** SHA-256 over the content of some files, in hex. */
export function digestOf(...files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

/** A file's text, or undefined where there is none. */
export function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes a file whole: a reader sees the old text or the new one, never a part. */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

/** Fills a folder under a temporary name and renames it when complete, so that a folder that exists is complete. */
export async function fillFolder(folder, fill) {
  const half = `${folder}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  await fill(half);
  rmSync(folder, { recursive: true, force: true });
  renameSync(half, folder);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Clears a dead owner's lock. The rename may catch a new owner's lock instead, which is then put back. */
function clearDeadLock(lock, deadPid) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (textOf(aside) !== deadPid) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Does some work while holding a lock file; waits for a living owner, takes over from a dead one. */
export async function withLock(lock, work) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; !tryLock(lock); ) {
    const owner = textOf(lock);
    // An empty lock is one that its owner is writing right now.
    if (owner && !isAlive(Number(owner))) clearDeadLock(lock, owner);
    else {
      if (!told && owner) say(`waiting for another set-up (process ${owner}; its lock is ${lock})`);
      told ||= Boolean(owner);
      await sleep(200);
    }
  }
  const release = () => textOf(lock) === String(process.pid) && rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** The path of a program on PATH, or undefined; `except` is a folder to pass over. */
export function which(name, except) {
  for (const folder of (process.env.PATH ?? "").split(":")) {
    if (folder && folder !== except && existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}
