/** The one line of a Java stack trace that a person needs. */

import { expect, it } from "vitest";
import { refusalFrom } from "../../provider/flink/gateway.js";
import { rootCause } from "../../provider/flink/java-trace.js";

const UNKNOWN_COLUMN = `<Exception on server side:
org.apache.flink.table.api.ValidationException: SQL validation failed. From line 2, column 8 to line 2, column 10: Column 'idd' not found in any table
\tat org.apache.flink.table.planner.calcite.FlinkPlannerImpl.validate(FlinkPlannerImpl.scala:201)
\t... 18 more
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'idd' not found in any table
\tat java.base/jdk.internal.reflect.NativeConstructorAccessorImpl.newInstance0(Native Method)
\t... 39 more

End of exception on server side>`;

const SYNTAX = `<Exception on server side:
org.apache.flink.table.api.SqlParserException: SQL parse failed. Encountered "src" at line 1, column 33.
Was expecting one of:
    <EOF>
    ";" ...

\tat org.apache.flink.table.planner.parse.CalciteParser.parseSqlList(CalciteParser.java:81)
Caused by: org.apache.flink.sql.parser.impl.ParseException: Encountered "src" at line 1, column 33.
Was expecting one of:
    <EOF>

\tat org.apache.flink.sql.parser.impl.FlinkSqlParserImpl.generateParseException(FlinkSqlParserImpl.java:56945)

End of exception on server side>`;

it("the root cause has neither class nor stack", () => {
  expect(rootCause(UNKNOWN_COLUMN)).toBe("Column 'idd' not found in any table");
  expect(rootCause("java.lang.RuntimeException: a\n\tat x\nCaused by: java.io.IOException\n\tat y")).toBe(
    "IOException",
  );
});

it("a refused statement has Flink's words and the place that Flink names", () => {
  expect(refusalFrom(UNKNOWN_COLUMN)).toMatchObject({
    message: "Column 'idd' not found in any table",
    line: 2,
    column: 8,
  });
  expect(refusalFrom(SYNTAX)).toMatchObject({
    message: 'Encountered "src" at line 1, column 33.',
    line: 1,
    column: 33,
  });
});
