/** A stack's configuration, as Pulumi hands it to the program; the checked-in templates among them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isSecret, output, runtime } from "@pulumi/pulumi";
import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../../provider/decide/words/errors.js";
import { readSettings, type Settings } from "../../../provider/read/settings/settings.js";
import { Keys } from "../../../provider/read/settings/settings-keys.js";
import { plainSecretProblems, secretProblems } from "../../../provider/read/settings/settings-secrets.js";
import { clusterArgs, loadJobs } from "../../../provider/resources/program.js";
import { clusterWire } from "../../../provider/resources/wire.js";

const here = (path: string) => pathToFileURL(join(process.cwd(), path)).href;

afterEach(() => {
  delete process.env.PULUMI_CONFIG_SECRET_KEYS;
});

/** Pulumi gives a program texts: maps and lists as JSON. */
function settingsOf(stack: string, config: Readonly<Record<string, unknown>>): Settings {
  const texts = Object.entries(config).map(([key, value]) => [
    `flink-sql:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  runtime.setAllConfig(Object.fromEntries(texts));
  void runtime.setMocks(
    { call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) },
    "flink-sql",
    stack,
  );
  return readSettings();
}

function causeOf(config: Readonly<Record<string, unknown>>): string | undefined {
  try {
    settingsOf("prod", config);
  } catch (error) {
    if (error instanceof UserError && error.code === "config-invalid") return error.parts.cause;
    throw error;
  }
  throw new Error("expected an error");
}

/** What is said of a configuration, if anything is wrong with it. */
function toldOf(config: Readonly<Record<string, unknown>>): string {
  try {
    settingsOf("prod", config);
    return "";
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What the cluster is given. */
const clusterOf = (settings: Settings) =>
  clusterWire("cluster", { ...clusterArgs(settings, []), store: "file:///store" });

/** A file of the project, with the keys that `pulumi` would hand on. */
function templateOf(stack: string): Record<string, unknown> {
  const { config } = z
    .object({ config: z.record(z.string(), z.unknown()) })
    .parse(parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("flink-sql:", ""), value]));
}

describe("the templates of two environments", () => {
  const settings = Object.fromEntries(
    ["staging", "prod"].map((stack) => [stack, () => settingsOf(stack, templateOf(stack))]),
  );

  test.each(["staging", "prod"])(
    "%s is a configuration that the program takes, with the manifests of jobs/",
    (stack) => {
      const { jobs, warnings } = loadJobs(settings[stack]?.() ?? expect.fail(stack));
      expect(jobs).toHaveLength(5);
      expect(warnings).toEqual([]);
      expect(jobs[0]?.definitions.some(({ sql }) => sql.includes(`s3://example-flink-${stack}/output/`))).toBe(true);
    },
  );

  test("prod differs in parallelism, for all jobs and more for one.", () => {
    const { jobs } = loadJobs(settings.prod?.() ?? expect.fail());
    const parallelism = jobs.map(({ manifest }) => [manifest.name, manifest.flinkProperties["parallelism.default"]]);
    expect(Object.fromEntries(parallelism)).toMatchObject({ "large-orders": "2", "revenue-per-minute": "4" });
  });

  test("prod is compared with the store that staging has.", () => {
    expect(settings.prod?.().compareWith).toEqual({ stack: "staging", store: settings.staging?.().storeUrl });
  });
});

describe("compareWith", () => {
  test.each<[string, unknown, string]>([
    ["an address", "s3://b/p?region=x", "s3://b/p?region=x"],
    ["a folder", "file:///srv/store", "file:///srv/store"],
    ["a path", "../other/store", here("../other/store")],
    ["no store: the one that a stack has by itself", undefined, here(".local/staging/store")],
  ])("takes %s", (_, store, expected) => {
    expect(settingsOf("prod", { compareWith: { stack: "staging", store } }).compareWith).toEqual({
      stack: "staging",
      store: expected,
    });
  });

  test("is nothing where it is not given.", () => {
    expect(settingsOf("prod", {}).compareWith).toBeUndefined();
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["a text", { compareWith: "staging" }, "compareWith: must be a map"],
    ["no stack", { compareWith: { store: "s3://b" } }, "compareWith.stack: is missing"],
    [
      "a mistyped key",
      { compareWith: { stack: "staging", stor: "s3://b" } },
      "compareWith: there is no such key: stor; did you mean store?",
    ],
    [
      "an address of another kind",
      { compareWith: { stack: "staging", store: "gs://b" } },
      "compareWith.store: not an address of a store: s3://bucket/prefix, file:///dir or a path",
    ],
    [
      "the stack's own store",
      { store: "s3://b/p", compareWith: { stack: "staging", store: "s3://b/p" } },
      "compareWith: that is this stack's own store; name the store of the other stack",
    ],
  ])("refuses %s", (_, config, cause) => expect(causeOf(config)).toBe(cause));
});

describe("what is wrong with a value is said in plain words", () => {
  const both = "retain: must have both versions and days, such as { versions: 3, days: 30 }";
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ retain: { versions: 2 } }, both],
    [{ retain: { days: 2 } }, both],
    [{ retain: 3 }, "retain: must be a map"],
    [{ retain: { versions: 2, days: 1, day: 1 } }, "retain: there is no such key: day; did you mean days?"],
    [
      { retain: { versions: 0, days: 0.5 } },
      "retain.versions: must be a whole number of 1 or more; retain.days: must be a whole number of 1 or more",
    ],
    [{ retain: { versions: "many", days: 1 } }, "retain.versions: must be a whole number of 1 or more"],
    [{ checkpointSeconds: -1.5 }, "checkpointSeconds: must be a whole number of 0 or more"],
    [{ slots: "four" }, "slots: must be a whole number of 1 or more"],
    [{ target: "locl" }, "target: must be one of local, remote, yarn"],
    [{ queryMetadata: "no" }, "queryMetadata: must be true or false"],
    [{ tables: "a.sql" }, "tables: must be a list"],
    [{ tables: [1] }, "tables.0: must be a text"],
    [{ flinkProperties: { a: [1] } }, "flinkProperties.a: must be a text, a number, or true or false"],
    [{ jobProperties: { a: 1 } }, "jobProperties.a: must be a map"],
    [{ timestampColumn: "" }, "timestampColumn: must not be empty"],
    [{ metadata: "some" }, "metadata: must be one of all, query, timestamp, none, or a list"],
    [
      { store: "s3://b/p", bucket: { create: true, stateVersionDays: 0 } },
      "bucket: stateVersionDays: must be a whole number of 1 or more",
    ],
  ])("%j", (config, words) => expect(causeOf(config)).toBe(words));

  test.each(["metadata", ...Object.keys(Keys)])("%s: no word of the validator's own is left.", (key) => {
    for (const value of [{ a: [{}] }, [{ b: 1 }], 1.5, -1, true, ""]) {
      const told = toldOf({ [key]: value });
      expect(told).not.toMatch(/Invalid input|Too small|Unrecognized|expected \w+, received|Invalid option|NaN/u);
    }
  });
});

describe("a key that does not exist", () => {
  test("is refused with the nearest that does, and the command that removes it.", () => {
    expect(causeOf({ taskManager: 2 })).toBe(
      "taskManager: there is no such key; did you mean taskManagers?; remove it: pulumi config rm taskManager",
    );
  });
});

describe("store", () => {
  test.each([
    "s3//bucket/prefix",
    "s3a//bucket",
    "file//srv/store",
    "s3:/bucket",
    "S3://bucket",
    "gs://bucket",
    "s3:bucket",
    "s3://?region=x",
    "s3://bucket/%zz",
    "s3://my bucket/p",
  ])("%s is a mistyped address, and no folder.", (store) =>
    expect(causeOf({ store })).toMatch(/^store: not an address of a store: s3:/u),
  );

  test.each(["s3/bucket", "./s3//bucket", "../store", "/srv/store", "store.d/x"])("%s is a folder.", (store) =>
    expect(settingsOf("prod", { store }).storeUrl).toMatch(/^file:\/\/\//u),
  );
});

describe("keys that the target does not look at", () => {
  const yarn = { resourceManagers: ["http://rm1:8088"] };
  const addresses = { restUrl: "http://a:1", gatewayUrl: "http://b:2" };
  const own = {
    taskManagers: 2,
    slots: 4,
    jobManagerMemory: "2g",
    taskManagerMemory: "3g",
    clusterProperties: { a: "b" },
  };
  const started = Object.keys(own).slice(1);
  test.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
    [{ ...addresses, ...own }, Object.keys(addresses)],
    [{ target: "remote", ...addresses, ...own }, Object.keys(own)],
    [{ target: "yarn", yarn: { ...yarn, start: true }, ...addresses, ...own }, ["taskManagers"]],
    [{ target: "yarn", yarn, ...own }, ["taskManagers", ...started]],
    [{ target: "remote", ...addresses, slots: 8, taskManagers: "1" }, []],
    [{ slots: 4 }, []],
  ])("%j: %j", (config, ignored) => {
    const settings = settingsOf("prod", config);
    expect(settings.ignoredKeys).toEqual(ignored);
    expect(clusterOf(settings).ignoredKeys).toEqual(ignored.length > 0 ? ignored : undefined);
  });

  test.each(["staging", "prod"])("The template of %s has none.", (stack) => {
    expect(settingsOf(stack, templateOf(stack)).ignoredKeys).toEqual([]);
  });
});

describe("Flink options of a stack", () => {
  test("are texts, whatever YAML made of them.", () => {
    const { flinkProperties, jobProperties } = settingsOf("prod", {
      flinkProperties: { a: 1, b: true, c: "x" },
      jobProperties: { orders: { "parallelism.default": 4 } },
    });
    expect(flinkProperties).toEqual({ a: "1", b: "true", c: "x" });
    expect(jobProperties).toEqual({ orders: { "parallelism.default": "4" } });
  });

  test("that are no options are refused with their place.", () => {
    const problems = causeOf({ flinkProperties: { a: [1] }, jobProperties: { orders: 4 } })?.split("\n");
    expect(problems?.map((problem) => problem.split(":")[0])).toEqual(["flinkProperties.a", "jobProperties.orders"]);
  });

  test.each(["parameters", "flinkProperties", "jobProperties"])("An encrypted value in %s is refused.", (key) => {
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify([`flink-sql:${key}`, "flink-sql:secretParameters"]);
    const cause = causeOf({ [key]: { orders: { password: "hidden" } } });
    expect(cause).toContain(
      `${key}: holds an encrypted value, but records keep these in plain text; use secretParameters, and remove this one: pulumi config rm ${key}`,
    );
    expect(cause).not.toContain("hidden");
  });
});

test.each([
  [["parameters", "pw"], "parameters.pw: holds", "pulumi config rm --path parameters.pw"],
  [
    ["jobProperties", "my-job", "a.b"],
    "jobProperties.my-job.a.b: holds",
    `pulumi config rm --path 'jobProperties["my-job"]["a.b"]'`,
  ],
])("An encrypted value at %j is named, with the command that removes it.", (path, head, command) => {
  const [told = ""] = secretProblems([path]);
  expect(told.startsWith(head)).toBe(true);
  expect(told.endsWith(command)).toBe(true);
});

describe("yarn", () => {
  const resourceManagers = ["http://rm1:8088"];

  test("takes one address as it takes several, and looks for the session that yarn-session.sh makes.", () => {
    const { yarn } = settingsOf("prod", { target: "yarn", yarn: { resourceManagers: "https://rm1:8090/" } });
    expect(yarn).toEqual({
      resourceManagers: ["https://rm1:8090"],
      start: false,
      shipFiles: [],
      gateway: false,
      lost: [],
    });
  });

  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ["a session somebody else's", {}, { name: "Flink session cluster" }],
    ["one of its own", { start: true }, { name: "flink-sql-prod" }],
    ["one of a name", { start: true, name: "etl", queue: "batch" }, { name: "etl", queue: "batch" }],
    [
      "files",
      { start: true, shipFiles: ["lib/a.jar", "/b.jar"] },
      { shipFiles: [join(process.cwd(), "lib/a.jar"), "/b.jar"] },
    ],
    ["a file of certificates", { caFile: "ca.pem" }, { caFile: join(process.cwd(), "ca.pem") }],
  ])("hands the cluster %s.", (_, given, expected) => {
    const settings = settingsOf("prod", { target: "yarn", yarn: { resourceManagers, ...given } });
    expect(clusterOf(settings).yarn).toMatchObject(expected);
  });

  test("with restUrl is reached through that address, such as a tunnel's end.", () => {
    const settings = settingsOf("prod", {
      target: "yarn",
      restUrl: "http://localhost:8081/",
      yarn: { resourceManagers },
    });
    const args = clusterOf(settings);
    expect(args.yarn).toMatchObject({ through: "http://localhost:8081" });
    expect(args.restUrl).toBeUndefined();
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    [
      "no yarn",
      { target: "yarn" },
      "yarn: target yarn needs `yarn.resourceManagers`, the web addresses of YARN's ResourceManagers",
    ],
    ["another target", { yarn: { resourceManagers } }, "yarn: is for target yarn, but the target is local"],
    [
      "no address",
      { target: "yarn", yarn: { resourceManagers: [] } },
      "yarn.resourceManagers: name at least one ResourceManager",
    ],
    [
      "an address of another kind",
      { target: "yarn", yarn: { resourceManagers: ["rm1:8088"] } },
      "yarn.resourceManagers.0: not an address of the form http://host:8088",
    ],
    [
      "a mistyped key",
      { target: "yarn", yarn: { resourceManagers, applicationID: "x" } },
      "yarn: there is no such key: applicationID; did you mean applicationId?",
    ],
    [
      "an id that is none",
      { target: "yarn", yarn: { resourceManagers, applicationId: "job_1_2" } },
      "yarn.applicationId: not an id of the form application_1700000000000_0001",
    ],
    [
      "a start of what is there",
      { target: "yarn", yarn: { resourceManagers, start: true, applicationId: "application_1_0001" } },
      "yarn: `start` starts a session for this stack, `applicationId` names an existing one: set only one of them",
    ],
    [
      "an id and a name",
      { target: "yarn", yarn: { resourceManagers, applicationId: "application_1_0001", name: "etl" } },
      "yarn: `applicationId` is enough: remove `name` and `queue`",
    ],
    [
      "files for somebody else's session",
      { target: "yarn", yarn: { resourceManagers, shipFiles: ["a.jar"] } },
      "yarn: `shipFiles` are for a session that the stack starts: `start: true`",
    ],
    [
      "two gateways",
      { target: "yarn", gatewayUrl: "http://gw:8083", yarn: { resourceManagers, gateway: true } },
      "yarn.gateway: `gatewayUrl` is set too: remove one of them",
    ],
  ])("refuses %s", (_, config, cause) => expect(causeOf(config)).toBe(cause));
});

describe("what is secret", () => {
  const secretOf = (...keys: string[]) => {
    process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(keys.map((key) => `flink-sql:${key}`));
  };

  test("and is not encrypted is refused, with the command for each value and without the value.", () => {
    const cause = causeOf({ secretParameters: { pw: "told-to-nobody-1", "a.b": "told-to-nobody-2" } });
    expect(cause).toMatch(
      /^secretParameters: not encrypted, .* pw, a\.b in plain text; replace the current values, which may have been seen, and set each with --secret/u,
    );
    expect(cause).toContain("pulumi config set --secret --path secretParameters.pw; ");
    expect(cause).toContain(`pulumi config set --secret --path 'secretParameters["a.b"]'`);
    expect(cause).not.toContain("told-to-nobody");
    secretOf("secretParameters");
    expect(() => settingsOf("prod", { secretParameters: { pw: "told-to-nobody-1" } })).not.toThrow();
  });

  test("and is encrypted in part is refused for the rest.", () => {
    const given = { secretParameters: { pw: "a", token: "b" } };
    expect(plainSecretProblems(given, [["secretParameters", "pw"]])).toEqual([
      expect.stringMatching(/^secretParameters: not encrypted, so that Pulumi keeps token in plain text;/u),
    ]);
    expect(plainSecretProblems(given, [["secretParameters"]])).toEqual([]);
    expect(plainSecretProblems({}, [])).toEqual([]);
  });

  test("is taken in the keys that are encrypted: the cluster is told that its options are.", async () => {
    secretOf("clusterProperties", "secretParameters");
    const settings = settingsOf("prod", {
      clusterProperties: { "s3.secret-key": "k", "a.b": "c" },
      secretParameters: { p: "told-to-nobody-2" },
    });
    const { properties, propertiesAreSecret } = clusterOf(settings);
    expect(propertiesAreSecret).toBe(true);
    expect(await isSecret(output(properties))).toBe(true);
    secretOf();
    expect(clusterOf(settingsOf("prod", {}))).not.toHaveProperty("propertiesAreSecret");
  });

  test("is refused in every other key, in all of them at once, and not told.", () => {
    const others = Object.keys(Keys).filter((key) => key !== "clusterProperties");
    secretOf(...others, "parameters", "secretParameters", "clusterProperties");
    const cause = causeOf({ store: "told-to-nobody", slots: 4 }) ?? "";
    for (const key of [...others, "parameters"]) expect(cause).toContain(`${key}: holds an encrypted value, but `);
    for (const key of ["secretParameters", "clusterProperties"]) expect(cause).not.toContain(`${key}: holds`);
    expect(cause).not.toContain("told-to-nobody");
  });
});

describe("a login in an address", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["restUrl", { restUrl: "http://hidden-token@host:8081" }],
    ["gatewayUrl", { gatewayUrl: "http://me:hidden@host:8083" }],
    ["store", { store: "s3://key:hidden@bucket/prefix" }],
    ["store", { store: "s3://bucket/prefix?endpoint=http://key:hidden@host:9000" }],
    ["store", { store: "s3://bucket/prefix?endpoint=http%3A%2F%2Fkey%3Ahidden%40host" }],
    ["store", { store: "s3://bucket/prefix?secretKey=hidden" }],
    ["compareWith.store", { compareWith: { stack: "dev", store: "s3://key:hidden@bucket" } }],
    ["yarn.resourceManagers.0", { target: "yarn", yarn: { resourceManagers: ["https://me:hidden@rm1:8090"] } }],
    ["choices.orders.from", { choices: { orders: { from: "s3://key:hidden@bucket/savepoint-1" } } }],
    [
      "jobProperties.orders.execution.checkpointing.dir",
      { jobProperties: { orders: { "execution.checkpointing.dir": "s3://key:hidden@bucket/c" } } },
    ],
  ])("is refused in %s, and not told.", (place, config) => {
    const cause = causeOf(config) ?? "";
    expect(cause).toContain(`${place}: holds an address with a user name, a password or a key in it`);
    expect(cause).not.toContain("hidden");
  });

  test("is refused in the environment's address of S3 too.", () => {
    process.env.AWS_ENDPOINT_URL_S3 = "http://key:hidden@host:9000";
    try {
      expect(causeOf({})).toMatch(/^AWS_ENDPOINT_URL_S3: holds an address with/u);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_S3;
    }
  });

  test("is not what looks like one.", () => {
    const settings = {
      store: "s3://bucket/a@b?endpoint=http://host:9000&region=eu",
      parameters: { a: "jdbc:x://me@host" },
    };
    expect(() =>
      settingsOf("prod", { ...settings, flinkProperties: { dir: "abfss://container@account.dfs.core.windows.net/x" } }),
    ).not.toThrow();
  });
});

describe("the metadata columns of a stack", () => {
  test.each([
    [{}, { timestamp: "__create_timestamp", query: true }],
    [{ queryMetadata: false }, { timestamp: "__create_timestamp", query: false }],
    [{ metadata: "none" }, { timestamp: "__create_timestamp", query: false, only: [] }],
    [
      { metadata: ["timestamp"], timestampColumn: "at" },
      { timestamp: "at", query: false },
    ],
  ])("%j", (config, expected) => expect(settingsOf("prod", config).metadataColumns).toEqual(expected));

  test("Two keys for one thing are an error, and so is a word that does not exist.", () => {
    expect(causeOf({ metadata: "query", queryMetadata: false })).toContain("remove queryMetadata");
    expect(causeOf({ metadata: "some" })).toMatch(/^metadata: /u);
  });
});
