/** Builds programs of Go modules, also with a Go too old to fetch a newer toolchain by itself. */
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { which } from "./cache.mjs";
import { run, SetupError } from "./say.mjs";

const arch = { x64: "amd64" }[process.arch] ?? process.arch;

/** Module downloads come without the execute bits; Go 1.21 and later set them just the same. */
function makeExecutable(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath ?? entry.path, entry.name), 0o755);
  }
}

/** A Go before 1.21 cannot read the go.mod: the toolchain that this names is fetched as the module that it is. */
async function newerGo(module) {
  const version = /^go (\S+)$/m.exec(readFileSync(join(module, "go.mod"), "utf8"))[1];
  const name = `golang.org/toolchain@v0.0.1-go${version}.${process.platform}-${arch}`;
  const { stdout } = await run("go", ["mod", "download", "-json", name], { cwd: "/" });
  const folder = JSON.parse(stdout).Dir;
  for (const part of ["bin", "pkg/tool"]) makeExecutable(join(folder, part));
  return { go: join(folder, "bin", "go"), env: { GOROOT: folder } };
}

async function findGo(module) {
  if (!which("go")) {
    const ways = [
      "Pulumi is not on PATH and cannot be downloaded, and there is no Go to build it with. Do one of these:",
      "  - install Pulumi 3.200 or later with its Node language host, so that both are on PATH",
      "  - set PULUMI_ARCHIVE_URL to a copy of the Pulumi archive that this machine can reach",
      "  - install Go (Debian: apt-get install golang)",
    ];
    throw new SetupError(ways.join("\n"));
  }
  const minor = /go1\.(\d+)/.exec((await run("go", ["version"], { cwd: "/" })).stdout)?.[1];
  return Number(minor) < 21 ? newerGo(module) : { go: "go", env: {} };
}

/** Builds the program at `path`, which the module in the folder `module` requires, into the file `output`. */
export async function buildWithGo({ module, output, version, path }) {
  const { go, env } = await findGo(module);
  const ldflags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const args = ["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", ldflags, "-o", output, path];
  // GOTOOLCHAIN may be pinned to an older Go on this machine; GOWORK may name a workspace around.
  await run(go, args, { cwd: module, env: { ...process.env, GOTOOLCHAIN: "auto", GOWORK: "off", ...env } });
}
