/** YARN's words by which something is decided, as Hadoop 3.4.2 was recorded to say them. */

import { expect, test } from "vitest";
import { yarnRefusalWords } from "../../../provider/cluster/yarn/yarn-http.js";
import {
  APPLICATION_ID,
  NO_TICKET,
  SCRIPT_ERROR,
  STANDBY,
  WANTS_TICKET,
  WHY_IT_WAITS,
} from "../../../provider/cluster/yarn/yarn-words.js";
import recorded from "../../support/servers/yarn-answers.json" with { type: "json" };

const { answers } = recorded;

test.each(["standby", "no-active"] as const)("3.4.2: %s is no ResourceManager to ask", (name) => {
  expect(answers[name].body).toMatch(STANDBY);
});

test.each(["none", "unknown-application", "no-id", "bad-state-query"] as const)("3.4.2: %s is an answer", (name) => {
  expect(answers[name].body).not.toMatch(STANDBY);
});

test.each([
  ["unknown-application", "app with id: application_1_0001 not found"],
  ["no-id", "Invalid ApplicationId prefix: nonsense. The valid ApplicationId should start with prefix application"],
] as const)("3.4.2: %s is told without the class", (name, words) => {
  const { body: text } = answers[name];
  expect(yarnRefusalWords({ json: JSON.parse(text), text })).toBe(words);
});

test("3.4.2: why an application waits.", () => {
  expect(WHY_IT_WAITS.exec(recorded.applications.accepted.diagnostics)?.[1]).toBe(
    "Application is Activated, waiting for resources to be assigned for AM. ",
  );
});

test("3.4.2, Flink 2.3.0: where the script's error begins, which tells of an application and wants no ticket.", () => {
  const output = recorded.script["unknown-queue"];
  const trace = output.slice(output.search(SCRIPT_ERROR));
  expect(trace).toMatch(/^org\.apache\.flink\.client\.deployment\.ClusterDeploymentException: Couldn't deploy/u);
  expect(APPLICATION_ID.exec(trace)?.[0]).toBe("application_1795849081126_0001");
  // Before it the script says that it has none, and does without.
  expect(output).toMatch(NO_TICKET);
  expect(trace).not.toMatch(NO_TICKET);
});

/** Not recorded, for want of a KDC: the words are those of the JDK, of Hadoop's client and of its web filter. */
test("Without a ticket.", () => {
  expect("GSSException: No valid credentials provided (Mechanism level: Failed to find any Kerberos tgt)").toMatch(
    NO_TICKET,
  );
  expect("java.io.IOException: Client cannot authenticate via:[TOKEN, KERBEROS]").toMatch(NO_TICKET);
  expect("Negotiate").toMatch(WANTS_TICKET);
  expect('Basic realm="yarn"').not.toMatch(WANTS_TICKET);
});
