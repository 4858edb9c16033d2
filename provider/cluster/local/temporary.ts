/** Temporary files of Flink's processes on this machine: in a folder of their own, which goes when they have gone. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makePrivate } from "./private.js";

const folderIn = (folder: string) => join(folder, "tmp");

/** Flink's scripts split Java's options at spaces, and Flink its folders at commas and colons. */
const isPlain = (path: string) => /^[\w./@%+=-]+$/u.test(path);

/** Only where none of the processes runs any more: one that was killed left its jars and folders there. */
export async function emptyTemporary(folder: string): Promise<void> {
  await rm(folderIn(folder), { recursive: true, force: true });
}

/** For the user's eyes only: the causes of failures that Flink keeps there may hold a secret. */
export async function makeTemporary(folder: string): Promise<void> {
  await makePrivate(folderIn(folder));
}

/** The same environment, in which Java and Python put such files there; what a user has set for that comes last, and wins. */
export function withTemporary(environment: Readonly<Record<string, string>>, folder: string): Record<string, string> {
  const place = folderIn(folder);
  if (!isPlain(place)) return { ...environment };
  const { JVM_ARGS } = environment;
  return {
    TMPDIR: place,
    ...environment,
    JVM_ARGS: [`-Djava.io.tmpdir=${place}`, JVM_ARGS].filter(Boolean).join(" "),
  };
}
