/** A store in a folder: `file:///dir`. Conditional writes hold between processes of one machine. */

import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { canonicalLocation, MOST_BYTES, type StateRef, type StoredFile } from "../decide/index.js";
import { type Backend, type MarkedText, oldestFirst, TextMoved } from "./backend.js";
import { contentOf, plainFile, removeFolder, storeAnswers, storedFilesBelow, unlessMissing } from "./folder.js";

/** A lock that stays the same for so long belongs to a process that died: a write takes milliseconds. */
const STALE_LOCK_MS = 10_000;
/** Longest time for a lock, also where one process after another takes it. */
const LOCK_LIMIT_MS = 30_000;
const MOST_LOCK_BYTES = 1000;

export class FileBackend implements Backend {
  private readonly manifests: string;

  constructor(readonly url: string) {
    this.manifests = join(fileURLToPath(url), "manifests");
  }

  async read(job: string): Promise<MarkedText | undefined> {
    const text = await this.guard(() => readIfThere(this.fileOf(job)));
    return text === undefined ? undefined : { text, mark: markOf(text) };
  }

  async write(job: string, text: string, mark: string | undefined): Promise<string> {
    await this.changing(job, mark, async (file) => {
      const fresh = `${file}.${randomBytes(4).toString("hex")}.new`;
      await writeDurably(fresh, text);
      await rename(fresh, file);
    });
    return markOf(text);
  }

  async list(): Promise<readonly string[]> {
    const names = await this.guard(() => readdirIfThere(this.manifests));
    return names
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => name.slice(0, -".yaml".length))
      .sort();
  }

  states(directory: string): Promise<readonly StateRef[]> {
    return fileStates(directory);
  }

  files(directory: string): Promise<readonly StoredFile[]> {
    return storedFilesBelow(directory);
  }

  content(path: string): Promise<Uint8Array | undefined> {
    return contentOf(path);
  }

  remove(directory: string): Promise<void> {
    return removeFolder(directory);
  }

  private fileOf(job: string): string {
    return join(this.manifests, `${job}.yaml`);
  }

  /** Compares and changes under a lock, so that nobody gets between the two. */
  private async changing(
    job: string,
    mark: string | undefined,
    change: (file: string) => Promise<void>,
  ): Promise<void> {
    await this.guard(async () => {
      await mkdir(this.manifests, { recursive: true });
      const file = this.fileOf(job);
      await withLock(`${file}.lock`, async () => {
        const text = await readIfThere(file);
        if ((text === undefined ? undefined : markOf(text)) !== mark) throw new TextMoved(text);
        await change(file);
      });
    });
  }

  private guard<T>(work: () => Promise<T>): Promise<T> {
    return storeAnswers(this.url, work);
  }
}

/** Complete savepoints and checkpoints below a folder, oldest first. */
export async function fileStates(directory: string): Promise<readonly StateRef[]> {
  const found = await storeAnswers(directory, () => statesBelow(canonicalLocation(directory), 3));
  return found.sort(oldestFirst);
}

function markOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function readIfThere(file: string): Promise<string | undefined> {
  return unlessMissing(async () => {
    await plainFile(file, MOST_BYTES);
    return readFile(file, "utf8");
  }, undefined);
}

async function readdirIfThere(folder: string): Promise<string[]> {
  return unlessMissing(() => readdir(folder), []);
}

/** The text must be on the disk before the rename makes it the record. */
async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  const own = randomBytes(8).toString("hex");
  await takeLock(lock, own);
  try {
    await work();
  } finally {
    // Whoever was so slow that its lock was taken for a dead one's must not take away the next one's.
    if ((await heldBy(lock)) === own) await rm(lock, { force: true });
  }
}

/** The age is measured here, by a clock that only goes on: that of the file may be another machine's, or wrong. */
async function takeLock(lock: string, own: string): Promise<void> {
  const begun = performance.now();
  let [holder, since] = ["", begun];
  while (!(await tryLock(lock, own))) {
    const now = performance.now();
    const seen = await heldBy(lock);
    if (seen !== holder) [holder, since] = [seen, now];
    if (now - since > STALE_LOCK_MS) await rm(lock, { recursive: true, force: true });
    if (now - begun > LOCK_LIMIT_MS)
      throw new Error(
        `${lock} has been held by another process for ${LOCK_LIMIT_MS / 1000} s; remove it if no deployment is running`,
      );
    await sleep(10);
  }
}

/** What tells one holder from the next: the content, where it is a file. */
async function heldBy(lock: string): Promise<string> {
  const seen = await unlessMissing(() => lstat(lock), undefined);
  if (!seen) return "nobody";
  if (!seen.isFile()) return "no file";
  // What is longer than a holder's name nobody has written who takes locks.
  return seen.size > MOST_LOCK_BYTES ? `${seen.size} bytes` : unlessMissing(() => readFile(lock, "utf8"), "nobody");
}

async function tryLock(lock: string, own: string): Promise<boolean> {
  try {
    await writeFile(lock, own, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** `<job id>/chk-N` and `savepoint-…` folders that hold a `_metadata` file with content. */
async function statesBelow(folder: string, depth: number): Promise<StateRef[]> {
  const entries = await unlessMissing(() => readdir(folder, { withFileTypes: true }), []);
  const found: StateRef[] = [];
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const path = join(folder, entry.name);
    const kind = /^chk-\d+$/u.test(entry.name)
      ? "checkpoint"
      : entry.name.startsWith("savepoint-")
        ? "savepoint"
        : undefined;
    if (kind) {
      const metadata = await unlessMissing(() => stat(join(path, "_metadata")), undefined);
      if (metadata && metadata.size > 0) found.push({ kind, path: `file://${path}`, at: Math.round(metadata.mtimeMs) });
    } else if (depth > 1) found.push(...(await statesBelow(path, depth - 1)));
  }
  return found;
}
