/** Which file may import which: arrows point one way, and each package has one home. `npm run check` runs it. */

const core = "^provider/core/";
const secrecy = "^provider/secrecy/";
const adapters = "^provider/(flink|cluster|store)/";
const asking = "^provider/deploy/";
const acting = "^provider/act/";
const targets = "^provider/targets/";
const resources = "^provider/(flink-sql-job|job-store|session-cluster|state-bucket)[.]ts$";
const loaders = "^provider/manifests/";
const top = "^(index[.]ts|provider/index[.]ts)$";

/** Files under `from` may not import a file under any of `to`. */
const never = (name, comment, from, ...to) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to },
});

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
      name: "core-is-pure",
      comment: "The core decides; it imports zod, node:crypto, node:path and itself, nothing that touches the world.",
      severity: "error",
      from: { path: core },
      to: { pathNot: [core, "(^|/)node_modules/zod/", "^(node:)?(crypto|path)$"] },
    },
    {
      name: "adapters-know-the-core-only",
      comment: "An adapter speaks to one server; what is to be done is decided elsewhere.",
      severity: "error",
      from: { path: adapters },
      to: { path: "^(index[.]ts$|provider/)", pathNot: [core, secrecy, adapters] },
    },
    {
      name: "secrecy-knows-nobody",
      comment: "Every layer makes its texts safe, so what does that knows none of them.",
      severity: "error",
      from: { path: secrecy },
      to: { path: "^(index[.]ts$|provider/)", pathNot: secrecy },
    },
    {
      name: "loaders-know-the-core-only",
      comment: "Reading manifests needs no server.",
      severity: "error",
      from: { path: loaders },
      to: { path: "^(index[.]ts$|provider/)", pathNot: [core, secrecy, loaders] },
    },
    never("asking-starts-nothing", "Who looks, and has Flink plan, carries no plan out.", asking, acting),
    never(
      "plans-below-resources",
      "What observes, and what runs a plan, knows no resource.",
      `${asking}|${acting}`,
      resources,
      loaders,
      top,
    ),
    never(
      "plans-below-targets",
      "Kinds of clusters use what runs plans, not the other way round.",
      `${asking}|${acting}`,
      targets,
    ),
    never("targets-below-resources", "A kind of cluster knows no resource.", targets, resources, loaders, top),
    never("resources-below-the-program", "Resources do not know the program that makes them.", resources, top),
    never(
      "provider-below-the-program",
      "The program imports the provider, not the other way round.",
      "^provider/",
      "^index[.]ts$",
    ),
    never("no-tests-in-the-product", "What ships imports no test.", "^(index[.]ts$|provider/)", "^test/"),
    {
      name: "program-uses-the-public-names",
      comment: "The program is an example for users: it imports provider/index.ts only.",
      severity: "error",
      from: { path: "^index[.]ts$" },
      to: { path: "^provider/", pathNot: "^provider/index[.]ts$" },
    },
    home("undici", "undici", "^provider/(flink|cluster)/"),
    home("execa", "execa", "^provider/cluster/", "^provider/flink/runner[.]ts$", "^test/"),
    home("the AWS SDK", "@aws-sdk/[^/]+", "^provider/store/s3(-client)?[.]ts$", "^test/"),
    home("yaml", "yaml", loaders, "^provider/store/job-record[.]ts$", "^(test|scripts)/"),
    home(
      "pulumi",
      "@pulumi/[^/]+",
      "^index[.]ts$",
      "^provider/(flink-sql-job|job-store|session-cluster|state-bucket|dynamic|engine-log|settings|program|run-error)[.]ts$",
      "^provider/process/piece[.]ts$",
      "^test/",
    ),
    home("the AWS resources", "@pulumi/aws", "^provider/state-bucket[.]ts$"),
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
