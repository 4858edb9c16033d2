/** The project in a folder of its own, with other npm packages and another Node than this clone has. */

import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What runs the project: a copy of it, and the folder with the program `node`. */
export interface Elsewhere {
  readonly folder: string;
  readonly bin: string;
}

/** All that Pulumi needs of the project, and the stories, whose files manifests name. */
const PARTS = ["Pulumi.yaml", "index.ts", "program.cjs", "provider", "runner", "tsconfig.json", "test/e2e/stories"];

/** A copy with the newest Node and @pulumi/pulumi, which `npm test -- e2e-newest` brings. */
export async function projectElsewhere(): Promise<Elsewhere> {
  const brought = process.env.NEWEST;
  if (!brought) throw new Error("NEWEST is not set: run the tests with `npm test -- e2e-newest`");
  const folder = await mkdtemp(join(tmpdir(), "project-newest-"));
  try {
    for (const part of PARTS) await cp(part, join(folder, part), { recursive: true });
    await cp(join(brought, "package.json"), join(folder, "package.json"));
    await symlink(join(brought, "node_modules"), join(folder, "node_modules"));
    return { folder, bin: join(brought, "bin") };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
