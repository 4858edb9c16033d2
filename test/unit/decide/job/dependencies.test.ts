/** Which files of the project an option names, and how their paths are made absolute. */

import { expect, test } from "vitest";
import {
  dependencyEntries,
  hasOnlyProjectFiles,
  projectPaths,
  withAbsolutePaths,
} from "../../../../provider/decide/job/dependencies.js";

const ROWS: [option: string, value: string, paths: string[], absolute: string][] = [
  ["python.files", "a.py, lib/", ["a.py", "lib/"], "/p/a.py,/p/lib/"],
  ["python.archives", "model.zip#model", ["model.zip"], "/p/model.zip#model"],
  ["python.requirements", "r.txt", ["r.txt"], "/p/r.txt"],
  ["python.requirements", "r.txt#wheels", ["r.txt", "wheels"], "/p/r.txt#/p/wheels"],
  ["python.requirements", "/etc/r.txt#wheels", ["wheels"], "/etc/r.txt#/p/wheels"],
  ["pipeline.jars", "a.jar;s3://b/c.jar", ["a.jar"], "file:///p/a.jar;s3://b/c.jar"],
  ["table.local-time-zone", "a,b", [], "a,b"],
];

test.each(ROWS)("%s %s", (option, value, paths, absolute) => {
  expect(projectPaths(option, value)).toEqual(paths);
  expect(withAbsolutePaths({ [option]: value }, (path) => `/p/${path}`)).toEqual({ [option]: absolute });
});

test("Only what lies in the project is watched.", () => {
  expect(hasOnlyProjectFiles({ "python.files": "a.py", "pipeline.name": "/x" })).toBe(true);
  expect(hasOnlyProjectFiles({ "python.requirements": "r.txt#/wheels" })).toBe(false);
  expect(dependencyEntries({ "pipeline.jars": "a.jar; b.jar;", "pipeline.name": "x" })).toEqual([
    ["pipeline.jars", "a.jar"],
    ["pipeline.jars", "b.jar"],
  ]);
});
