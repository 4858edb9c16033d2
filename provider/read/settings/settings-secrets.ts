/** What of a stack's configuration is secret, and what must not be: values given with --secret, and logins in addresses. */

import { z } from "zod";
import { placesOfCredentials, tellsSomething } from "../../decide/index.js";
import { remember } from "../../secrecy/index.js";

/** The keys that may be given with --secret: encrypted wherever Pulumi keeps them. */
const ENCRYPTED = ["secretParameters", "clusterProperties"];

/** Keys that records hold in the open. */
const RECORDED = ["parameters", "flinkProperties", "jobProperties"];

/** Names of the keys that Pulumi was given a secret for, of this project only. */
export function secretKeys(project: string): string[] {
  const all = z
    .array(z.string())
    .catch([])
    .parse(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]"));
  const prefix = `${project}:`;
  return all.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

/** Before anything can be wrong with them, and said of them. */
export function rememberSecrets(values: Readonly<Record<string, unknown>>, secret: readonly string[]): void {
  remember(textsIn(values.secretParameters));
  for (const key of secret) remember(textsIn(values[key]).filter(tellsSomething));
}

function textsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(textsIn);
  return value === undefined || value === null ? [] : [String(value)];
}

/** What is given with --secret must not end in the open. `secret`: the path of each such value. */
export function secretProblems(secret: readonly (readonly string[])[]): string[] {
  return secret
    .filter(([key = ""]) => !ENCRYPTED.includes(key))
    .map((path) => {
      const [key = "", ...inside] = path;
      const rm = `pulumi config rm ${inside.length > 0 ? "--path " : ""}${pathArgument(path)}`;
      const head = `${path.join(".")}: holds an encrypted value, but`;
      return RECORDED.includes(key)
        ? `${head} records keep these in plain text; use secretParameters, and remove this one: ${rm}`
        : `${head} states and messages show this key in plain text; set it without --secret, and put secrets into secretParameters or clusterProperties`;
    });
}

/**
 * What is meant to be secret must not lie in the open: Pulumi encrypts what was given with --secret, and nothing else.
 * `secret`: the path of each such value.
 */
export function plainSecretProblems(
  values: Readonly<Record<string, unknown>>,
  secret: readonly (readonly string[])[],
): string[] {
  const encrypted = secret.filter(([key]) => key === "secretParameters");
  const isEncrypted = (name: string) => encrypted.some((path) => path.length === 1 || path[1] === name);
  const names = Object.keys(Object(values.secretParameters)).filter((name) => !isEncrypted(name));
  if (names.length === 0) return [];
  const commands = names.map((name) => `pulumi config set --secret --path ${pathArgument(["secretParameters", name])}`);
  return [
    `secretParameters: not encrypted, so that Pulumi keeps ${names.join(", ")} in plain text; replace the current values, which may have been seen, and set each with --secret: ${commands.join("; ")}`,
  ];
}

/** As `pulumi config` takes it: names with a dot or another sign in them in brackets, and the whole in quotes. */
function pathArgument([first = "", ...rest]: readonly string[]): string {
  const isPlain = (name: string) => /^[A-Za-z_]\w*$/u.test(name);
  const path = [first, ...rest.map((name) => (isPlain(name) ? `.${name}` : `["${name}"]`))].join("");
  return rest.every(isPlain) ? path : `'${path}'`;
}

/** In these an address may have a login only if the key is encrypted. */
const ENCRYPTED_OR_PUBLIC = ["secretParameters", "parameters"];

const WAY_OUT: Readonly<Record<string, string>> = {
  store:
    "put the credentials into the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) or a profile (AWS_PROFILE)",
  yarn: "pass the header that it asks for in YARN_REST_HEADERS (see docs/yarn.md)",
};

/** Logins in addresses, which would be kept and shown; the messages do not repeat them. */
export function credentialProblems(values: Readonly<Record<string, unknown>>, secret: readonly string[]): string[] {
  const open = Object.entries(values).filter(([key]) => !secret.includes(key) && !ENCRYPTED_OR_PUBLIC.includes(key));
  const places = open.flatMap(([key, value]) => placesOfCredentials(value, [key]));
  const variables = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].filter(
    (name) => placesOfCredentials(process.env[name], [name]).length > 0,
  );
  return [...places, ...variables].map((place) => {
    const key = place.split(".")[0] ?? "";
    const isStore = key === "store" || key === "compareWith" || key === "choices" || key.startsWith("AWS_");
    const wayOut = WAY_OUT[isStore ? "store" : key] ?? "use an address that asks for none, such as a tunnel's end";
    return `${place}: holds an address with a user name, a password or a key in it, which would be kept and shown in plain text; ${wayOut}`;
  });
}
