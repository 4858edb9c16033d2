/** The files that a job takes along, each with a digest of its content, so that a change of one is seen. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectPaths, UserError } from "../../decide/index.js";
import type { Merged } from "./manifest-checks.js";
import type { Problem } from "./places.js";

/** Path as in the manifest → SHA-256 of what is there, in hexadecimal digits. */
export type FileDigests = Readonly<Record<string, string>>;

export function loadFiles(
  root: string,
  { properties }: Merged,
): { readonly digests: FileDigests; readonly problems: readonly Problem[] } {
  const digests: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const [option, { source, keyAt, text = "" }] of properties)
    for (const path of projectPaths(option, text)) {
      const digest = digestOf(resolve(root, path));
      if (digest !== undefined) digests[path] = digest;
      else {
        const message = `${option}: there is no file ${path}; paths are relative to the project's folder`;
        problems.push({ severity: "error", source, offset: keyAt, message });
      }
    }
  return { digests, problems };
}

/** The same for options that stand in no manifest. Throws manifest-invalid where a file is missing. */
export function filesOf(job: string, root: string, properties: Readonly<Record<string, string>>): FileDigests {
  const paths = Object.entries(properties).flatMap(([option, text]) =>
    projectPaths(option, text).map((path) => ({ option, path, digest: digestOf(resolve(root, path)) })),
  );
  const missing = paths.find(({ digest }) => digest === undefined);
  if (missing)
    throw new UserError("manifest-invalid", {
      what: `${job}: ${missing.option}: there is no file ${missing.path}; nothing was deployed or changed`,
      fix: "correct the path; it is relative to the project's folder",
    });
  return Object.fromEntries(paths.flatMap(({ path, digest }) => (digest === undefined ? [] : [[path, digest]])));
}

/** Of a file, or of all files in a folder with their names. */
function digestOf(path: string): string | undefined {
  const hash = createHash("sha256");
  const add = (file: string, name: string) => {
    const seen = statSync(file);
    if (!seen.isDirectory() && !seen.isFile()) return;
    if (seen.isDirectory()) {
      const entries = readdirSync(file).filter((entry) => entry !== "__pycache__");
      for (const entry of entries.sort()) add(join(file, entry), `${name}/${entry}`);
    } else hash.update(name).update("\0").update(readFileSync(file)).update("\0");
  };
  try {
    add(path, "");
    return hash.digest("hex");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
