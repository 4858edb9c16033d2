/**
 * Loads a TypeScript file with all that it imports as one piece of JavaScript, compiled anew when a source has changed:
 * opening hundreds of small files would take longer than all else that a preview does.
 */
"use strict";

const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, relative } = require("node:path");
const { Script } = require("node:vm");

const ROOT = dirname(__dirname);

/** Packages that become part of the piece, as they are many small files or small themselves; all others stay outside, and are loaded when used. */
const INSIDE = ["execa", "fastest-levenshtein", "get-port", "p-limit", "undici", "yaml", "zod"];

/** In the provider process Pulumi's own code is part of the piece too, but for what only the program has a use for. */
const PROCESS = "provider/process/piece.ts";
const UNUSED = ["@npmcli/arborist", "normalize-package-data", "source-map-support/register", "ts-node", "typescript"];

/** Entry → its exports: a process has one copy of each module, as with any other. */
const loaded = new Map();

/** Gives the exports of a file of the project; `entry` is its path from the project's folder. */
module.exports = (entry) => {
  if (!loaded.has(entry)) loaded.set(entry, load(entry));
  return loaded.get(entry);
};

/** From now on a file's exports are these: what loads it gets a part of a piece that is loaded already. */
module.exports.stands = (entry, exports) => loaded.set(entry, exports);

function load(entry) {
  const file = join(ROOT, ".local", "build", `${entry.replaceAll(/[^\w-]/gu, "-")}.cjs`);
  return evaluate(file, read(file) ?? build(entry, file));
}

/** The piece as it was compiled before, or undefined where it is not there or a source is not what it was. */
function read(file) {
  try {
    // A piece is ASCII: esbuild escapes all else.
    const text = readFileSync(file, "latin1");
    const sources = JSON.parse(text.slice("// ".length, text.indexOf("\n")));
    return Object.entries(sources).every(([source, digest]) => digestOf(source) === digest) ? text : undefined;
  } catch {
    return undefined;
  }
}

const digestOf = (source) =>
  createHash("sha256")
    .update(readFileSync(join(ROOT, source)))
    .digest("base64");

function build(entry, file) {
  const { metafile, outputFiles } = require("esbuild").buildSync({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    // Node loads a package twice as fast by require as by import(), for which it reads each file beforehand.
    supported: { "dynamic-import": false },
    ...(entry === PROCESS
      ? { external: outside("@pulumi/pulumi", "@grpc/grpc-js"), alias: unused() }
      : { external: outside() }),
  });
  const text = `// ${JSON.stringify(sourcesOf(metafile))}\n${outputFiles[0].text}`;
  store(file, text);
  return text;
}

/** Every package but those inside. */
function outside(...more) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const names = Object.keys(dependencies).filter((name) => ![...INSIDE, ...more].includes(name));
  return names.flatMap((name) => [name, `${name}/*`]);
}

function unused() {
  return Object.fromEntries(UNUSED.map((name) => [name, "./provider/process/nothing.cjs"]));
}

/** Each source with its digest; a package's many files are told by its package.json, which has the version. */
function sourcesOf({ inputs }) {
  const files = Object.keys(inputs).map(
    (input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\//u.exec(input)?.[0] ?? input,
  );
  const sources = [...new Set(files)].map((source) => (source.endsWith("/") ? `${source}package.json` : source));
  return Object.fromEntries(
    ["package.json", relative(ROOT, __filename), ...sources].map((source) => [source, digestOf(source)]),
  );
}

/** In one step, since several processes may do it at once. A project that cannot be written to is compiled each time. */
function store(file, content) {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, content);
    renameSync(draft, file);
  } catch {
    if (existsSync(draft)) rmSync(draft);
  }
}

function evaluate(file, text) {
  const compiled = new Module(file, module);
  compiled.filename = file;
  compiled.paths = Module._nodeModulePaths(dirname(file));
  const script = scriptOf(file, text);
  const run = script.runInThisContext();
  run.call(compiled.exports, compiled.exports, Module.createRequire(file), compiled, file, dirname(file));
  if (script.cachedDataRejected !== false) store(`${file}.v8`, keep(text, script.createCachedData()));
  return compiled.exports;
}

/** With what V8 made of the same text the last time: parsing it anew takes longer than running it. */
function scriptOf(file, text) {
  const cachedData = readKept(`${file}.v8`, text);
  return new Script(Module.wrap(text), { filename: file, ...(cachedData && { cachedData }) });
}

/** V8 itself looks only at the length of a text; the first line has the digests of all that it is made of. */
const MARK_BYTES = 32;
const markOf = (text) =>
  createHash("sha256")
    .update(text.slice(0, text.indexOf("\n")))
    .digest();

const keep = (text, made) => Buffer.concat([markOf(text), made]);

function readKept(file, text) {
  try {
    const kept = readFileSync(file);
    return markOf(text).equals(kept.subarray(0, MARK_BYTES)) ? kept.subarray(MARK_BYTES) : undefined;
  } catch {
    return undefined;
  }
}
