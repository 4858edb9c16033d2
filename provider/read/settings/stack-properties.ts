/** Flink options that a stack's configuration gives, for all jobs or for one, each with its place where that is known. */

import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { didYouMean, type GivenChoices, type Metadata } from "../../decide/index.js";
import type { Option } from "../manifests/manifest-yaml.js";
import { type Problem, readSource, type Source } from "../manifests/places.js";

/** What the stack says beside its manifests. */
export interface StackOptions {
  readonly stack: string;
  /** Defaults for every job: stronger than the template's, weaker than a manifest's. */
  readonly flinkProperties: Readonly<Record<string, string>>;
  /** Job name → options that win over the manifest's. */
  readonly jobProperties: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Metadata columns of jobs whose manifests choose none; stronger than the template's. */
  readonly metadata?: Metadata | undefined;
  /** What is chosen for single jobs. */
  readonly choices?: GivenChoices;
  /** Names of jobs without a manifest that are to be stopped. */
  readonly retire?: readonly string[];
}

export interface StackLayers {
  /** File of every option here, as messages name it. */
  readonly file: string;
  readonly defaults: ReadonlyMap<string, Option>;
  readonly ofJob: ReadonlyMap<string, ReadonlyMap<string, Option>>;
  readonly metadata?: Metadata | undefined;
}

export const NO_LAYERS: StackLayers = { file: "", defaults: new Map(), ofJob: new Map() };

/** The options of a stack, with places in `Pulumi.<stack>.yaml` if they stand there; Pulumi may have read another file. */
export function stackLayers(
  root: string,
  { stack, flinkProperties, jobProperties, metadata }: StackOptions,
): StackLayers {
  const { source, config } = readConfig(root, stack);
  const optionsAt = (path: readonly string[], options: Readonly<Record<string, string>>) =>
    new Map(
      Object.entries(options).map(([name, text]): [string, Option] => {
        return [name, { source, keyAt: keyAt(config, [...path, name], text), text }];
      }),
    );
  const jobs = Object.entries(jobProperties);
  return {
    file: source.file,
    metadata,
    defaults: optionsAt(["flinkProperties"], flinkProperties),
    ofJob: new Map(jobs.map(([job, options]) => [job, optionsAt(["jobProperties", job], options)])),
  };
}

/** Options for a job that no manifest has would otherwise be passed over in silence. */
export function strangerProblems(root: string, options: StackOptions, names: readonly string[]): Problem[] {
  const { source, config } = readConfig(root, options.stack);
  const strangers = Object.keys(options.jobProperties).filter((job) => !names.includes(job));
  return strangers.map((job) => {
    const hint = didYouMean(job, names) || "; remove it, or correct the name";
    const offset = keyAt(config, ["jobProperties", job], undefined);
    return { severity: "error", source, offset, message: `jobProperties: no manifest is named '${job}'${hint}` };
  });
}

/** A job that has a manifest is not one that was left behind: what `retire` ends, the same update would start. */
export function retiredProblems(
  root: string,
  { stack, retire = [] }: StackOptions,
  names: readonly string[],
): Problem[] {
  return retire
    .filter((job) => names.includes(job))
    .map((job) => ({
      severity: "error",
      ...placeInConfig(root, stack, ["retire", job]),
      message: `retire: ${job} cannot be retired: there is a manifest; remove the name, or remove the manifest: that alone stops the job with a savepoint`,
    }));
}

/** Paths of the encrypted values of a key, as far as the stack's file tells them; the key itself where it does not. */
export function encryptedPlaces(root: string, stack: string, key: string): (readonly string[])[] {
  const { config } = readConfig(root, stack);
  const pair = isMap(config)
    ? config.items.find(({ key: name }) => isScalar(name) && isKey(name.value, key))
    : undefined;
  const places = pair ? encryptedBelow(pair.value, [key]) : [];
  return places.length > 0 ? places : [[key]];
}

function encryptedBelow(node: unknown, path: readonly string[]): (readonly string[])[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => encryptedBelow(item, [...path, String(index)]));
  if (!isMap(node)) return [];
  const isEncrypted = node.items.length === 1 && isScalar(node.get("secure", true));
  if (isEncrypted) return [path];
  return node.items.flatMap(({ key, value }) =>
    encryptedBelow(value, [...path, isScalar(key) ? String(key.value) : ""]),
  );
}

/** A path of keys below `config` in the stack's file; without an offset where it stands elsewhere. */
export function placeInConfig(
  root: string,
  stack: string,
  path: readonly string[],
): { readonly source: Source; readonly offset: number | undefined } {
  const { source, config } = readConfig(root, stack);
  return { source, offset: keyAt(config, path, undefined) };
}

function readConfig(root: string, stack: string): { readonly source: Source; readonly config: unknown } {
  const file = `Pulumi.${stack}.yaml`;
  const read = readSource(root, file);
  const source = "text" in read ? read : { file, text: "" };
  const { contents } = parseDocument(source.text, { prettyErrors: false });
  return { source, config: isMap(contents) ? contents.get("config", true) : undefined };
}

/** Offset of a key below `config`, or of a text in a list there, where keys have the project's name in front; undefined if it has another value there. */
function keyAt(node: unknown, [first, ...rest]: readonly string[], text: string | undefined): number | undefined {
  if (isSeq(node)) {
    const item = node.items.find((each) => isScalar(each) && String(each.value) === first);
    return isScalar(item) ? item.range?.[0] : undefined;
  }
  if (!isMap(node)) return undefined;
  for (const { key, value } of node.items) {
    if (!isScalar(key) || !isKey(key.value, first)) continue;
    if (rest.length > 0) return keyAt(value, rest, text);
    const isOther = text !== undefined && !(isScalar(value) && String(value.value) === text);
    return isOther ? undefined : key.range?.[0];
  }
  return undefined;
}

const isKey = (written: unknown, key: string | undefined) => String(written).replace(/^[\w-]+:/u, "") === key;
