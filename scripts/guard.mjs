/** Makes provider/cluster/guard/local-only.jar from its source, always the same bytes: `node scripts/guard.mjs [file]`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { project, versions } from "./lib/cache.mjs";
import { ensureFlink } from "./lib/flink.mjs";
import { ensureCompiler } from "./lib/maven.mjs";
import { main, run } from "./lib/say.mjs";

const guard = join(project, "provider", "cluster", "guard");
const SERVICE = "META-INF/services/org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory";

/** 1 January 1980, the earliest time that a zip file can hold. */
const TIME = [0, 33];

/** A zip file of files that are not compressed. */
function zip(files) {
  const [parts, entries] = [[], []];
  let offset = 0;
  for (const [name, content] of files) {
    const common = Buffer.alloc(26);
    // Version, flags, method, time, date, checksum, both sizes, length of the name, and no extra field.
    for (const [i, value] of [10, 0, 0, ...TIME].entries()) common.writeUInt16LE(value, 2 * i);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = [Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), content];
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    entries.push(Buffer.from("PK\x01\x02\x0a\x00", "latin1"), common, place, Buffer.from(name));
    offset += local.reduce((sum, part) => sum + part.length, 0);
    parts.push(...local);
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}

async function compiled(folder) {
  const library = join(await ensureFlink(versions.flink), "lib");
  const classPath = readdirSync(library).map((jar) => join(library, jar));
  const level = ["-source", "11", "-target", "11", "-proc:none", "-g:none"];
  const source = join(guard, "LocalOnly.java");
  await run("java", ["-jar", await ensureCompiler(), ...level, "-cp", classPath.join(":"), "-d", folder, source]);
  const classes = readdirSync(join(folder, "flinksql", "guard")).sort();
  return classes.map((name) => [`flinksql/guard/${name}`, readFileSync(join(folder, "flinksql", "guard", name))]);
}

await main(import.meta.url, async ([file = join(guard, "local-only.jar")]) => {
  const folder = mkdtempSync(join(tmpdir(), "guard-"));
  try {
    const service = [SERVICE, Buffer.from("flinksql.guard.LocalOnly\n")];
    writeFileSync(file, zip([service, ...(await compiled(folder))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
