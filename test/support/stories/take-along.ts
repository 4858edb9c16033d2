/** Files that a job takes along, made for a story: a Java function in a jar, a package of Python, an archive. */

import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";

const SOURCES = resolve("test", "e2e", "stories", "udf", "built");

export interface Tools {
  readonly flinkHome: string;
  readonly python: string;
}

/** `shout.jar`, compiled by a compiler that is a jar itself, so that no JDK is needed. */
export async function makeJar(folder: string, { flinkHome, python }: Tools): Promise<void> {
  const compiler = process.env.ECJ;
  if (!compiler) throw new Error("ECJ is not set: run the tests with `npm test -- e2e`");
  const library = join(flinkHome, "lib");
  const classPath = (await readdir(library)).map((jar) => join(library, jar)).join(":");
  const level = ["-source", "11", "-target", "11", "-proc:none"];
  const source = join(SOURCES, "Shout.java");
  await execa("java", ["-jar", compiler, ...level, "-cp", classPath, "-d", join(folder, "classes"), source]);
  await execa(python, ["-m", "zipfile", "-c", join(folder, "shout.jar"), "stories"], { cwd: join(folder, "classes") });
}

/** `requirements.txt`, and in `wheels` the only package that it names: pip needs no network for it. */
export async function makeRequirements(folder: string, { python }: Tools): Promise<void> {
  const [parts, about] = [join(folder, "package"), join(folder, "package", "greeting-1.0.dist-info")];
  await mkdir(about, { recursive: true });
  await mkdir(join(folder, "wheels"));
  await cp(join(SOURCES, "greeting.py"), join(parts, "greeting.py"));
  await writeFile(join(about, "METADATA"), "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n");
  await writeFile(join(about, "WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
  await writeFile(join(about, "RECORD"), "");
  const wheel = join(folder, "wheels", "greeting-1.0-py3-none-any.whl");
  await execa(python, ["-m", "zipfile", "-c", wheel, "greeting.py", "greeting-1.0.dist-info"], { cwd: parts });
  await writeFile(join(folder, "requirements.txt"), "greeting==1.0\n");
}

/** `words.zip`, which holds the word that the Python function begins with. */
export async function makeArchive(folder: string, word: string, { python }: Tools): Promise<void> {
  await rm(join(folder, "words.zip"), { force: true });
  await writeFile(join(folder, "word.txt"), word);
  await execa(python, ["-m", "zipfile", "-c", "words.zip", "word.txt"], { cwd: folder });
}
