/** Flink's words by which something is decided, as its versions were seen to say them. */

import { expect, test } from "vitest";
import {
  NOT_READY,
  NOT_UP_YET,
  ON_SERVER_SIDE,
  PORT_TAKEN,
  SESSION_CLOSED,
  STOP_SAVEPOINT,
  UNKNOWN_TIME_ZONE,
  UNREADABLE_OPTION,
} from "../../../provider/flink/words/flink-words.js";

const RUNTIME = "org.apache.flink.runtime";

test.each<[string, RegExp, string]>([
  [
    "2.3.0, 1.20.3: a JobManager that stands by",
    NOT_READY,
    `java.util.concurrent.CompletionException: ${RUNTIME}.rpc.exceptions.FencingTokenException: Fencing token not set`,
  ],
  [
    "2.3.0, 1.20.3: the one that it asks is dead",
    NOT_READY,
    `${RUNTIME}.rpc.exceptions.RecipientUnreachableException: Could not send message`,
  ],
  [
    "2.3.0, 1.20.3: a job that is INITIALIZING",
    NOT_READY,
    `Caused by: ${RUNTIME}.dispatcher.UnavailableDispatcherOperationException: Unable to get JobMasterGateway`,
  ],
  [
    "2.3.0, 1.20.3: the SQL Gateway's own 500",
    ON_SERVER_SIDE,
    '{"errors":["Internal server error.","<Exception on server side:\\norg.apache.flink.table.gateway…"]}',
  ],
  ["2.3.0, 1.20.3: a session that is gone", SESSION_CLOSED, "Session '5f0c' does not exist."],
  ["2.3.0: a session that is just being closed", SESSION_CLOSED, "The OperationManager is closed."],
  [
    "2.3.0, 1.20.3: a task is not up yet",
    NOT_UP_YET,
    "Checkpoint triggering task Source: numbers[1] (1/1) is not being executed at the moment. Not all required tasks are currently running.",
  ],
  ["2.3.0, 1.20.3: the savepoint of a stop", STOP_SAVEPOINT, "SYNC_SAVEPOINT"],
  [
    "2.3.0: the port is another's",
    PORT_TAKEN,
    "java.net.BindException: Could not start rest endpoint on any port in port range 8081",
  ],
])("%s", (_, words, said) => expect(said).toMatch(words));

test.each<[string, RegExp, string]>([
  ["an error of another kind", NOT_READY, `${RUNTIME}.rest.handler.RestHandlerException: Job not found`],
  ["a proxy's 500", ON_SERVER_SIDE, "<html>Internal server error</html>"],
  ["a statement that fails", SESSION_CLOSED, "Column 'a' not found in any table"],
  ["a savepoint that fails for another reason", NOT_UP_YET, "Checkpoint Coordinator is suspending."],
  ["a checkpoint", STOP_SAVEPOINT, "CHECKPOINT"],
  ["memory", PORT_TAKEN, "java.lang.OutOfMemoryError: Metaspace"],
])("%s is none", (_, words, said) => expect(said).not.toMatch(words));

test("An option that cannot be read, and a time zone that is none, are named.", () => {
  const unreadable = "Could not parse value 'abc' for key 'parallelism.default': For input string";
  expect(UNREADABLE_OPTION.exec(unreadable)?.[1]).toBe("parallelism.default");
  expect(UNKNOWN_TIME_ZONE.exec("Unknown time-zone ID: Mars/Base")?.[1]).toBe("Mars/Base");
});
