import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../../provider/decide/words/errors.js";
import { excerpt, type LoadOptions, loadManifests, locate } from "../../../provider/read/manifests/load-manifests.js";
import { safe } from "../../../provider/secrecy/safe.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manifests-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A new project folder that holds these files. */
function project(files: Files): string {
  const root = mkdtempSync(join(folder, "p-"));
  for (const [file, text] of Object.entries({ "jobs/.keep": "", ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const load = (files: Files, options: Partial<LoadOptions> = {}) =>
  loadManifests({
    folder: "jobs",
    root: project(files),
    tables: [],
    parameters: {},
    secretParameterNames: [],
    ...options,
  });

/** The problems, one text each, without the first and the last line of the message. */
function problemsOf(files: Files, options: Partial<LoadOptions> = {}): string[] {
  try {
    load(files, options);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "manifest-invalid") throw error;
    const lines = error.parts.what.split("\n").slice(1);
    return lines
      .join("\n")
      .split(/\n(?=\S)/u)
      .map((problem) => problem.trimEnd());
  }
  return [];
}

const heads = (problems: readonly string[]) => problems.map((problem) => problem.split("\n")[0]);

const GOOD = "name: a\ntarget-table: t\nsql: SELECT 1\n";

describe("one file, one problem, at its place", () => {
  test.each<[string, string, string]>([
    [
      "an unknown key",
      `${GOOD}flinkPropertys: {}\n`,
      "4:1: unknown key 'flinkPropertys'; did you mean flinkProperties?",
    ],
    [
      "a key in another spelling",
      `${GOOD}Target_Table: x\n`,
      "4:1: unknown key 'Target_Table'; did you mean target-table?",
    ],
    [
      "a key like none",
      `${GOOD}owner: x\n`,
      "4:1: unknown key 'owner'; a manifest has name, description, target-table, sql, code, metadata, flinkProperties, pyflink",
    ],
    ["no name", "# x\ntarget-table: t\nsql: SELECT 1\n", "2:1: name is missing; give the job a name of its own"],
    [
      "a name without an end",
      `name: ${"a".repeat(201)}\ntarget-table: t\nsql: SELECT 1\n`,
      "1:7: name: has more than 200 characters",
    ],
    ["no target", "name: a\nsql: SELECT 1\n", "1:1: target-table is missing; name the table that the results go to"],
    ["no query", "name: a\ntarget-table: t\n", "1:1: sql is missing; write the query, or PyFlink as code"],
    ["sql and code", `${GOOD}code: x = 1\n`, "4:1: sql and code are both given; keep one of them"],
    [
      "a key of pyflink like none",
      `${GOOD}pyflink:\n  jar: a.jar\n`,
      "5:3: pyflink: unknown key 'jar'; did you mean jars?",
    ],
    [
      "a file that is not there",
      `${GOOD}pyflink:\n  files: [nowhere.py]\n`,
      "5:3: python.files: there is no file nowhere.py; paths are relative to the project's folder",
    ],
    [
      "a bad name",
      "name: a/b\ntarget-table: t\nsql: SELECT 1\n",
      "1:7: name: only letters, digits, '.', '_' and '-', and the first is a letter or digit",
    ],
    [
      "a number as a name",
      "name: 12\ntarget-table: t\nsql: SELECT 1\n",
      "1:7: name: expected a string, given a number; put it in quotes",
    ],
    [
      "true as a description",
      `${GOOD}description: true\n`,
      "4:14: description: expected a string, given true or false; put it in quotes",
    ],
    ["nothing as a description", `${GOOD}description:\n`, "4:13: description: expected a string, given nothing"],
    ["a list as a query", "name: a\ntarget-table: t\nsql: [SELECT 1]\n", "3:6: sql: expected a string, given a list"],
    [
      "keys as a target",
      "name: a\ntarget-table: {a: b}\nsql: SELECT 1\n",
      "2:15: target-table: expected a string, given keys and values",
    ],
    ["an empty query", 'name: a\ntarget-table: t\nsql: " "\n', "3:6: sql is empty"],
    [
      "a list of options",
      `${GOOD}flinkProperties: [a]\n`,
      "4:18: flinkProperties: expected options and values, given a list",
    ],
    [
      "a text as options",
      `${GOOD}flinkProperties: x\n`,
      "4:18: flinkProperties: expected options and values, given a string",
    ],
    [
      "an option of nothing",
      `${GOOD}flinkProperties:\n  a.b:\n`,
      "5:3: a.b: expected a string, a number or true/false, given nothing",
    ],
    [
      "an option of a list",
      `${GOOD}flinkProperties:\n  a.b: [1]\n`,
      "5:3: a.b: expected a string, a number or true/false, given a list",
    ],
    [
      "an option of keys",
      `${GOOD}flinkProperties:\n  a:\n    b: 1\n`,
      "5:3: a: expected a string, a number or true/false, given keys and values",
    ],
    [
      "a reserved option",
      `${GOOD}flinkProperties:\n  rest.port: 1\n`,
      "5:3: rest.port is set by the deployment itself; remove it",
    ],
    ["an empty file", "", "1:1: the file is empty; it needs name, target-table and sql"],
    ["comments only", "# later\n", "1:1: the file is empty; it needs name, target-table and sql"],
    ["a list", "- a\n", "1:1: expected keys and values, given a list"],
    ["a text", "hello\n", "1:1: expected keys and values, given a string"],
    ["two documents", `${GOOD}---\nname: b\n`, "4:1: a second YAML document; one file is one job"],
    ["a key twice", `${GOOD}name: b\n`, "4:1: name is given twice; keep one"],
    ["an option twice", `${GOOD}flinkProperties:\n  a.b: 1\n  a.b: 2\n`, "6:3: a.b is given twice; keep one"],
    [
      "a tab",
      "name: a\ntarget-table: t\nsql: SELECT 1\nflinkProperties:\n\ta: 1\n",
      "5:1: a tab cannot indent YAML; use spaces",
    ],
    [
      "a name in back-ticks without quotes",
      "name: a\ntarget-table: `t`\nsql: SELECT 1\n",
      "2:15: a plain text cannot begin with this character; put the text in quotes",
    ],
    [
      "a colon in a plain text",
      "name: a\ntarget-table: t\nsql: SELECT 1\ndescription: why: because\n",
      "4:14: a plain text cannot hold ': '; put the text in quotes",
    ],
    ["an open quote", 'name: "a\n', '2:1: not YAML: Missing closing "quote'],
    [
      "no query in it",
      "name: a\ntarget-table: t\nsql: |\n  -- later\n",
      "4:3: there is no statement in sql; write only the query; the INSERT is generated",
    ],
    [
      "an INSERT",
      "name: a\ntarget-table: t\nsql: |\n\n  -- x\n  insert INTO t SELECT 1\n",
      "6:3: sql begins with insert; write only the query; the INSERT is generated",
    ],
    [
      "two queries",
      "name: a\ntarget-table: t\nsql: |\n  SELECT 1;\n  SELECT 2\n",
      "5:3: a second statement; one manifest is one query",
    ],
    ["an open string", "name: a\ntarget-table: t\nsql: |\n  SELECT 1,\n    'x\n", "5:5: this string is never closed"],
    [
      "an open string that ends with ''",
      "name: a\ntarget-table: t\nsql: SELECT 'x''\n",
      "3:13: this string is never closed",
    ],
    ["an open name", "name: a\ntarget-table: t\nsql: SELECT `x\n", "3:13: this quoted name is never closed"],
    [
      "an open comment",
      "name: a\ntarget-table: t\nsql: |\n  SELECT 1 -- it's\n  /* x\n",
      "5:3: this comment is never closed; end it with */",
    ],
    ["an open hint", "name: a\ntarget-table: t\nsql: SELECT /*+ x\n", "3:13: this hint is never closed"],
    [
      "a target that is more than a name",
      "name: a\ntarget-table: t; DROP TABLE u\nsql: SELECT 1\n",
      "2:16: target-table is the name of a table; remove the semicolon",
    ],
    [
      "a target that is no name",
      "name: a\ntarget-table: \"'t'\"\nsql: SELECT 1\n",
      "2:16: target-table is not the name of a table, such as orders or `my-orders`",
    ],
  ])("%s", (_, text, expected) => {
    expect(heads(problemsOf({ "jobs/x.yaml": text }))).toEqual([`jobs/x.yaml:${expected}`]);
  });

  test("A file that is not UTF-8 says so.", () => {
    const latin1 = Buffer.from("name: größe\n", "latin1");
    expect(problemsOf({ "jobs/x.yaml": latin1 })).toEqual(["jobs/x.yaml: is not UTF-8; save it in that encoding"]);
  });

  test("A folder that is not there says so.", () => {
    expect(problemsOf({}, { folder: "nowhere" })).toEqual(["nowhere: there is no such folder"]);
  });
});

test("A problem shows its line and a caret.", () => {
  expect(problemsOf({ "jobs/x.yaml": `${GOOD}\n\n\nflinkPropertys:\n  a: 1\n` })).toEqual([
    [
      "jobs/x.yaml:7:1: unknown key 'flinkPropertys'; did you mean flinkProperties?",
      "    7 | flinkPropertys:",
      "      | ^",
    ].join("\n"),
  ]);
});

test("All problems of all files are told at once, in the order of reading, and nothing else is.", () => {
  const problems = problemsOf({
    "jobs/b.yaml": "name: b b\ntarget-table: t\nsql: INSERT INTO t SELECT 1\nflinkProperties:\n  rest.port: 1\n",
    "jobs/a.yml": "nam: a\nsql: [1]\n",
    "jobs/deep/er/c.yaml": "name: [\n",
    "jobs/t.sql": "INSERT INTO t SELECT 1",
    "jobs/good.yaml": GOOD,
    "jobs/.hidden.yaml": "x",
  });
  expect(heads(problems).map((head) => head?.replace(/: .*/u, ""))).toEqual([
    "jobs/a.yml:1:1",
    "jobs/a.yml:1:1",
    "jobs/a.yml:1:1",
    "jobs/a.yml:2:6",
    "jobs/b.yaml:1:7",
    "jobs/b.yaml:3:6",
    "jobs/b.yaml:5:3",
    "jobs/deep/er/c.yaml:2:1",
    "jobs/t.sql:1:1",
  ]);
});

describe("a job has a name of its own", () => {
  test.each([
    ["orders", "orders"],
    ["orders", "Orders"],
  ])("%s and %s are one name", (first, second) => {
    const manifest = (name: string) => `# x\nname: ${name}\ntarget-table: t\nsql: SELECT 1\n`;
    expect(heads(problemsOf({ "jobs/1.yaml": manifest(first), "jobs/2.yaml": manifest(second) }))).toEqual([
      `jobs/2.yaml:2:1: the name '${second}' is taken by '${first}' at jobs/1.yaml:2:1; give each job a name of its own`,
    ]);
  });

  test("orders and orders-agg are two.", () => {
    const manifest = (name: string) => `name: ${name}\ntarget-table: t\nsql: SELECT 1\n`;
    const { jobs } = load({ "jobs/2.yaml": manifest("orders"), "jobs/1.yaml": manifest("orders-agg") });
    expect(jobs.map(({ manifest: { name }, file }) => [name, file])).toEqual([
      ["orders", "jobs/2.yaml"],
      ["orders-agg", "jobs/1.yaml"],
    ]);
  });
});

describe("a manifest becomes a job", () => {
  const one = (text: string | Uint8Array, template?: string) => {
    const files = { "jobs/x.yaml": text, ...(template === undefined ? {} : { "jobs/job-template.yaml": template }) };
    return load(files).jobs[0]?.manifest;
  };

  test("Without a template, description and flinkProperties are empty.", () => {
    expect(one(GOOD)).toEqual({
      name: "a",
      description: "",
      "target-table": "t",
      sql: "SELECT 1",
      flinkProperties: {},
    });
  });

  test("Options are texts as they were written.", () => {
    const text = `${GOOD}flinkProperties: {a: 1, b: 1.10, c: "1", d: true, e: 10 s, f: 12345678901234567890, g: ""}\n`;
    expect(one(text)?.flinkProperties).toEqual({
      a: "1",
      b: "1.10",
      c: "1",
      d: "true",
      e: "10 s",
      f: "12345678901234567890",
      g: "",
    });
  });

  test("The template may lie elsewhere, among the manifests too.", () => {
    const template = "flinkProperties: {a: 1}\n";
    for (const file of ["old/defaults.yaml", "jobs/defaults.yaml"]) {
      const { jobs } = load({ "jobs/x.yaml": GOOD, [file]: template }, { template: file });
      expect(jobs.map(({ manifest }) => [manifest.name, manifest.flinkProperties])).toEqual([["a", { a: "1" }]]);
    }
    expect(heads(problemsOf({ "jobs/x.yaml": GOOD }, { template: "none.yaml" }))).toEqual([
      "none.yaml: there is no such file",
    ]);
  });

  test("Yes and no without quotes are true and false, as flink-sql-runner reads them.", () => {
    const options = "{a: yes, b: No, c: 'yes', d: on, e: OFF, f: y, g: yes sir, h: true}";
    expect(one(`${GOOD}flinkProperties: ${options}\n`)?.flinkProperties).toEqual({
      ...{ a: "true", b: "false", c: "yes", d: "true", e: "false" },
      ...{ f: "y", g: "yes sir", h: "true" },
    });
  });

  test("The template gives what the manifest does not, option by option, with the job's name put in.", () => {
    const template =
      "description: 'from {job_name}'\ntarget-table: '`{job_name}`'\n" +
      "flinkProperties:\n  pipeline.name: {job_name}\n  a: s3://b/{job_name}/{other}\n  b: 2\n";
    expect(one("name: j-1\nsql: SELECT '{job_name}'\nflinkProperties: {b: 3, c: 4}\n", template)).toEqual({
      name: "j-1",
      description: "from j-1",
      "target-table": "`j-1`",
      sql: "SELECT '{job_name}'",
      flinkProperties: { "pipeline.name": "j-1", a: "s3://b/j-1/{other}", b: "3", c: "4" },
    });
  });

  test.each([
    ["an empty template", GOOD, ""],
    ["a template of comments", GOOD, "# nothing yet\n"],
    ["a section whose options are commented out", `${GOOD}flinkProperties:\n  # a: 1\n`, undefined],
    ["a byte order mark", `\uFEFF${GOOD}`, undefined],
    ["Windows line ends", GOOD.replaceAll("\n", "\r\n"), undefined],
    ["a start of a document", `---\n${GOOD}`, undefined],
    ["an anchor and its alias", "name: &n a\ntarget-table: t\nsql: SELECT 1\ndescription: *n\n", undefined],
  ])("%s is fine", (_, text, template) => {
    expect(one(text, template)).toMatchObject({ name: "a", sql: "SELECT 1", flinkProperties: {} });
  });

  test.each([
    "SELECT 1",
    "with x AS (SELECT 1) SELECT * FROM x",
    "VALUES (1)",
    "(SELECT 1) UNION ALL (SELECT 2)",
    "SELECT 1;",
  ])("%s is a query", (sql) => {
    expect(one(`name: a\ntarget-table: t\nsql: |\n  -- x\n  ${sql}\n`)?.sql).toBe(`-- x\n${sql}\n`);
  });

  test("Windows line ends in a query are plain ones, so that a checkout elsewhere is no change.", () => {
    expect(one("name: a\r\ntarget-table: t\r\nsql: |\r\n  SELECT 1,\r\n    2\r\n")?.sql).toBe("SELECT 1,\n  2\n");
  });
});

test("Doubled braces in a table file, which flink-sql-runner needs, are warned of.", () => {
  const sql = `CREATE TABLE t (a INT) WITH ('x' = '{{"b":1}}'); -- {{\nCREATE TABLE u (a INT) WITH ('x' = '{"b":{}}');\n`;
  const { warnings } = load({ "jobs/x.yaml": GOOD, "jobs/t.sql": sql });
  expect(heads(warnings)).toEqual([
    "jobs/t.sql:1:37: {{ stays as it is; write one brace, unlike for flink-sql-runner, if one is meant",
  ]);
});

describe("a problem of the template is told once, at its place", () => {
  test.each([
    ["an unknown key", "flinkProperty: {}\n", "1:1: unknown key 'flinkProperty'; did you mean flinkProperties?"],
    [
      "a reserved option",
      "flinkProperties:\n  rest.port: 1\n",
      "2:3: rest.port is set by the deployment itself; remove it",
    ],
    ["a name", "name: x\n", "1:1: the template cannot name the jobs; give each manifest its name"],
    [
      "a fixed pipeline.name",
      "flinkProperties:\n  pipeline.name: x\n",
      "2:3: pipeline.name must be the job's name 'a'; remove it",
    ],
  ])("%s", (_, template, expected) => {
    const files = {
      "jobs/job-template.yaml": template,
      "jobs/a.yaml": GOOD,
      "jobs/b.yaml": GOOD.replace(": a", ": b"),
    };
    expect(heads(problemsOf(files))).toEqual([`jobs/job-template.yaml:${expected}`]);
  });
});

test("A folder without manifests has no jobs.", () => {
  expect(load({})).toEqual({ jobs: [], warnings: [] });
});

describe("parameters of a stack", () => {
  const TABLES =
    "CREATE TABLE t (a INT) WITH ('topic' = '{topic_prefix}orders', 'servers' = '{kafka}', 'password' = '{password}');\n" +
    "CREATE TABLE other (a INT) WITH ('topic' = '{unknown_here}');\n";
  const files = { "jobs/a.yaml": GOOD, "jobs/t.sql": TABLES };
  const stack = { stack: "prod", flinkProperties: {}, jobProperties: {} };

  test("are put in, and the definition as it stands in the file is kept beside.", () => {
    const parameters = { kafka: "kafka-1:9092", topic_prefix: "prod." };
    const { jobs, warnings } = load(files, { parameters, secretParameterNames: ["password"], stack });
    const [definition] = jobs[0]?.definitions ?? [];
    expect(definition?.sql).toContain("'topic' = 'prod.orders', 'servers' = 'kafka-1:9092', 'password' = '{password}'");
    expect(definition?.template).toBe(TABLES.split(";")[0]);
    expect(heads(warnings)).toEqual([
      "jobs/t.sql:2:45: no value for {unknown_here} in stack prod; set it: pulumi config set --path parameters.unknown_here <value>; for a secret: … --secret --path secretParameters.unknown_here; to keep the braces, give it the value '{unknown_here}' (no job uses it now)",
    ]);
  });

  test("are not looked for in a quoted name: such a one may hold braces, which is a warning.", () => {
    const table = "CREATE TABLE t (`a {word}` INT, `b {kafka}` INT);";
    const { jobs, warnings } = load(
      { "jobs/a.yaml": GOOD, "jobs/t.sql": table },
      { parameters: { kafka: "k" }, stack },
    );
    expect(jobs[0]?.definitions[0]?.sql).toBe("CREATE TABLE t (`a {word}` INT, `b k` INT)");
    expect(heads(warnings)).toEqual(["jobs/t.sql:1:20: no parameter is named word, so {word} stays as it is"]);
  });

  test("that a job needs and the stack lacks are errors, each at its place.", () => {
    const options = { parameters: { topic_prefix: "prod." }, secretParameterNames: ["pasword"], stack };
    expect(heads(problemsOf(files, options))).toEqual([
      "jobs/t.sql:1:77: no value for {kafka} in stack prod; set it: pulumi config set --path parameters.kafka <value>; for a secret: … --secret --path secretParameters.kafka; to keep the braces, give it the value '{kafka}'",
      "jobs/t.sql:1:101: no value for {password} in stack prod; did you mean pasword?",
    ]);
  });

  test("A brace that is meant as it stands has itself for a value.", () => {
    const parameters = { kafka: "{kafka}", topic_prefix: "prod." };
    const { jobs } = load(files, { parameters, secretParameterNames: ["password"], stack });
    expect(jobs[0]?.definitions[0]?.sql).toContain("'servers' = '{kafka}'");
  });
});

describe("warnings stop nothing", () => {
  test.each<[string, Files, Partial<LoadOptions>, string]>([
    [
      "an option that Flink ignores",
      { "jobs/a.yaml": `${GOOD}flinkProperties:\n  state.checkpoints.num-retained: 3\n` },
      {},
      "jobs/a.yaml:5:3: Flink ignores state.checkpoints.num-retained for a single job; set execution.checkpointing.num-retained for the cluster",
    ],
    [
      "a comment in a folded query",
      { "jobs/a.yaml": "name: a\ntarget-table: t\nsql: >-\n  SELECT 1 -- one\n  FROM t\n" },
      {},
      "jobs/a.yaml:4:12: this comment swallows the lines below it, because YAML joins them; write 'sql: |'",
    ],
    [
      "a placeholder without a value in a definition that no job uses",
      { "jobs/t.sql": "-- {nothing}\nSET 'table.a' = '{ouput} {group_id} {secret} {1}';\n" },
      { parameters: { output: "x" }, secretParameterNames: ["secret"] },
      "jobs/t.sql:2:18: no value for {ouput}; did you mean output? (no job uses it now)",
    ],
  ])("%s", (_, files, options, expected) => {
    expect(heads(load(files, options).warnings)).toEqual([expected]);
  });

  test.each([
    "sql: |\n  SELECT 1 -- one\n  FROM t\n",
    "sql: >-\n  SELECT 1\n  FROM t -- one\n",
    "sql: >-\n  SELECT '--'\n  FROM t\n",
  ])("%j swallows nothing", (sql) => {
    expect(load({ "jobs/a.yaml": `name: a\ntarget-table: t\n${sql}` }).warnings).toEqual([]);
  });
});

describe("table files", () => {
  const manifest = { "jobs/a.yaml": "name: a\ntarget-table: sink\nsql: SELECT * FROM v\n" };
  const labels = (files: Files, options: Partial<LoadOptions> = {}) =>
    load({ ...manifest, ...files }, options).jobs[0]?.definitions.map(({ label, file }) => `${file} ${label}`);

  test("All of the folder are read, by path, and a job gets those that it needs.", () => {
    const files = {
      "jobs/z.sql": "CREATE VIEW v AS SELECT * FROM orders; CREATE TABLE unused (a INT)",
      "jobs/deep/y.sql": "CREATE TABLE orders (a INT)",
      "jobs/b.sql": "CREATE TABLE sink (a INT)",
      "jobs/.hidden.sql": "INSERT INTO x SELECT 1",
    };
    expect(labels(files)).toEqual(["jobs/b.sql table sink", "jobs/deep/y.sql table orders", "jobs/z.sql view v"]);
  });

  test("Those that are named are read in that order, and no others.", () => {
    const files = {
      "t/b.sql": "CREATE TABLE sink (a INT)",
      "t/a.sql": "CREATE VIEW v AS SELECT 1",
      "jobs/x.sql": "CALL x()",
    };
    expect(labels(files, { tables: ["t/b.sql", "./t/a.sql"] })).toEqual(["t/b.sql table sink", "t/a.sql view v"]);
  });

  test.each([
    ["behind a statement", "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole') {tail}", "1:57"],
    ["as a name", "CREATE TABLE `{tail}` (a INT)", "1:15"],
    ["as a column", "CREATE TABLE t (a INT, {tail} INT)", "1:24"],
    ["in a hint, outside of its literals", "CREATE VIEW t AS SELECT * FROM s /*+ OPTIONS({tail}) */", "1:46"],
  ])("A secret parameter is refused %s: it could make another statement of it.", (_, sql, place) => {
    const files = { ...manifest, "jobs/t.sql": sql };
    expect(() => load(files, { secretParameterNames: ["tail"] })).toThrow(
      new RegExp(`jobs/t\\.sql:${place}: secret parameters may stand in string literals only, as '\\{tail\\}'`, "u"),
    );
  });

  test("A secret parameter may stand in a literal of a hint, and in a comment it is nothing.", () => {
    const sql = "CREATE VIEW t AS SELECT * FROM s /*+ OPTIONS('password' = '{tail}') */ -- {tail}";
    expect(load({ ...manifest, "jobs/t.sql": sql }, { secretParameterNames: ["tail"] }).jobs).toHaveLength(1);
  });

  test("Public parameters are put in; secrets and the consumer group are left for the start.", () => {
    const files = { ...manifest, "jobs/t.sql": "SET 'table.x' = '{output} {group_id} {secret} {a: 1}'" };
    const options = { parameters: { output: "$&", group_id: "no", secret: "no" }, secretParameterNames: ["secret"] };
    expect(load(files, options).jobs[0]?.definitions[0]?.sql).toBe("SET 'table.x' = '$& {group_id} {secret} {a: 1}'");
  });

  test.each<[string, string | Uint8Array, string]>([
    [
      "a statement that would run",
      "SET 'table.a'='b';\n  CALL x();",
      "jobs/t.sql:2:3: CALL does not belong in a table file: it would run each time a job is planned, in a preview too; remove it",
    ],
    ["an open string", "SET 'a'='b;\n", "jobs/t.sql:1:9: this string is never closed"],
    ["another encoding", Buffer.from("-- größe", "latin1"), "jobs/t.sql: is not UTF-8; save it in that encoding"],
  ])("%s is a problem", (_, text, expected) => {
    expect(heads(problemsOf({ "jobs/t.sql": text }))).toEqual([expected]);
  });

  test("A file that is not there is a problem.", () => {
    expect(problemsOf(manifest, { tables: ["t/none.sql"] })).toEqual(["t/none.sql: there is no such file"]);
  });
});

describe("a place in a query is found in its file", () => {
  const HEAD = "name: a\ntarget-table: t\n";
  test.each<[string, string, { line: number; column: number }, [number, number, string]]>([
    ["a literal text", "sql: |\n  SELECT a,\n    bb\n", { line: 2, column: 3 }, [5, 5, "bb"]],
    [
      "a literal text with indentation and a comment",
      "sql: |2- # x\n    SELECT\n   b\n",
      { line: 2, column: 2 },
      [5, 4, "b"],
    ],
    ["a literal text after an empty line", "sql: |\n\n  SELECT\n\n  b\n", { line: 4, column: 1 }, [7, 3, "b"]],
    ["a folded text", "sql: >-\n  SELECT a,\n  bb\n", { line: 1, column: 11 }, [5, 3, "bb"]],
    ["a plain text", "sql: SELECT bb\n", { line: 1, column: 8 }, [3, 13, "bb"]],
    ["a plain text of several lines", "sql:\n  SELECT a,\n    bb\n", { line: 1, column: 11 }, [5, 5, "bb"]],
    ["double quotes", 'sql: "SELECT bb"\n', { line: 1, column: 8 }, [3, 14, "bb"]],
    ["single quotes", "sql: 'SELECT bb'\n", { line: 1, column: 8 }, [3, 14, "bb"]],
    ["Windows line ends", "sql: |\r\n  SELECT a,\r\n    bb\r\n", { line: 2, column: 3 }, [5, 5, "bb"]],
    ["characters outside of the basic plane", "sql: |\n  SELECT '😀', bb\n", { line: 1, column: 14 }, [4, 16, "bb"]],
  ])("%s", (_, sql, at, [line, column, character]) => {
    const root = project({ "jobs/a.yaml": HEAD + sql });
    const place = locate(root, "jobs/a.yaml", "sql", at);
    expect(place).toMatchObject({ file: "jobs/a.yaml", line, column });
    const [source = "", caret = ""] = place?.excerpt.split("\n") ?? [];
    expect(source.slice(caret.indexOf("^"))).toMatch(new RegExp(`^${character}`, "u"));
  });

  test.each([
    ["escapes", 'sql: "SELECT\\t\'x\\"\'"\n'],
    ["doubled quotes", "sql: 'SELECT ''x'''\n"],
  ])("Of a text with %s only the line is known.", (_, sql) => {
    const root = project({ "jobs/a.yaml": HEAD + sql });
    expect(locate(root, "jobs/a.yaml", "sql", { line: 1, column: 8 })).toEqual({
      file: "jobs/a.yaml",
      line: 3,
      column: 6,
      excerpt: "",
    });
  });

  test("The end of the query, and a place behind it, is behind its last character.", () => {
    const root = project({ "jobs/a.yaml": `${HEAD}sql: |\n  SELECT\n` });
    expect(locate(root, "jobs/a.yaml", "sql", { line: 9, column: 9 })).toMatchObject({ line: 4, column: 9 });
  });

  test("A text that comes from the template is found there.", () => {
    const root = project({
      "jobs/job-template.yaml": "target-table: t.u\n",
      "jobs/deep/a.yaml": "name: a\nsql: SELECT 1\n",
    });
    const place = locate(root, "jobs/deep/a.yaml", "target-table", { line: 1, column: 3 });
    expect(place).toMatchObject({ file: "jobs/job-template.yaml", line: 1, column: 17 });
  });

  test("What is not there has no place.", () => {
    const root = project({ "jobs/a.yaml": "name: a\n" });
    expect(locate(root, "jobs/a.yaml", "sql", { line: 1, column: 1 })).toBeUndefined();
    expect(locate(root, "jobs/none.yaml", "sql", { line: 1, column: 1 })).toBeUndefined();
  });
});

describe("an excerpt has its caret below the character", () => {
  test("Tabs stay tabs.", () => {
    expect(excerpt("a\n\tb\tc", 2, 4)).toBe("    2 | \tb\tc\n      | \t \t^");
  });

  test("A long line is cut around it.", () => {
    const [line = "", caret = ""] = excerpt(`${"x".repeat(5000)}HERE${"y".repeat(5000)}`, 1, 5001).split("\n");
    expect(line.length).toBeLessThan(125);
    expect(line.slice(caret.indexOf("^"))).toMatch(/^HERE/u);
  });
});

test("A login in an address is refused, and the line that it stands in does not tell it.", () => {
  const dir = "execution.checkpointing.dir: s3://key:in-an-address@bucket/c";
  const given = { "jobs/a.yaml": `name: a\ntarget-table: t\nsql: SELECT 1\nflinkProperties:\n  ${dir}\n` };
  const told = safe(problemsOf(given).join("\n"));
  expect(told).toContain("execution.checkpointing.dir has a user name, a password or a key in its address");
  expect(told).not.toContain("in-an-address");
});

describe("metadata columns", () => {
  const chosen = (manifest: string, template: string, metadata?: "query") => {
    const stack = { stack: "prod", flinkProperties: {}, jobProperties: {}, ...(metadata ? { metadata } : {}) };
    const files = {
      "jobs/a.yaml": `name: a\ntarget-table: t\nsql: SELECT 1\n${manifest}`,
      ...(template ? { "jobs/job-template.yaml": template } : {}),
    };
    return load(files, { stack }).jobs[0]?.metadata;
  };
  const OWN = "metadata: [query-id, timestamp]\n";

  test("The manifest wins over the stack, and the stack over the template.", () => {
    expect(chosen(OWN, "metadata: none\n", "query")).toEqual(["query-id", "timestamp"]);
    expect(chosen("", "metadata: none\n", "query")).toBe("query");
    expect(chosen("", "metadata: none\n")).toBe("none");
    expect(chosen("", "")).toBeUndefined();
  });

  test.each(["metadata: some\n", "metadata: [time]\n", "metadata:\n  a: b\n", "metadata: 1\n"])(
    "%j is a problem",
    (text) => {
      const files = { "jobs/a.yaml": `name: a\ntarget-table: t\nsql: SELECT 1\n${text}` };
      expect(heads(problemsOf(files))[0]).toMatch(
        /^jobs\/a\.yaml:[45]:\d+: metadata: expected all, query, timestamp, none, or a list of timestamp, /u,
      );
    },
  );
});

describe("files of a folder", () => {
  const OTHER = GOOD.replace("name: a", "name: b");
  const loaded = (root: string) => load({}, { root }).jobs.map(({ file }) => file);

  test("Links to folders and files are followed.", () => {
    const root = project({ "common/more/b.yaml": OTHER, "elsewhere.yaml": GOOD });
    symlinkSync("../common/more", join(root, "jobs/linked"));
    symlinkSync("../elsewhere.yaml", join(root, "jobs/a.yaml"));
    expect(loaded(root)).toEqual(["jobs/a.yaml", "jobs/linked/b.yaml"]);
  });

  test("Endings count in whatever case.", () => {
    const sql = "CREATE TABLE t (a INT) WITH ('connector' = 'x');";
    const { jobs } = load({ "jobs/a.YAML": GOOD, "jobs/b.Yml": OTHER, "jobs/t.SQL": sql });
    expect(jobs.map(({ file, definitions }) => [file, definitions.length])).toEqual([
      ["jobs/a.YAML", 1],
      ["jobs/b.Yml", 1],
    ]);
  });

  test.each([
    ["..", /jobs\/link: this link leads back to a folder that it is in/u],
    [".", /jobs\/link: this link leads back/u],
    ["link", /jobs\/link: this link leads to itself/u],
    ["nowhere", /jobs\/link: this link leads nowhere \(ENOENT\)/u],
  ])("A link to %s is an error.", (target, words) => {
    const root = project({ "jobs/a.yaml": GOOD });
    symlinkSync(target, join(root, "jobs/link"));
    expect(() => load({}, { root })).toThrow(words);
  });
});
