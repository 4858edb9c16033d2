/** The files below a folder, through symbolic links too: what is linked is read as if it were there. */

import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { resolve, sep } from "node:path";

export interface FilesBelow {
  /** Paths relative to the folder, with slashes and sorted; those that begin with a dot are left out. */
  readonly files: readonly string[];
  /** Links that lead nowhere, or back to a folder that they are in. */
  readonly faults: readonly { readonly path: string; readonly message: string }[];
}

/** Undefined where there is no such folder. */
export function filesBelow(folder: string): FilesBelow | undefined {
  const files: string[] = [];
  const faults: { path: string; message: string }[] = [];
  const list = (prefix: string, above: readonly string[]) => {
    const real = realpathSync(resolve(folder, prefix));
    // Whatever is above the folder that the link is in holds that folder as well.
    if (above.some((folderAbove) => folderAbove === real || folderAbove.startsWith(real + sep))) {
      const message = "this link leads back to a folder that it is in; remove it";
      return void faults.push({ path: prefix.slice(0, -1), message });
    }
    const entries = readdirSync(real, { withFileTypes: true });
    for (const entry of entries.filter(({ name }) => !name.startsWith(".") && name !== "node_modules")) {
      const path = prefix + entry.name;
      const kind = kindOf(entry, resolve(real, entry.name));
      if (kind === "folder") list(`${path}/`, [...above, real]);
      else if (kind === "file") files.push(path);
      else faults.push({ path, message: kind });
    }
  };
  try {
    list("", []);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
    throw error;
  }
  return { files: files.sort(), faults };
}

/** What is neither is said by whoever reads it. */
function kindOf(entry: Dirent, path: string): "folder" | "file" | (string & {}) {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? "folder" : "file";
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (codeOf(error) === "ELOOP") return "this link leads to itself; remove it";
    return `this link leads nowhere (${codeOf(error)}); fix or remove it`;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
