/** The tool whose stores are taken over, run as its users run it: the real flink-sql-runner 0.2.0, by its command line. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { MOTO_CREDENTIALS } from "../servers/moto.js";
import { flinkHome } from "./cluster.js";

export interface OldToolOptions {
  readonly restUrl: string;
  /** `s3://bucket/prefix?endpoint=…`: records lie below its manifests/. */
  readonly store: string;
  readonly manifests: string;
  readonly template: string;
  readonly tables: string;
  /** Values for `{key}` in the tables. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Its waits are left as they are: for measuring it. */
  readonly unhurried?: boolean;
}

/** It looks at each new job ten times in 30 s; here once, so that it is done in a fraction of the time. Nothing else differs. */
const HURRY = `
from flink_sql_runner.flink_clients import FlinkCli
FlinkCli.JOB_RUNNING_CHECK_RETRIES_COUNT = 1
FlinkCli.JOB_RUNNING_CHECK_RETRIES_TIMEOUT = 0
`;

const LAUNCHER = `
import os, runpy, sys, flink_sql_runner
sys.argv[1:1] = ["--pyflink-runner-dir", os.path.join(os.path.dirname(flink_sql_runner.__file__), "runner")]
runpy.run_module("flink_sql_runner.deploy", run_name="__main__")
`;

/** Deploys all manifests of the folder; gives all that it printed. Throws where it failed. */
export async function runOldTool(options: OldToolOptions): Promise<string> {
  const bin = process.env.OLD_TOOL;
  if (!bin) throw new Error("OLD_TOOL is not set: run the tests with `npm test -- e2e-s3`");
  const store = new URL(options.store);
  const python = join(bin, "python");
  const { host } = new URL(options.restUrl);
  const parameters = Object.entries(options.parameters).map(([key, value]) => `${key}=${value}`);
  const args = [
    ...["--path", options.manifests, "--template-file", options.template, "--pyexec-path", python],
    ...["--external-job-config-bucket", store.hostname],
    ...["--external-job-config-prefix", `${store.pathname.slice(1)}/manifests/`],
    ...["--table-definition-path", options.tables, "--deployment-target", "remote", "--jobmanager-address", host],
    ...["--template-params", ...parameters],
  ];
  const program = options.unhurried ? LAUNCHER : HURRY + LAUNCHER;
  const env = { ...environment(store), ...(options.unhurried ? {} : QUICK_JAVA) };
  const { all } = await execa(python, ["-c", program, ...args], { env, all: true });
  return all;
}

/** Each look at a job starts a Java program that lives for two seconds. */
const QUICK_JAVA = { JVM_ARGS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" };

function environment(store: URL): { [name: string]: string } {
  return {
    ...MOTO_CREDENTIALS,
    AWS_S3_ENDPOINT: store.searchParams.get("endpoint") ?? "",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    FLINK_HOME: flinkHome(),
    PATH: `${join(flinkHome(), "bin")}:${process.env.PATH}`,
  };
}

/** What it ran of Flink's own command line that is not a look only. */
export function flinkCommands(printed: string): string[] {
  return [...printed.matchAll(/^CMD flink (?!list)(\w+)/gmu)].map(([, command = ""]) => command);
}

/** The program that it makes of a `code` manifest, and leaves behind. */
export async function removeProgram(job: string): Promise<void> {
  await rm(`/tmp/run-${job}.py`, { force: true });
}
