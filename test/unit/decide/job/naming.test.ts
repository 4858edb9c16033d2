import { describe, expect, test } from "vitest";
import {
  defaultCheckpointsDirectory,
  defaultSavepointsDirectory,
  groupId,
  join,
  sameLocation,
  shortHash,
  stateName,
  versionDirectory,
} from "../../../../provider/decide/job/naming.js";

test("Names and paths are those of flink-sql-runner 0.2.0.", () => {
  expect(groupId("orders", 2)).toBe("rta-orders-2");
  expect(defaultCheckpointsDirectory("s3://b/p", "orders")).toBe("s3://b/p/checkpoints/orders");
  expect(defaultSavepointsDirectory("s3://b/p/", "orders")).toBe("s3://b/p/savepoints/orders");
  expect(versionDirectory("s3://b/p/savepoints/orders", 2)).toBe("s3://b/p/savepoints/orders/2");
});

describe("segments are joined with single slashes", () => {
  test.each([
    ["s3://b", "s3://b/x/y"],
    ["s3://b//", "s3://b/x/y"],
    ["", "/x/y"],
  ])("%j", (base, expected) => {
    expect(join(base, "x", "y")).toBe(expected);
  });
});

describe("a person knows a state by the last part of its path", () => {
  test.each([
    ["s3://b/c/orders/1/0f/chk-14", "chk-14"],
    ["s3://b/c/orders/1/0f/chk-14/_metadata", "chk-14"],
    ["file:/s/savepoint-7918c9-120160d03d8f/", "savepoint-7918c9-120160d03d8f"],
    ["savepoint-1", "savepoint-1"],
  ])("%s", (path, expected) => {
    expect(stateName(path)).toBe(expected);
  });
});

describe("locations are one place or two", () => {
  test.each([
    ["file:/a/b", "file:///a/b", true],
    ["/a/b", "file:///a/b/", true],
    ["/a//b", "/a/b", true],
    ["s3a://b/c", "s3://b/c", true],
    ["s3n://b/c/", "s3://b/c", true],
    ["/a/b", "/a/B", false],
    ["s3://b/c/1", "s3://b/c/10", false],
    ["s3://b/c", "/b/c", false],
  ])("%s and %s: %s", (a, b, same) => {
    expect(sameLocation(a, b)).toBe(same);
  });
});

test("The same text has the same short hash, and another text has another.", () => {
  expect(shortHash("a")).toMatch(/^[0-9a-f]{8}$/u);
  expect(shortHash("a")).toBe(shortHash("a"));
  expect(shortHash("a")).not.toBe(shortHash("b"));
});
