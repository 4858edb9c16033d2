/** The npm packages of the project, installed when the lock file is not the one that was installed last. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { digestOf, project, textOf, withLock, writeWhole } from "./cache.mjs";
import { run, step } from "./say.mjs";

const lockFile = join(project, "package-lock.json");
const modules = join(project, "node_modules");
const marker = join(modules, ".lock-digest");

/** Whether `npm ci` has to run: no packages, or those of another lock file. */
export const npmIsMissing = () => textOf(marker) !== digestOf(lockFile);

/** npm's own record of what it installed says as much as our marker where somebody ran `npm ci` by hand. */
async function adoptInstalled() {
  if (!existsSync(join(modules, ".package-lock.json"))) return false;
  const installed = await run("npm", ["ls", "--all"], { cwd: project }).then(
    () => true,
    () => false,
  );
  if (installed) writeWhole(marker, digestOf(lockFile));
  return installed;
}

/** Installs the npm packages when they are missing. */
export async function ensureNpm() {
  if (!npmIsMissing()) return;
  await withLock(join(project, ".local", "npm.lock"), async () => {
    if (!npmIsMissing() || (await adoptInstalled())) return;
    const digest = digestOf(lockFile);
    await step("Installing the npm packages", () => run("npm", ["ci"], { cwd: project }));
    writeWhole(marker, digest);
  });
}
