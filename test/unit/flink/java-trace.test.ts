/** The one line of a Java stack trace that a person needs. */

import { expect, it } from "vitest";
import { refusalFrom } from "../../../provider/flink/rest/gateway.js";
import { failureReason, rootCause } from "../../../provider/flink/words/java-trace.js";

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
    message: 'Encountered "src".',
    line: 1,
    column: 33,
  });
});

const SHADED = "org.apache.flink.kafka.shaded.org.apache.kafka.common.errors";

const NO_TOPIC_TO_READ = `org.apache.flink.util.FlinkException: Global failure triggered by OperatorCoordinator for 'Source: orders'.
\tat org.apache.flink.runtime.operators.coordination.LazyInitializedCoordinatorContext.failJob(X.java:1)
Caused by: org.apache.flink.util.FlinkRuntimeException: Failed to list subscribed topic partitions due to
\tat org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator.checkPartitionChanges(X.java:1)
\t... 7 more
Caused by: java.lang.RuntimeException: Failed to get metadata for topics [orders].
\t... 3 more
Caused by: java.util.concurrent.ExecutionException: ${SHADED}.UnknownTopicOrPartitionException: This server does not host this topic-partition.
\t... 9 more
Caused by: ${SHADED}.UnknownTopicOrPartitionException: This server does not host this topic-partition.
`;

const NO_TOPIC_TO_WRITE = `java.io.IOException: Failed to deserialize JSON '{"n":1}'.
\tat org.apache.flink.formats.json.JsonRowDataDeserializationSchema.deserialize(X.java:1)
Caused by: org.apache.flink.streaming.runtime.tasks.ExceptionInChainedOperatorException: Could not forward element to next operator
\t... 24 more
Caused by: ${SHADED}.TimeoutException: Topic orders not present in metadata after 60000 ms.
Caused by: ${SHADED}.UnknownTopicOrPartitionException: This server does not host this topic-partition.
`;

const FIRST_ROW = `java.io.IOException: Failed to deserialize consumer record due to
\tat org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter.emitRecord(X.java:1)
Caused by: org.apache.flink.streaming.runtime.tasks.ExceptionInChainedOperatorException: Could not forward element to next operator
\t... 17 more
Caused by: java.lang.NumberFormatException: For input string: 'number 1'. Invalid character found.
\tat org.apache.flink.table.data.binary.BinaryStringDataUtil.numberFormatExceptionFor(X.java:1)
`;

const NO_FILE = `org.apache.flink.util.FlinkException: Global failure triggered by OperatorCoordinator for 'Source: no_files'.
\tat x
Caused by: org.apache.flink.util.FlinkRuntimeException: Could not enumerate file splits
\t... 1 more
Caused by: java.io.FileNotFoundException: File file:/data/nothing does not exist or the user has no permission.
\tat y
`;

it.each([
  [NO_TOPIC_TO_READ, "Failed to get metadata for topics [orders]: This server does not host this topic-partition."],
  [
    NO_TOPIC_TO_WRITE,
    "Topic orders not present in metadata after 60000 ms: This server does not host this topic-partition.",
  ],
  [FIRST_ROW, "For input string: 'number 1'. Invalid character found."],
  [NO_FILE, "File file:/data/nothing does not exist or the user has no permission."],
  [
    `java.lang.RuntimeException: quoted ${"x".repeat(120)}\n\tat x\nCaused by: java.io.IOException: short\n\tat y`,
    "short",
  ],
])("a failure is told with what it failed at, where its exceptions know that (%#)", (trace, reason) => {
  expect(failureReason(trace)).toBe(reason);
});
