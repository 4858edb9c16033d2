/** Rules of the house that no linter has: names and files that are there once, and files that one can read. */
import { basename, dirname } from "node:path";

/** A file that is longer has a second thing in it. */
export const MOST_LINES = 250;

/** A folder with more of them has a second room in it; its index is not counted. */
export const MOST_FILES = 15;

/** The hooks of each resource have one name on purpose: hooks.ts takes them by it. */
const SHARED = new Set(["hooks"]);

const EXPORTED = /^export (?:async )?(?:function\*?|const|class|abstract class|interface|type) (\w+)/gmu;

/** `files`: path → text. Names that more than one file exports: one word is for one thing. */
export function namesTwice(files) {
  const found = Object.entries(files).flatMap(([file, text]) =>
    [...new Set([...text.matchAll(EXPORTED)].map(([, name]) => name))].map((name) => [name, file]),
  );
  return repeated(found.filter(([name]) => !SHARED.has(name)));
}

/** Files of one name in different folders; each folder has its index. */
export function filesTwice(files) {
  const found = Object.keys(files).map((file) => [basename(file), file]);
  return repeated(found.filter(([name]) => name !== "index.ts"));
}

export function longFiles(files) {
  return Object.entries(files).flatMap(([file, text]) => {
    const lines = text.split("\n").length - 1;
    return lines > MOST_LINES ? [`${file}: ${lines} lines; at most ${MOST_LINES}`] : [];
  });
}

export function fullFolders(files) {
  const folders = new Map();
  for (const file of files.filter((path) => basename(path) !== "index.ts"))
    folders.set(dirname(file), (folders.get(dirname(file)) ?? 0) + 1);
  return [...folders].flatMap(([folder, many]) =>
    many > MOST_FILES ? [`${folder}: ${many} files; at most ${MOST_FILES} on one level`] : [],
  );
}

/** The one file that may ask for the working folder. */
const WORKSPACE = "provider/workspace/workspace.ts";

/** Ways to come to depend on it: to ask for it, and to make a path absolute without saying from where. */
const ASKS_FOR_IT = [/\bprocess\.cwd\(/u, /\bresolve\([^,()]*[^,()\s][^,()]*\)/u];

/** `files`: path → text. Lines that take a path from the working folder; of `resolve`, where that is the one of node:path. */
export function workingFolder(files) {
  return Object.entries(files).flatMap(([file, text]) => {
    if (file === WORKSPACE) return [];
    const [asks, resolves] = ASKS_FOR_IT;
    const isPath = /import \{[^}]*\bresolve\b[^}]*\} from "node:path"/u.test(text);
    return text.split("\n").flatMap((line, i) => {
      if (!asks.test(line) && !(isPath && resolves.test(line))) return [];
      return [`${file}:${i + 1}: depends on the working folder; take the path from provider/workspace`];
    });
  });
}

function repeated(found) {
  const places = new Map();
  for (const [name, file] of found) places.set(name, [...(places.get(name) ?? []), file]);
  return [...places].filter(([, of]) => of.length > 1).map(([name, of]) => `${name}: ${of.join(", ")}`);
}
