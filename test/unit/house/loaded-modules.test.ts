import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Files of @pulumi/aws that the program loads with these keys of its configuration. */
function loaded(keys: { [key: string]: string }): string[] {
  const CONFIG = JSON.stringify(
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [`flink-sql:${key}`, value])),
  );
  const script = fileURLToPath(new URL("../../support/stories/loaded-modules.cjs", import.meta.url));
  const env = { PATH: process.env.PATH, CONFIG };
  return JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8", env }));
}

/** Two processes that compile the program, on a machine that may be busy. */
const LIMIT_MS = 120_000;
const store = "s3://orders-state/flink?region=eu-central-1";

test("A stack without a bucket loads nothing of @pulumi/aws.", () => expect(loaded({ store })).toEqual([]), LIMIT_MS);

test(
  "A stack with a bucket loads S3 and what belongs to it, not all the services.",
  () => {
    const files = loaded({ store, bucket: '{"create": true}' });
    expect(files.filter((file) => file.endsWith("/aws/s3/bucket.js"))).toHaveLength(1);
    expect(files.filter((file) => file.endsWith("/aws/index.js"))).toEqual([]);
    expect(files.length).toBeLessThan(50);
  },
  LIMIT_MS,
);

test(
  "The provider process serves the hooks from one piece, and loads no file of Pulumi's SDK beside it.",
  () => {
    const script = `process.argv.push("main.cjs", "127.0.0.1:1");
      const { log } = console;
      console.log = (port) => process.exit(log(port));
      require("./provider/process/main.cjs");
      const { check } = require("./provider/entry.cjs")("flink-sql-job");
      const outside = Object.keys(require.cache).filter((file) => /[\\\\/]@pulumi[\\\\/]/u.test(file));
      process.stderr.write(JSON.stringify([typeof check, outside]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    expect(JSON.parse(stderr)).toEqual(["function", []]);
    expect(stdout, "the port that it listens at, for the engine").toMatch(/^\d+\n$/u);
  },
  LIMIT_MS,
);
