/** What can be wrong with a manifest's code, and how the runner tells it. */

import { expect } from "vitest";

export const PASS_ON = "execution_output = table_env.from_path('numbers').select(col('n'))";

export const MISTAKES = {
  "a missing module": [
    "import os\nimport nope_nope",
    { part: "code", line: 15, message: "ModuleNotFoundError: No module named 'nope_nope'" },
  ],
  "a missing table": [
    "x = 1\nexecution_output = table_env.from_path('missing')",
    { part: "code", line: 15, message: "Table `missing` was not found." },
  ],
  "a missing column": [
    "execution_output = table_env.sql_query('SELECT amout FROM numbers')",
    { part: "code", line: 14, message: "Column 'amout' not found in any table" },
  ],
  "wrong syntax": ["x = 1\ny = (", { part: "code", line: 15, column: 7, message: "SyntaxError: '(' was never closed" }],
  "no output": ["x = 1", { part: "output", line: 14, message: expect.stringContaining("does not set") }],
  "an output of None": [
    "x = 1\nexecution_output = None",
    { part: "output", line: 15, message: "execution_output is None; it must be a DataStream or a Table" },
  ],
  "a stream without columns": [
    "s = table_env.to_data_stream(table_env.from_path('numbers'))\nexecution_output = s.map(lambda row: row[0])",
    { part: "output", line: 15, message: expect.stringContaining("without columns") },
  ],
  "an output of another environment": [
    "from pyflink.datastream import StreamExecutionEnvironment as E\n" +
      "execution_output = E.get_execution_environment().from_collection([1])",
    { part: "output", line: 15, message: expect.stringContaining("another environment") },
  ],
  "a job of its own by SQL": [
    "x = 1\ntable_env.execute_sql('INSERT INTO counts SELECT n, NOW(), name FROM numbers')",
    { part: "code", line: 15, message: expect.stringContaining("starts a job itself") },
  ],
  "a job of its own by a stream": [
    "stream_env.from_collection([1]).print()\nstream_env.execute()",
    { part: "code", line: 15, message: expect.stringContaining("starts a job itself") },
  ],
  "a sink of its own": [
    `from pyflink.table.expressions import col\nstream_env.from_collection([1]).print()\n${PASS_ON}`,
    { part: "output", line: 16, message: expect.stringContaining("a sink of its own") },
  ],
  "columns that do not fit": [
    "execution_output = table_env.sql_query('SELECT name FROM numbers')",
    { part: "insert", message: expect.stringContaining("Incompatible types for sink column") },
  ],
  "a secret in an exception": ["raise ValueError('it is s3cret')", { line: 14, message: "ValueError: it is ******" }],
} as const;
