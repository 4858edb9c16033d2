import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { isCurrent, manifestSchemaText } from "../../../scripts/schema.js";

const jobs = new URL("../../../jobs/", import.meta.url);

test("The schema in jobs/ is what the code makes.", () => {
  expect(isCurrent()).toBe(true);
});

test("A schema that is missing or another one is not current.", () => {
  expect(isCurrent("does-not-exist.json")).toBe(false);
  expect(isCurrent(new URL("job-template.yaml", jobs).pathname)).toBe(false);
});

test("An editor requires the name only, because the template may give the rest, and knows every key.", () => {
  const schema = z.object({
    required: z.array(z.string()),
    additionalProperties: z.literal(false),
    properties: z.looseObject({}),
  });
  const { required, properties } = schema.parse(JSON.parse(manifestSchemaText()));
  expect(required).toEqual(["name"]);
  expect(Object.keys(properties).sort()).toEqual([
    "code",
    "description",
    "flinkProperties",
    "metadata",
    "name",
    "pyflink",
    "sql",
    "target-table",
  ]);
});

test("Every example manifest names the schema in its first line, from where it lies.", () => {
  const files = readdirSync(jobs, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  for (const file of files.filter((name) => name !== "job-template.yaml")) {
    const path = `${"../".repeat(file.split(/[\\/]/u).length - 1)}manifest.schema.json`;
    const [first] = readFileSync(new URL(file, jobs), "utf8").split("\n");
    expect(first, file).toBe(`# yaml-language-server: $schema=${path}`);
  }
});
