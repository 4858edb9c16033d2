/** The Pulumi CLI with its Node language host: from PATH, else the vendor's archive, else built with Go. */

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache, digestOf, fillFolder, project, textOf, versions, which, writeWhole } from "./cache.mjs";
import { buildWithGo } from "./go.mjs";
import { run, SetupError, say, step } from "./say.mjs";

const sources = ["pulumi-cli", "pulumi-language-nodejs"].map((name) => join(project, "scripts", name));
const digest = digestOf(...sources.flatMap((path) => [join(path, "go.mod"), join(path, "go.sum")]));
const folder = join(cache, `pulumi-${versions.pulumi}-${digest.slice(0, 8)}`);
const bin = join(folder, "bin");
const programs = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** The version of a pulumi program; asked once per file, since starting it takes longer than all other checks. */
async function versionOf(program) {
  const { size, mtimeMs } = statSync(program);
  const key = JSON.stringify([program, size, mtimeMs]);
  const memory = join(cache, "pulumi-on-path.json");
  const known = JSON.parse(textOf(memory) ?? "{}");
  if (known.key === key) return known.version;
  const version = (await run(program, ["version"]).catch(() => ({ stdout: "" }))).stdout.trim();
  writeWhole(memory, JSON.stringify({ key, version }));
  return version;
}

/** Whether a complete Pulumi of 3.200 or later is on PATH already. */
async function onPath() {
  const found = programs.map((name) => which(name, bin));
  if (found.some((path) => !path)) return false;
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(await versionOf(found[0])) ?? [];
  return Number(major) === 3 && Number(minor) >= 200;
}

/** The folder to put first on PATH ('' when PATH has a Pulumi already), or undefined while it is missing. */
export async function findPulumi() {
  if (existsSync(bin)) return bin;
  return (await onPath()) ? "" : undefined;
}

function archiveUrl() {
  const arch = { x64: "x64", arm64: "arm64" }[process.arch];
  const name = `pulumi-v${versions.pulumi}-${process.platform}-${arch}.tar.gz`;
  return process.env.PULUMI_ARCHIVE_URL || `https://get.pulumi.com/releases/sdk/${name}`;
}

/** Downloads the archive; the connection has 10 s, the whole 10 minutes. */
async function download(url) {
  const stop = new AbortController();
  const connect = setTimeout(() => stop.abort(), 10_000);
  const whole = setTimeout(() => stop.abort(), 600_000);
  try {
    const response = await fetch(url, { signal: stop.signal });
    clearTimeout(connect);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(connect);
    clearTimeout(whole);
  }
}

/** The digest that the archive must have; undefined where none is known for this platform. */
function wantedDigest() {
  const { PULUMI_ARCHIVE_SHA256, PULUMI_ARCHIVE_URL } = process.env;
  if (PULUMI_ARCHIVE_SHA256) return PULUMI_ARCHIVE_SHA256.toLowerCase();
  const wanted = versions.pulumiArchiveSha256[`${process.platform}-${process.arch}`];
  if (wanted || !PULUMI_ARCHIVE_URL) return wanted;
  throw new SetupError(
    "PULUMI_ARCHIVE_URL names an archive without a digest: set PULUMI_ARCHIVE_SHA256 to its SHA-256",
  );
}

function checkArchive(data, wanted) {
  const found = createHash("sha256").update(data).digest("hex");
  if (found !== wanted) throw new SetupError(`the SHA-256 of Pulumi's archive is ${found}, not ${wanted}`);
}

async function unpackArchive(half, data) {
  const archive = join(half, "archive.tar.gz");
  writeFileSync(archive, data);
  await run("tar", ["-xzf", archive, "-C", half]);
  // The archive holds one folder, `pulumi`, with the programs in it.
  await run("mv", [join(half, "pulumi"), join(half, "bin")]);
  rmSync(archive);
  await run(join(half, "bin", "pulumi"), ["version"]);
}

/** Why the archive could not be had, for the message. */
let unreachable = "";

/** Tries the vendor's archive; being out of reach is no error, because Go is left as a way. */
async function fromArchive() {
  try {
    const wanted = wantedDigest();
    if (!wanted) throw new Error("its digest is unknown: set PULUMI_ARCHIVE_SHA256");
    const data = await download(archiveUrl());
    checkArchive(data, wanted);
    await fillFolder(folder, (half) => unpackArchive(half, data));
    return true;
  } catch (error) {
    // A wrong archive that somebody named is theirs to know of.
    if (error instanceof SetupError && process.env.PULUMI_ARCHIVE_URL) throw error;
    unreachable = error.cause?.code ?? (error.name === "AbortError" ? "no answer in time" : error.message);
    return false;
  }
}

/** Builds both programs and adds the dynamic provider's launcher, which comes with the npm package. */
async function buildAll(half) {
  mkdirSync(join(half, "bin"));
  const [cli, host, launcher] = programs;
  const build = (module, name, version, path) =>
    buildWithGo({ module, output: join(half, "bin", name), version, path: `github.com/pulumi/pulumi/${path}` });
  await build(sources[0], cli, versions.pulumi, "pkg/v3/cmd/pulumi");
  await build(sources[1], host, versions.pulumiLanguageNodejs, "sdk/v3/nodejs/cmd/pulumi-language-nodejs");
  copyFileSync(join(project, "node_modules", "@pulumi", "pulumi", launcher), join(half, "bin", launcher));
  chmodSync(join(half, "bin", launcher), 0o755);
  await run(join(half, "bin", cli), ["version"]);
}

/** Brings Pulumi into the cache and answers with its folder; the caller holds the lock. */
export async function installPulumi() {
  const { pulumi } = versions;
  if (await step(`Fetching Pulumi ${pulumi}`, fromArchive)) return bin;
  say(`  its archive cannot be used (${unreachable}): building it instead`);
  await step(`Building Pulumi ${pulumi} with Go (some minutes, once)`, () => fillFolder(folder, buildAll));
  return bin;
}
