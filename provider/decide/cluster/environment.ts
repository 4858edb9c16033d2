/** What of this process's environment Flink's processes get: what they need to run, and what a person names. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Programs, places, languages, Java, Hadoop, Kerberos, Flink and certificates; no tokens, keys or passphrases. */
const PASSED_ON =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|JAVA_HOME|JVM_ARGS|JDK_JAVA_OPTIONS|JAVA_TOOL_OPTIONS|HADOOP_\w+|YARN_\w+|HBASE_\w+|KRB5\w*|FLINK_\w+|LD_LIBRARY_PATH|SSL_CERT_\w+)$/u;

/** Of the runner, which is a Python that a person may have led to packages of their own. */
const PYTHONS = /^(?:PYTHON\w*|VIRTUAL_ENV)$/u;

/** Headers with the login of whoever deploys: for requests of our own. */
const KEPT = ["YARN_REST_HEADERS"];

/** Names of variables, as a shell takes them. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;

/** `named`: variables that the stack's configuration adds. */
export function passedOn(
  all: Environment,
  named: readonly string[],
  kind: "java" | "python" = "java",
): Record<string, string> {
  const isPassed = (name: string) =>
    named.includes(name) ||
    (!KEPT.includes(name) && (PASSED_ON.test(name) || (kind === "python" && PYTHONS.test(name))));
  const passed = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(passed.filter(([name]) => isPassed(name)));
}
