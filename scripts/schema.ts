/** Writes jobs/manifest.schema.json, by which editors complete and check manifests; `--check` only says whether it is current. */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ManifestSchema } from "../provider/decide/job/manifest.js";

const FILE = fileURLToPath(new URL("../jobs/manifest.schema.json", import.meta.url));

/** What one file may hold: only the name is required, because job-template.yaml may give everything else. */
export function manifestSchemaText(): string {
  const schema = z.toJSONSchema(ManifestSchema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ ...schema, required: ["name"] }, undefined, 2)}\n`;
}

/** Whether the file in jobs/ is what `manifestSchemaText` makes. */
export function isCurrent(file: string = FILE): boolean {
  try {
    return readFileSync(file, "utf8").replaceAll("\r\n", "\n") === manifestSchemaText();
  } catch {
    return false;
  }
}

function main(args: readonly string[]): void {
  if (!args.includes("--check")) writeFileSync(FILE, manifestSchemaText());
  else if (!isCurrent()) {
    process.stderr.write("jobs/manifest.schema.json is not current; write it with: npm run schema\n");
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
