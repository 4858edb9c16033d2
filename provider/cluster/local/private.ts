/** Folders and files for the user's eyes only, those from before too. */

import { chmod, mkdir, writeFile } from "node:fs/promises";

/** Makes a folder; one that is there already is closed to others. */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** A file's mode counts when it is made only, so one that is there already is closed before it is written. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await chmod(file, 0o600).catch(() => undefined);
  await writeFile(file, text, { mode: 0o600 });
}
