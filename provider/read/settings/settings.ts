/** The stack's configuration, read and checked in one place; Pulumi.yaml lists the keys with their defaults. */

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Config } from "@pulumi/pulumi/config.js";
import { getProject, getStack } from "@pulumi/pulumi/metadata.js";
import { type Output, output, secret } from "@pulumi/pulumi/output.js";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import type { z } from "zod";
import {
  bucketProblems,
  didYouMean,
  type MetadataColumns,
  plainWords,
  stackColumns,
  UserError,
  yarnProblems,
} from "../../decide/index.js";
import { workspace } from "../../workspace/index.js";
import { flinkHomeOf, type Pythons, pythonsOf } from "./installed.js";
import { closeFolders } from "./settings-folders.js";
import { ignoredKeys, Keys, Text, type Values } from "./settings-keys.js";
import {
  credentialProblems,
  plainSecretProblems,
  rememberSecrets,
  secretKeys,
  secretProblems,
} from "./settings-secrets.js";
import { encryptedPlaces } from "./stack-properties.js";

/** Another stack that deploys the same manifests, and the absolute address of its store. */
export interface OtherStack {
  readonly stack: string;
  readonly store: string;
}

export interface Settings extends Omit<Values, "compareWith" | "flinkHome" | keyof Pythons>, Pythons {
  readonly flinkHome: string;
  readonly project: string;
  readonly stack: string;
  /** Absolute folder of Pulumi.yaml. */
  readonly root: string;
  /** Folder of the stack's local files, relative to the root. */
  readonly folder: string;
  /** Address of the store, made absolute. */
  readonly storeUrl: string;
  /** Of jobs whose manifests choose none. */
  readonly metadataColumns: MetadataColumns;
  /** Whether one of them was given with --secret: Pulumi encrypts a map as a whole. */
  readonly areClusterPropertiesSecret: boolean;
  readonly compareWith: OtherStack | undefined;
  /** `{key}` in table files; the values of the secret ones are known to the provider only. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly secretParameters: Readonly<Record<string, Output<string>>>;
  /** Keys that are given, and that the target does not look at. */
  readonly ignoredKeys: readonly string[];
}

/** Reads the stack's configuration. Throws one config-invalid that lists every key that is wrong. */
export function readSettings(): Settings {
  const config = new Config();
  const { root } = workspace;
  closeFolders(root);
  const secret = secretKeys(getProject());
  const given = Object.fromEntries([...Object.keys(Keys), ...MAPS].map((key) => [key, givenValue(config, key)]));
  rememberSecrets(given, secret);
  const [values, problems] = readKeys(config);
  const stack = getStack();
  const folder = workspace.stackFolder(stack);
  const compareWith = values.compareWith && otherStack(values.compareWith, root);
  const places = secret.flatMap((key) => encryptedPlaces(root, stack, key));
  problems.push(...mapProblems(config), ...secretProblems(places), ...unknownKeys());
  problems.push(...credentialProblems(given, secret), ...plainSecretProblems(given, places));
  const store = storeUrl(values.store, root, folder);
  if (compareWith?.store === store)
    problems.push("compareWith: that is this stack's own store; name the store of the other stack");
  if (values.target === "remote" && !values.restUrl)
    problems.push("restUrl: target remote needs the JobManager's address");
  problems.push(...bucketProblems(values.bucket, store));
  if (values.metadata !== undefined && values.queryMetadata === false)
    problems.push("queryMetadata: `metadata` says which columns are written; remove queryMetadata");
  // What is wrong in the key itself has been said.
  if (given.yarn === undefined || values.yarn !== undefined)
    problems.push(...yarnProblems(values.target, values.yarn, values.gatewayUrl));
  if (problems.length > 0)
    throw new UserError("config-invalid", {
      what: `the configuration of stack ${stack} is not valid`,
      cause: problems.join("\n"),
      fix: `correct Pulumi.${stack}.yaml, or use \`pulumi config set\` and \`pulumi config rm\`; docs/configuration.md describes the keys`,
    });
  return {
    ...values,
    flinkHome: flinkHomeOf(values.flinkHome),
    ...pythonsOf(values.target, values),
    project: getProject(),
    stack,
    root,
    folder,
    storeUrl: store,
    compareWith,
    areClusterPropertiesSecret: secret.includes("clusterProperties"),
    ...stackColumns(values),
    ...readParameters(config, root, folder),
    ignoredKeys: ignoredKeys(values),
  };
}

/** `parsed` is as good as checked where there are no problems. */
function readKeys(config: Config): [Values, string[]] {
  const problems: string[] = [];
  const values = Object.entries(Keys).map(([key, schema]) => {
    const found = schema.safeParse(givenValue(config, key), { error: plainWords });
    if (!found.success) problems.push(issueWords(key, found.error));
    return [key, found.data] as const;
  });
  return [Object.fromEntries(values) as Values, problems];
}

/** `jobProperties.orders: must be a map`, with the place inside of a map. */
function issueWords(key: string, { issues }: z.ZodError): string {
  return [...new Set(issues.map(({ path, message }) => `${[key, ...path].join(".")}: ${message}`))].join("; ");
}

/** Without an address it is the store that a stack has by itself. */
function otherStack({ stack, store }: NonNullable<Values["compareWith"]>, root: string): OtherStack {
  return { stack, store: storeUrl(store, root, workspace.stackFolder(stack)) };
}

const MAPS = ["parameters", "secretParameters"] as const;

function mapProblems(config: Config): string[] {
  return MAPS.filter((key) => !Text.safeParse(givenValue(config, key) ?? {}).success).map(
    (key) => `${key}: not a map of names to values; set one with \`pulumi config set --path ${key}.<name> <value>\``,
  );
}

/** A key with a typing mistake would otherwise be passed over in silence. */
function unknownKeys(): string[] {
  const known = [...Object.keys(Keys), ...MAPS];
  const prefix = `${getProject()}:`;
  const given = Object.keys(allConfig()).filter((key) => key.startsWith(prefix));
  const unknown = given.map((key) => key.slice(prefix.length)).filter((key) => !known.includes(key));
  return unknown.map(
    (key) => `${key}: there is no such key${didYouMean(key, known)}; remove it: pulumi config rm ${key}`,
  );
}

/** The command line stores every value as text, the file may hold YAML values. */
function givenValue(config: Config, key: string): unknown {
  const text = config.get(key);
  if (text === undefined) return undefined;
  const isText = [
    "target",
    "restUrl",
    "gatewayUrl",
    "flinkHome",
    "pyClientExecutable",
    "pyExecutable",
    "jobManagerMemory",
    "taskManagerMemory",
    "store",
    "manifests",
    "template",
    "timestampColumn",
  ];
  if (isText.includes(key)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function storeUrl(store: string | undefined, root: string, folder: string): string {
  if (store === undefined) return pathToFileURL(join(root, folder, "store")).href;
  return /^[a-z][a-z0-9+.-]*:\/\//u.test(store) ? store : pathToFileURL(resolve(root, store)).href;
}

/** `{output}` is there for the examples: a folder of the stack. A value under `secretParameters` is always secret. */
function readParameters(
  config: Config,
  root: string,
  folder: string,
): Pick<Settings, "parameters" | "secretParameters"> {
  const given = Text.parse(givenValue(config, "parameters") ?? {});
  const secrets = Text.parse(givenValue(config, "secretParameters") ?? {});
  return {
    parameters: { output: pathToFileURL(join(root, folder, "output")).href, ...given },
    secretParameters: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, secret(output(value))])),
  };
}
