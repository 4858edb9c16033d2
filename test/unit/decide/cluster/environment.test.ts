/** What of the environment Flink's processes get. */

import { delimiter } from "node:path";
import { expect, test } from "vitest";
import { digestOf, isDigestOf } from "../../../../provider/cluster/local/configuration-digest.js";
import { guarded } from "../../../../provider/cluster/local/guarded.js";
import { withTemporary } from "../../../../provider/cluster/local/temporary.js";
import { passedOn } from "../../../../provider/decide/cluster/environment.js";
import { settingsTag } from "../../../../provider/decide/cluster/yarn-application.js";

const all = {
  PATH: "/bin",
  HOME: "/root",
  LC_ALL: "C",
  JAVA_HOME: "/java",
  JVM_ARGS: "-Xmx1g",
  HADOOP_CONF_DIR: "/etc/hadoop",
  YARN_CONF_DIR: "/etc/yarn",
  KRB5CCNAME: "/tmp/ticket",
  FLINK_CONF_DIR: "/conf",
  SSL_CERT_FILE: "/ca.pem",
  PYTHONPATH: "/python",
  YARN_REST_HEADERS: "hidden",
  PULUMI_CONFIG_PASSPHRASE: "hidden",
  PULUMI_ACCESS_TOKEN: "hidden",
  AWS_SECRET_ACCESS_KEY: "hidden",
  GITHUB_TOKEN: "hidden",
  MY_PATH: "hidden",
  LD_PRELOAD: "hidden",
  NOTHING: undefined,
};
const NEEDED = [
  "PATH",
  "HOME",
  "LC_ALL",
  "JAVA_HOME",
  "JVM_ARGS",
  "HADOOP_CONF_DIR",
  "YARN_CONF_DIR",
  "KRB5CCNAME",
  "FLINK_CONF_DIR",
  "SSL_CERT_FILE",
];

test("Flink gets what it needs to run, and no token, key or passphrase.", () => {
  expect(Object.keys(passedOn(all, []))).toEqual(NEEDED);
});

test("The runner gets what leads Python as well, and both get what a person names.", () => {
  expect(Object.keys(passedOn(all, [], "python"))).toEqual([...NEEDED, "PYTHONPATH"]);
  expect(Object.keys(passedOn(all, ["MY_PATH", "NOTHING"]))).toEqual([...NEEDED, "MY_PATH"]);
});

test("What listens has the guard on its class path, behind the user's own classes.", () => {
  const { HADOOP_CLASSPATH: before } = process.env;
  process.env.HADOOP_CLASSPATH = "/own/*";
  const given = guarded([]).HADOOP_CLASSPATH;
  if (before === undefined) delete process.env.HADOOP_CLASSPATH;
  else process.env.HADOOP_CLASSPATH = before;
  expect(given).toBe(`/own/*${delimiter}${process.cwd()}/provider/cluster/guard/local-only.jar`);
});

test("A digest of a configuration with secrets is made anew with another salt each time, and recognises it.", () => {
  const [one, two] = [digestOf("secret", true), digestOf("secret", true)];
  expect(one).not.toBe(two);
  expect([isDigestOf(one, "secret", true), isDigestOf(two, "other", true), isDigestOf("", "", true)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(isDigestOf(digestOf("plain", false), "plain", false)).toBe(true);
  expect(isDigestOf(digestOf("plain", false), "plain", true)).toBe(false);
});

test("The tag by which a session on YARN is found is not a quick digest of its secrets.", () => {
  expect(settingsTag("a", "owner", false)).toMatch(/^flink-sql-settings-[0-9a-f]{8}$/u);
  expect(settingsTag("a", "owner", true)).toMatch(/^flink-sql-settings-[0-9a-f]{16}$/u);
  expect(settingsTag("a", "owner", true)).not.toBe(settingsTag("a", "other", true));
  expect(settingsTag("a", "owner", true)).toBe(settingsTag("a", "owner", true));
});

test.each([
  [{}, "/p/.local/dev", { TMPDIR: "/p/.local/dev/tmp", JVM_ARGS: "-Djava.io.tmpdir=/p/.local/dev/tmp" }],
  [
    { TMPDIR: "/big", JVM_ARGS: "-Djava.io.tmpdir=/big" },
    "/p",
    { TMPDIR: "/big", JVM_ARGS: "-Djava.io.tmpdir=/p/tmp -Djava.io.tmpdir=/big" },
  ],
  [{ A: "b" }, "/my projects/p", { A: "b" }],
  [{ A: "b" }, "/p:q", { A: "b" }],
])("Temporary files: %j in %s.", (environment, folder, expected) => {
  expect(withTemporary(environment, folder)).toEqual(expected);
});
