/** The newest Node and @pulumi/pulumi that are tested beside those in use: npm packages, in a folder of the cache. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, fillFolder, project, versions, withLock } from "./cache.mjs";
import { run, step } from "./say.mjs";

const pins = versions.newest;
const manifest = join(project, "package.json");
const folder = join(cache, `newest-${pins.node}-${pins["@pulumi/pulumi"]}-${digestOf(manifest).slice(0, 8)}`);
const nodePackage = `node-${process.platform}-${process.arch}`;

/** What the project depends on, but the newest @pulumi/pulumi; and Node, which comes as a package too. */
async function fill(half) {
  const found = JSON.parse(readFileSync(manifest, "utf8"));
  const dependencies = { ...found.dependencies, "@pulumi/pulumi": pins["@pulumi/pulumi"], [nodePackage]: pins.node };
  writeFileSync(join(half, "package.json"), JSON.stringify({ ...found, dependencies }, undefined, 2));
  // esbuild's own program comes as a package of its own: nothing has to be run.
  const args = ["install", "--omit=dev", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
  await run("npm", args, { cwd: half });
  symlinkSync(join("node_modules", nodePackage, "bin"), join(half, "bin"));
  await run(join(half, "bin", "node"), ["--version"]);
}

/** A folder with `package.json`, `node_modules` and the program `bin/node`, installed when missing. */
export async function ensureNewest() {
  await withLock(join(cache, "setup.lock"), async () => {
    if (existsSync(folder)) return;
    const title = `Installing Node ${pins.node} and @pulumi/pulumi ${pins["@pulumi/pulumi"]} (about 450 MB)`;
    await step(title, () => fillFolder(folder, fill));
  });
  return folder;
}
