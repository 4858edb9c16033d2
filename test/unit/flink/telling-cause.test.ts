/** Which words of a chain of causes a person is shown: chains as Flink 1.20 and 2.3 give them. */

import { describe, expect, test } from "vitest";
import { metadataColumns, missingColumns, missingColumnsWords } from "../../../provider/decide/sql/metadata-columns.js";
import { differingColumns } from "../../../provider/flink/words/flink-words.js";
import { placeIn, tellingCause } from "../../../provider/flink/words/telling-cause.js";

const WRAPPERS = ["Failed to fetchResults.", "Failed to execute the operation 1."];
const NO_FACTORY =
  "Could not find any factory for identifier 'x' that implements 'a.B' in the classpath.\n\nAvailable factory identifiers are:\n\nblackhole\ndatagen";

describe("the most telling cause", () => {
  test.each<[string, readonly string[], string]>([
    [
      "names the function and its signatures",
      [
        "Invalid function call:\nARRAY_APPEND(ARRAY<CHAR(1)>, INT)",
        "Invalid input arguments. Expected signatures are:\nARRAY_APPEND(array <ARRAY>, element <ARRAY ELEMENT>)",
        "Invalid input arguments.",
      ],
      "Invalid function call: ARRAY_APPEND(ARRAY<CHAR(1)>, INT); Expected signatures are: ARRAY_APPEND(array <ARRAY>, element <ARRAY ELEMENT>)",
    ],
    [
      "names the table of a missing connector, what there is, and no options",
      [
        "Unable to create a sink for writing table 'c.d.t'.\n\nTable options are:\n\n'connector'='x'\n'password'='p'",
        "Cannot discover a connector using option: 'connector'='x'",
        NO_FACTORY,
      ],
      "table c.d.t: Could not find any factory for identifier 'x' that implements 'a.B' in the classpath. Available factory identifiers are: blackhole, datagen",
    ],
    [
      "names the option whose value cannot be read",
      ["Could not parse value 'abc' for key 'parallelism.default'.", 'For input string: "abc"'],
      "Could not parse value 'abc' for key 'parallelism.default': For input string: \"abc\"",
    ],
    [
      "has one place, which is told apart",
      [
        'SQL parse failed. Encountered "x" at line 1, column 33.\nWas expecting one of:\n  a',
        'Encountered "x" at line 1, column 33.\nWas expecting one of:\n  a',
      ],
      'Encountered "x".',
    ],
    [
      "names a function in Python that has no Python",
      [
        "Cannot instantiate user-defined function 'c.d.f'.",
        "Instantiating python function 'a.b' failed.",
        "Python callback server start failed!",
      ],
      "function c.d.f cannot be created: Python functions need a Python with PyFlink: run `npm run setup -- --pyflink`, or set the configuration key `pyClientExecutable` to one",
    ],
    ["is the deepest elsewhere", ["SQL validation failed. From line 1, column 2 to line 1, column 3: No", "No"], "No"],
  ])("%s", (_, causes, expected) => expect(tellingCause([...WRAPPERS, ...causes])).toBe(expected));

  test("The place is the one that any of them names.", () => {
    expect(placeIn(["From line 2, column 8 to line 2, column 10: Column 'a'", "Column 'a'"])).toEqual({
      line: 2,
      column: 8,
    });
    expect(placeIn(["no place"])).toBeUndefined();
  });
});

describe("metadata columns that a table lacks are printed for pasting", () => {
  const words = (query: string, sink: string) =>
    `Column types of query result and sink for 't' do not match.\nCause: Different number of columns.\n\nQuery schema: [${query}]\nSink schema:  [${sink}]`;
  const two = metadataColumns(["timestamp", "query-version"], "at");

  const lacking = (message: string, columns: typeof two) => {
    const differing = differingColumns(message);
    return differing ? missingColumns(differing, columns) : [];
  };

  test("where they are all that is missing.", () => {
    const missing = lacking(words("a: ROW<x INT, y INT>, at: TIMESTAMP_LTZ(3), __query_version: INT", "a: INT"), two);
    expect(missing.map(({ name }) => name)).toEqual(["at", "__query_version"]);
    expect(missingColumnsWords(missing)).toMatch(
      /`metadata: none` .*\n {2}`at` TIMESTAMP_LTZ\(3\),\n {2}`__query_version` INT$/u,
    );
  });

  test("and not where something else is.", () => {
    expect(
      lacking(
        words(
          "a: INT, at: TIMESTAMP_LTZ(3), __query_version: INT",
          "a: INT, b: INT, at: TIMESTAMP_LTZ(3), __query_version: INT",
        ),
        two,
      ),
    ).toEqual([]);
    expect(differingColumns("Incompatible types")).toBeUndefined();
  });
});
