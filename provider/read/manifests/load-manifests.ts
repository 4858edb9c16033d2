/** Reads the jobs of a folder: manifests, the template with their defaults, and the table files; all problems at once. */

import { resolve } from "node:path";
import {
  type Definition,
  type GivenChoice,
  type Manifest,
  type Metadata,
  neededDefinitions,
  UserError,
} from "../../decide/index.js";
import { stackChoices } from "../settings/stack-choices.js";
import { retiredProblems, type StackOptions, stackLayers, strangerProblems } from "../settings/stack-properties.js";
import { filesBelow } from "./files-below.js";
import { type FileDigests, loadFiles } from "./load-files.js";
import { loadTables, type Unfilled } from "./load-tables.js";
import { type Merged, manifestOf, manifestProblems, merge } from "./manifest-checks.js";
import { type Fields, fieldsOf } from "./manifest-yaml.js";
import { inReadingOrder, type Problem, placeOf, readSource, shownPath, shownProblem } from "./places.js";
import { TEMPLATE } from "./yaml-places.js";

export { excerpt, type FilePlace } from "./places.js";
export { locate, locateAll, locateOption } from "./yaml-places.js";

export interface LoadOptions {
  /** As the user wrote it, relative to `root`. */
  readonly folder: string;
  /** The project's folder, absolute; messages show paths relative to it. */
  readonly root: string;
  /** The file with the defaults, relative to `root`; job-template.yaml in `folder` where it is not given. */
  readonly template?: string | undefined;
  /** Table files, relative to `root`; empty stands for every .sql file below `folder`, by path. */
  readonly tables: readonly string[];
  /** Values for `{key}` in table files. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Further keys whose values are put in when a job starts, and not before. */
  readonly secretParameterNames: readonly string[];
  /** The stack and the Flink options that its configuration gives. */
  readonly stack?: StackOptions;
}

export interface LoadedJob {
  readonly manifest: Manifest;
  /** Such as jobs/orders.yaml. */
  readonly file: string;
  /** Those that the job needs, with the public parameters put in. */
  readonly definitions: readonly Definition[];
  /** Those that the job takes along. */
  readonly files: FileDigests;
  /** The metadata columns that manifest, stack or template choose. */
  readonly metadata?: Metadata | undefined;
  /** What the stack's configuration chooses for it. */
  readonly choice?: GivenChoice | undefined;
}

export interface Loaded {
  /** By name. */
  readonly jobs: readonly LoadedJob[];
  /** Each as `file:line:column: message` and the line with a caret below it. */
  readonly warnings: readonly string[];
}

/** Reads everything; throws one UserError with the code manifest-invalid that lists every problem of every file. */
export function loadManifests(options: LoadOptions): Loaded {
  const { root, folder, stack } = options;
  const listed = filesBelow(resolve(root, folder));
  if (!listed) throw invalid(folder, [noFolder(shownPath(root, folder))]);
  const { files: found, faults } = listed;
  const path = (file: string) => shownPath(root, resolve(root, folder, file));
  const tableFiles =
    options.tables.length > 0 ? options.tables : found.filter((file) => /\.sql$/iu.test(file)).map(path);
  const parameters = { public: options.parameters, secretNames: options.secretParameterNames, stack: stack?.stack };
  const tables = loadTables(root, tableFiles, parameters);
  const templateFile = options.template ?? (found.includes(TEMPLATE) ? path(TEMPLATE) : undefined);
  const isManifest = (file: string) =>
    /\.ya?ml$/iu.test(file) && file !== TEMPLATE && path(file) !== shownPath(root, templateFile ?? "");
  const manifests = readManifests(root, found.filter(isManifest).map(path));
  const template = templateFile === undefined ? undefined : readTemplate(root, templateFile);
  const layers = stack && stackLayers(root, stack);
  const merged = manifests.fields.map((own) => merge(own, template?.fields, layers));
  const taken = new Map(merged.map((one) => [one, loadFiles(root, one)]));
  const choices = stackChoices(root, stack?.stack ?? "", stack?.choices ?? {}, namesOf(merged));
  const jobs = merged.flatMap((one) => jobOf(one, tables.definitions, taken.get(one)?.digests ?? {})).sort(byName);
  const problems = inReadingOrder(
    withoutRepeats(
      [template?.fields?.source.file, layers?.file],
      [
        ...[...taken.values()].flatMap((files) => files.problems),
        ...faults.map(({ path: at, message }) => fileProblem(path(at), message)),
        ...tables.problems,
        ...unfilledProblems(tables.unfilled, jobs),
        ...manifests.problems,
        ...(template?.problems ?? []),
        ...merged.flatMap(manifestProblems),
        ...sameNames(merged),
        ...(stack ? strangerProblems(root, stack, namesOf(merged)) : []),
        ...(stack ? retiredProblems(root, stack, namesOf(merged)) : []),
        ...choices.problems,
      ],
    ),
  );
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw invalid(folder, errors, layers?.file);
  const chosen = jobs.map((job) => ({ ...job, choice: choices.of.get(job.manifest.name) }));
  return { jobs: chosen, warnings: problems.filter(({ severity }) => severity === "warning").map(shownProblem) };
}

/** Whoever has more to fix sees the rest once these are. */
const MOST_SHOWN = 100;

/** The stack's configuration is to blame only where everything else is right. */
function invalid(folder: string, problems: readonly Problem[], configFile?: string): UserError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const isConfig = problems.every(({ source }) => source.file === configFile);
  const place = isConfig ? `the stack's configuration` : `the manifests of ${folder}`;
  const more = problems.length - MOST_SHOWN;
  const shown = [...problems.slice(0, MOST_SHOWN).map(shownProblem), ...(more > 0 ? [`and ${more} more`] : [])];
  return new UserError(isConfig ? "config-invalid" : "manifest-invalid", {
    what: `${count} in ${place}; nothing was deployed or changed\n${shown.join("\n")}`,
    fix: "correct the places named above",
  });
}

const noFolder = (file: string) => fileProblem(file, "there is no such folder");

function fileProblem(file: string, message: string): Problem {
  return { severity: "error", source: { file, text: "" }, message };
}

function namesOf(merged: readonly Merged[]): string[] {
  return merged.flatMap(({ own }) => own.texts.get("name")?.text ?? []);
}

/** A brace in a definition that no job of this stack uses does no harm. */
function unfilledProblems(unfilled: readonly Unfilled[], jobs: readonly LoadedJob[]): Problem[] {
  const used = new Set(jobs.flatMap(({ definitions }) => definitions));
  return unfilled.map(({ definition, problem }) =>
    used.has(definition)
      ? problem
      : { ...problem, severity: "warning", message: `${problem.message} (no job uses it now)` },
  );
}

interface Read {
  readonly fields: readonly Fields[];
  readonly problems: readonly Problem[];
}

function readManifests(root: string, files: readonly string[]): Read {
  const read = files.map((file) => {
    const source = readSource(root, file);
    return "text" in source ? fieldsOf(source) : source;
  });
  const fields = read.filter((one) => "texts" in one);
  return {
    fields,
    problems: [...fields.flatMap(({ problems }) => problems), ...read.filter((one) => "message" in one)],
  };
}

function readTemplate(root: string, file: string): { readonly fields?: Fields; readonly problems: readonly Problem[] } {
  const source = readSource(root, file);
  if (!("text" in source)) return { problems: [source] };
  const fields = fieldsOf(source);
  const name = fields.texts.get("name");
  // A template may be empty, or hold comments only.
  const problems = fields.isEmpty ? [] : fields.problems;
  if (!name) return { fields, problems };
  const message = "the template cannot name the jobs; give each manifest its name";
  return { fields, problems: [...problems, { severity: "error", source, offset: name.keyAt, message }] };
}

/** Flink, stores and consumer groups may not tell apart what differs in case only. */
function sameNames(merged: readonly Merged[]): Problem[] {
  const first = new Map<string, string>();
  return merged.flatMap(({ own }): Problem[] => {
    const field = own.texts.get("name");
    if (!field?.text) return [];
    const { file, line, column } = placeOf(field.source, field.keyAt);
    const earlier = first.get(field.text.toLowerCase());
    if (!earlier) first.set(field.text.toLowerCase(), `${field.text}' at ${file}:${line}:${column}`);
    if (!earlier) return [];
    const message = `the name '${field.text}' is taken by '${earlier}; give each job a name of its own`;
    return [{ severity: "error", source: field.source, offset: field.keyAt, message }];
  });
}

/** What is wrong in the template or in the stack's configuration is wrong in each job, and said once. */
function withoutRepeats(shared: readonly (string | undefined)[], problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ source, offset, message }) => {
    const isShared = offset !== undefined && shared.includes(source.file);
    const key = `${source.file}:${offset ?? ""}:${isShared ? "" : message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function jobOf(merged: Merged, definitions: readonly Definition[], files: FileDigests): LoadedJob[] {
  const manifest = manifestOf(merged);
  if (!manifest) return [];
  const needed = neededDefinitions(definitions, manifest, manifest["target-table"]);
  return [{ manifest, file: merged.own.source.file, definitions: needed, files, metadata: merged.metadata }];
}

function byName(a: LoadedJob, b: LoadedJob): number {
  return a.manifest.name < b.manifest.name ? -1 : 1;
}
