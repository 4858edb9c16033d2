/** The keys of a stack's configuration: what each may be, and which of them only some targets look at. */

import { z } from "zod";
import {
  BucketOptions,
  DEFAULT_METADATA_COLUMNS,
  MetadataSchema,
  VARIABLE_NAME,
  wholeNumberWords,
  YarnOptions,
} from "../../decide/index.js";

/** Names and values; the file may hold numbers and true or false. */
export const Text = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/** The command line stores numbers as texts. */
const wholeNumber = (least: 0 | 1) => {
  const words = wholeNumberWords(least);
  return z.coerce.number(words).int(words).min(least, words);
};
const Count = wholeNumber(1);

/** Host and port only: the gateway is told the JobManager's address as these two. */
const Address = z.string().regex(/^http:\/\/[^/\s:]+(?::\d+)?\/?$/u, "not an address of the form http://host:port");

/** A path, or an address of one of the kinds that store/open.ts knows; `s3//bucket` is no path, but a colon forgotten. */
const STORE = /^(?:file:\/\/\/|s3[an]?:\/\/[^/]|(?![A-Za-z][A-Za-z0-9+.-]*(?::|\/\/)).)/u;
const StoreAddress = z
  .string()
  .refine(
    (address) => STORE.test(address) && isReadable(address),
    "not an address of a store: s3://bucket/prefix, file:///dir or a path",
  );

/** Whoever opens the store takes the address apart like this: where that fails, it is told here, and not as a crash. */
function isReadable(address: string): boolean {
  if (!/^(?:s3[an]?|file):/u.test(address)) return true;
  try {
    const { hostname, pathname } = new URL(address.replace(/^s3[an]:/u, "s3:"));
    decodeURIComponent(pathname);
    return address.startsWith("file:") || hostname !== "";
  } catch {
    return false;
  }
}

/** Somebody who sets one of the two has not been told that it is nothing without the other. */
const Retain = z
  .unknown()
  .refine((given) => typeof given !== "object" || given === null || ("versions" in given && "days" in given), {
    error: "must have both versions and days, such as { versions: 3, days: 30 }",
    abort: true,
  })
  .pipe(z.strictObject({ versions: Count, days: Count }));

/** Of a program that says nothing; docs/configuration.md has the same. */
export const DEFAULTS = {
  taskManagers: 1,
  slots: 8,
  jobManagerMemory: "1280m",
  taskManagerMemory: "2048m",
  folder: "jobs",
  timestampColumn: DEFAULT_METADATA_COLUMNS.timestamp,
  startSeconds: 120,
  savepointSeconds: 600,
  checkpointSeconds: 300,
  firstRowSeconds: 20,
  requestSeconds: 30,
  staleSeconds: 1800,
} as const;

/** Every key of the configuration, but for the parameters, which may be secret. */
export const Keys = {
  target: z.enum(["local", "remote", "yarn"]).default("local"),
  restUrl: Address.optional(),
  gatewayUrl: Address.optional(),
  yarn: YarnOptions.optional(),
  flinkHome: z.string().optional(),
  pyClientExecutable: z.string().optional(),
  pyExecutable: z.string().optional(),
  taskManagers: Count.default(DEFAULTS.taskManagers),
  slots: Count.default(DEFAULTS.slots),
  jobManagerMemory: z.string().default(DEFAULTS.jobManagerMemory),
  taskManagerMemory: z.string().default(DEFAULTS.taskManagerMemory),
  clusterProperties: Text.default({}),
  store: StoreAddress.optional(),
  bucket: BucketOptions.optional(),
  manifests: z.string().default(DEFAULTS.folder),
  template: z.string().optional(),
  tables: z.array(z.string()).default([]),
  timestampColumn: z.string().min(1).default(DEFAULTS.timestampColumn),
  metadata: MetadataSchema.optional(),
  queryMetadata: z.boolean().default(DEFAULT_METADATA_COLUMNS.query),
  startSeconds: Count.default(DEFAULTS.startSeconds),
  savepointSeconds: Count.default(DEFAULTS.savepointSeconds),
  checkpointSeconds: wholeNumber(0).default(DEFAULTS.checkpointSeconds),
  firstRowSeconds: wholeNumber(0).default(DEFAULTS.firstRowSeconds),
  requestSeconds: Count.default(DEFAULTS.requestSeconds),
  environment: z.array(z.string().regex(VARIABLE_NAME, "not the name of an environment variable")).default([]),
  adopt: Text.default({}),
  flinkProperties: Text.default({}),
  jobProperties: z.record(z.string(), Text).default({}),
  compareWith: z.strictObject({ stack: z.string().min(1), store: StoreAddress.optional() }).optional(),
  choices: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  staleSeconds: wholeNumber(0).default(DEFAULTS.staleSeconds),
  retire: z.array(z.string()).default([]),
  retain: Retain.optional(),
} as const;

export type Values = { readonly [K in keyof typeof Keys]: z.output<(typeof Keys)[K]> };

/** Of a cluster that the project starts itself, on this machine or on YARN. */
const STARTED = ["slots", "jobManagerMemory", "taskManagerMemory", "clusterProperties"] as const;

/**
 * Keys with a value that this target never looks at; `yarn` beside another target is an error of its own. Pulumi hands
 * over a default as if it were given, so what is as by default counts as not given.
 */
export function ignoredKeys(values: Values): string[] {
  const { target, yarn } = values;
  const ignored = {
    local: ["restUrl", "gatewayUrl"] as const,
    remote: ["taskManagers", ...STARTED] as const,
    yarn: yarn?.start ? (["taskManagers"] as const) : (["taskManagers", ...STARTED] as const),
  }[target];
  const asDefault = (key: (typeof ignored)[number]) => JSON.stringify(Keys[key].parse(undefined));
  return ignored.filter((key) => JSON.stringify(values[key]) !== asDefault(key));
}
