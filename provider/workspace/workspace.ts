/** Where the files of the project are on this machine: nothing else asks for the working folder. */

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Git ignores it: logs, local clusters, what is kept from one command to the next. */
const LOCAL = ".local";

export interface Workspace {
  /** Absolute folder of Pulumi.yaml. Pulumi starts the program and the provider process there. */
  readonly root: string;
  /** A path that a person wrote, or that a stack's state has, made absolute. */
  path(given: string): string;
  /** Absolute path in the folder that git ignores. */
  local(...parts: readonly string[]): string;
  /** Folder of a stack's own files, relative to the root: in this form it is part of the stack's state. */
  stackFolder(stack: string): string;
  /** Absolute path of a file that comes with this code, which may be linked into another project. */
  asset(...parts: readonly string[]): string;
}

export function workspaceAt(root: string, code: string): Workspace {
  return {
    root,
    path: (given) => resolve(root, given),
    local: (...parts) => join(root, LOCAL, ...parts),
    stackFolder: (stack) => join(LOCAL, stack),
    asset: (...parts) => join(code, ...parts),
  };
}

/** As one piece the code lies in the folder of what was compiled; so this looks above it. */
export function codeFolder(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "provider", "entry.cjs"))) return folder;
    if (folder === dirname(folder)) throw new Error(`${file}: no folder above it has provider/entry.cjs`);
  }
}

/** Of this process. */
export const workspace = workspaceAt(process.cwd(), codeFolder(fileURLToPath(import.meta.url)));
