/** What differs between what is deployed and what the manifest asks for, and what each difference does. */

import { scryptSync } from "node:crypto";
import type { Place } from "../cluster/place.js";
import type { Choice } from "../job/choices.js";
import { isClassic, joinedLines, sameNumber } from "../job/classic.js";
import { EFFECT, type Field, type Manifest } from "../job/manifest.js";
import { sameLocation } from "../job/naming.js";
import { valueWords } from "../job/option-words.js";
import {
  CHECKPOINTS_DIRECTORY,
  SAVEPOINTS_DIRECTORY,
  type StateDirectories,
  withCurrentNames,
} from "../job/properties.js";
import type { Deployment, SecretDigest } from "../job/record.js";
import { type MetadataColumns, metadataChange } from "../sql/metadata-columns.js";
import { sameSql } from "../sql/sql-text.js";
import { definitionChanges } from "./definition-changes.js";
import { queryChanges, secretsInQuery, sourcesOf } from "./query-changes.js";

/** What a manifest and its surroundings ask for. */
export interface Desired {
  readonly manifest: Manifest;
  /** The definitions that the job needs, secret parameters still as `{key}`. */
  readonly definitions: readonly string[];
  /** The same definitions as they stand in their files, before public parameters are put in. */
  readonly templates?: readonly string[] | undefined;
  readonly metadataColumns: MetadataColumns;
  /** Values of the secret parameters that the definitions name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly directories: StateDirectories;
  /** Path → digest of the files that the job takes along. */
  readonly files: Readonly<Record<string, string>>;
  /** Flink job that the user says is this one though no record says so. */
  readonly adopt: string | undefined;
  /** What a person chose for this job. */
  readonly choice?: Choice | undefined;
  /** Store that the stack deployed the job with; undefined for a job that is new to the stack. */
  readonly deployedTo?: string | undefined;
  /** The cluster that it is to run on, and the one that the stack's state names for it. */
  readonly here?: Place | undefined;
  readonly before?: Place | undefined;
  /** This stack as `project/stack`: what it is called, and what it was called at its last update. */
  readonly stack?: { readonly now: string; readonly before: string | undefined } | undefined;
  /** Seconds after which a job without a new checkpoint is worth a warning; 0: never. */
  readonly staleSeconds?: number;
}

export interface Change {
  readonly field: Field;
  readonly effect: "replace" | "restart";
  /** As it stands in a plan: `parallelism.default 1 → 2`. */
  readonly words: string;
}

/** All differences, those that make a new version first. Formatting of SQL and spelling of values are none. */
export function changesBetween(current: Deployment, desired: Desired): Change[] {
  const [old, now] = [current.manifest, desired.manifest];
  const changes = [
    ...sourceChanges(old, now),
    ...(sameSql(old["target-table"], now["target-table"])
      ? []
      : [change("target-table", `target-table ${old["target-table"]} → ${now["target-table"]}`)]),
    ...(old.description === now.description ? [] : [change("description", "description changed")]),
    ...propertyChanges(old, now, isClassic(current)).map((words) => change("flinkProperties", words)),
    ...directoryChanges(current.directories, desired.directories).map((words) => change("flinkProperties", words)),
    ...tableFileChanges(current, desired),
    ...fileChanges(current.files ?? {}, desired.files).map((words) => change("files", words)),
    ...secretChanges(current, desired),
    ...columnChanges(current.metadataColumns, desired.metadataColumns),
  ];
  return changes.sort((a, b) => Number(b.effect === "replace") - Number(a.effect === "replace"));
}

/** What is a part of the query is told as such, whatever statement of a table file it is. */
function tableFileChanges({ definitions, manifest }: Deployment, desired: Desired): Change[] {
  if (!definitions) return [];
  if (definitions.join(";") === desired.definitions.join(";")) return [];
  const changed = definitionChanges(definitions, desired.definitions);
  // Their order matters to USE alone.
  const isElse = sourcesOf({ manifest, definitions }, desired).some(({ before }) => before === undefined);
  const told = changed.length === 0 && isElse ? [{ subject: "", words: "names of tables stand for others" }] : changed;
  const ofQuery = queryChanges({ manifest, definitions }, desired).map(({ kind, name }) => `${kind} ${name}`);
  const untold = ofQuery.filter((name) => !told.some(({ subject }) => subject === name));
  return [
    ...told.map(({ subject, words }) => change(ofQuery.includes(subject) ? "views" : "definitions", words)),
    ...untold.map((name) => change("views", `${name} changed`)),
  ];
}

function change(field: Exclude<Field, "name">, words: string): Change {
  return { field, effect: EFFECT[field], words };
}

type Source = Pick<Manifest, "sql" | "code">;

/** What makes the rows: another query, other code, or the one in place of the other. */
export function sourceChanges(old: Source, now: Source): Change[] {
  if (old.code === undefined && now.code === undefined)
    return sameQuery(old.sql ?? "", now.sql ?? "") ? [] : [change("sql", "SQL changed")];
  if (old.code === undefined) return [change("code", "code in place of SQL")];
  if (now.code === undefined) return [change("sql", "SQL in place of code")];
  return sameCode(old.code, now.code) ? [] : [change("code", "code changed")];
}

/** In Python all that can be left out without a look at the syntax is the white space behind the last line. */
function sameCode(a: string, b: string): boolean {
  return a.trimEnd() === b.trimEnd();
}

/** In a record of the old tool a `--` comment reaches to the end. */
function sameQuery(a: string, b: string): boolean {
  return sameSql(a, b) || joinedLines(a) === joinedLines(b);
}

/** Not compared here: the name, which is fixed, and the directories, which have defaults. */
const COMPARED_ELSEWHERE = new Set(["pipeline.name", CHECKPOINTS_DIRECTORY, SAVEPOINTS_DIRECTORY]);

function propertyChanges(old: Manifest, now: Manifest, isOldTools: boolean): string[] {
  const [before, after] = [withCurrentNames(old.flinkProperties), withCurrentNames(now.flinkProperties)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => !COMPARED_ELSEWHERE.has(key) && before[key] !== after[key])
    .filter((key) => !(isOldTools && sameNumber(before[key] ?? "", after[key] ?? "")))
    .map((key) => `${key} ${valueWords(key, before[key])} → ${valueWords(key, after[key])}`);
}

function directoryChanges(old: StateDirectories, now: StateDirectories): string[] {
  return (["checkpoints", "savepoints"] as const)
    .filter((kind) => !sameLocation(old[kind], now[kind]))
    .map((kind) => `${kind} directory ${old[kind]} → ${now[kind]}`);
}

/** Files that came or went are seen in the options that name them. */
function fileChanges(old: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): string[] {
  const changed = Object.keys(now).filter((path) => Object.hasOwn(old, path) && old[path] !== now[path]);
  return changed.sort().map((path) => `${path} changed`);
}

function secretChanges(current: Deployment, desired: Desired): Change[] {
  if (!haveSecretsChanged(current, desired)) return [];
  const held = secretsInQuery(desired, Object.keys(desired.secrets));
  const words = "holds a secret parameter, and one has changed";
  if (held.length > 0) return held.map(({ kind, name }) => change("views", `${kind} ${name} ${words}`));
  return [change("definitions", "a secret parameter changed")];
}

/** Which of them did, the record does not tell. */
export function haveSecretsChanged(current: Deployment, desired: Desired): boolean {
  if (!current.definitions) return false;
  const none = Object.keys(desired.secrets).length === 0;
  if (none && !current.secrets) return false;
  return none || !current.secrets || !matchesDigest(desired.secrets, current.secrets);
}

function columnChanges(old: MetadataColumns | undefined, now: MetadataColumns): Change[] {
  const words = old && metadataChange(old, now);
  return words === undefined ? [] : [change("metadataColumns", words)];
}

/**
 * A digest by which a later deployment sees that a secret changed; undefined where there are no secrets. `salt`: 16 random
 * bytes in hexadecimal digits.
 */
export function digestSecrets(secrets: Readonly<Record<string, string>>, salt: string): SecretDigest | undefined {
  if (Object.keys(secrets).length === 0) return undefined;
  return { salt, digest: stretch(secrets, salt) };
}

/** Whether these are the values of which the digest was made. */
export function matchesDigest(secrets: Readonly<Record<string, string>>, { salt, digest }: SecretDigest): boolean {
  return stretch(secrets, salt) === digest;
}

/** A name for secrets beside something that is known, from which they cannot be told. */
export function secretsKey(secrets: Readonly<Record<string, string>>, salt: string): string {
  return stretch(secrets, salt);
}

/** Slow on purpose (about 50 ms, and only where there are secrets): a weak secret must not be guessed from a record. */
function stretch(secrets: Readonly<Record<string, string>>, salt: string): string {
  const text = JSON.stringify(Object.entries(secrets).sort(([a], [b]) => (a < b ? -1 : 1)));
  return scryptSync(text, salt, 32).toString("hex");
}
