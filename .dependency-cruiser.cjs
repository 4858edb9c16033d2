/** Which file may import which: arrows point one way, each room has one door, each package one home. `npm run check` runs it. */

/** Room → the rooms below it, whose doors it may use. */
const BELOW = {
  secrecy: [],
  workspace: [],
  decide: [],
  flink: ["decide", "secrecy", "workspace"],
  store: ["decide", "secrecy"],
  cluster: ["decide", "secrecy", "workspace", "flink", "store"],
  read: ["decide", "secrecy", "workspace"],
  remember: ["decide", "store"],
  ask: ["decide", "flink", "store", "remember"],
  prove: ["decide", "workspace", "flink", "cluster", "ask"],
  act: ["decide", "flink", "store", "remember", "ask", "prove"],
  resources: ["decide", "secrecy", "workspace", "read", "flink", "store", "cluster", "remember", "ask", "prove", "act"],
  process: ["decide", "flink", "resources"],
};

const WHY = {
  workspace: "Where files are is asked from everywhere, so it asks nobody.",
  secrecy: "Every room makes its texts safe, so what does that knows none of them.",
  decide: "What decides is pure: it touches nothing, and asks nobody.",
  flink: "An adapter speaks to one server; what is to be done is decided elsewhere.",
  store: "A folder or a bucket knows texts and files, and nothing of what they say.",
  cluster: "Processes of a cluster, and YARN: what is to be done with them is decided elsewhere.",
  read: "Reading what a person wrote needs no server.",
  remember: "A record is what it says, whoever asks for it.",
  ask: "Who looks carries no plan out.",
  prove: "Who has Flink plan a start does not start it.",
  act: "What runs a plan knows no resource, and no kind of cluster.",
  resources: "Resources do not know the program that makes them.",
  process: "The process that Pulumi starts serves the hooks, and nothing else.",
};

const in_ = (room) => `^provider/${room}/`;
const door = (room) => `^provider/${room}/index[.]ts$`;

const directions = Object.entries(BELOW).map(([room, below]) => ({
  name: `${room}-knows-what-is-below-it`,
  comment: WHY[room],
  severity: "error",
  from: { path: in_(room) },
  to: {
    path: "^(index[.]ts$|test/|scripts/|provider/)",
    pathNot: [in_(room), ...below.map(door), ...(room === "process" ? ["^provider/(hooks[.]ts|compiled[.]cjs)$"] : [])],
  },
}));

/** A package may be imported only by the files that `homes` names. */
const home = (name, pattern, ...homes) => ({
  name,
  comment: `${name} has one home, so that a change of it stays in one place.`,
  severity: "error",
  from: { pathNot: homes },
  to: { path: `(^|/)node_modules/${pattern}/` },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "A cycle has no top to start reading at.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "one-door",
      comment: "A room gives away what its index.ts lists; what else is in it can change without anybody else.",
      severity: "error",
      from: { path: "^(index[.]ts$|provider/([^/]+)/|provider/[^/]+[.]ts$)" },
      to: { path: "^provider/[^/]+/", pathNot: ["^provider/$2/", "^provider/[^/]+/index[.]ts$"] },
    },
    {
      name: "doors-are-for-others",
      comment: "Inside a room, a file imports the other file, not the door.",
      severity: "error",
      from: { path: "^provider/([^/]+)/" },
      to: { path: "^provider/$1/index[.]ts$" },
    },
    ...directions,
    {
      name: "decide-is-pure",
      comment:
        "It imports zod, fastest-levenshtein, node:crypto, node:path and itself, nothing that touches the world.",
      severity: "error",
      from: { path: in_("decide") },
      to: { pathNot: [in_("decide"), "(^|/)node_modules/(zod|fastest-levenshtein)/", "^(node:)?(crypto|path)$"] },
    },
    {
      name: "program-uses-the-public-names",
      comment: "The program is an example for users: it imports provider/index.ts only.",
      severity: "error",
      from: { path: "^index[.]ts$" },
      to: { path: "^provider/", pathNot: "^provider/index[.]ts$" },
    },
    {
      name: "connections-are-made-in-one-place",
      comment: "Who speaks to a server is handed a connection: how one is let in there stays in one place.",
      severity: "error",
      from: { path: "^provider/", pathNot: "^provider/flink/rest/connections[.]ts$" },
      to: { path: "^provider/flink/rest/connection[.]ts$", dependencyTypesNot: ["type-only"] },
    },
    // The sender, and what makes its agents: no other file sends a request.
    home("undici", "undici", "^provider/flink/rest/(http|access)[.]ts$"),
    home("execa", "execa", in_("cluster"), in_("flink/runner"), "^test/"),
    home("fastest-levenshtein", "fastest-levenshtein", "^provider/decide/words/spelling[.]ts$"),
    home("p-limit", "p-limit", "^provider/store/in-parallel[.]ts$", "^provider/ask/look-ahead[.]ts$", "^test/"),
    home("get-port", "get-port", "^provider/cluster/local/ports[.]ts$", "^test/"),
    home("the AWS SDK", "@aws-sdk/[^/]+", "^provider/store/s3(-client)?[.]ts$", "^test/"),
    home("yaml", "yaml", in_("read"), "^provider/remember/job-record[.]ts$", "^(test|scripts)/"),
    home(
      "pulumi",
      "@pulumi/[^/]+",
      "^index[.]ts$",
      in_("resources"),
      in_("read/settings"),
      "^provider/process/piece[.]ts$",
      "^test/",
    ),
    home("the AWS resources", "@pulumi/aws", "^provider/resources/state-bucket[.]ts$"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^scripts/.*[.]mjs$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
