/** What a local cluster is started with, and the Flink options that come of it. */

import { isSensitive } from "../../decide/index.js";
import { configurationText } from "./flink-home.js";

/** What the processes are started with. */
export interface LocalSpec {
  /** Folder of the stack: conf/, log/ and the list of processes; relative to the project. */
  readonly folder: string;
  readonly flinkHome: string;
  readonly taskManagers: number;
  readonly slotsPerTaskManager: number;
  /** Flink's memory sizes: `1600m`. */
  readonly jobManagerMemory: string;
  readonly taskManagerMemory: string;
  /** Any Flink options; they win over ours, except for addresses and ports. */
  readonly properties: Readonly<Record<string, string>>;
  /** Whether one of them is a secret. */
  readonly propertiesAreSecret?: boolean | undefined;
  /** Names of environment variables that the processes get beside those that they need. */
  readonly environment: readonly string[];
  /** Address of the store: where it is in S3, Flink needs the plugin for that. */
  readonly store: string;
  /** Further options, of lower rank: those that lead to the store's server. */
  readonly storeOptions: Readonly<Record<string, string>>;
  readonly restPort: number;
  readonly rpcPort: number;
  readonly gatewayPort: number;
  readonly startSeconds: number;
}

/** The whole of the cluster's configuration file but for the distribution's own openings. */
export function configurationOf(spec: LocalSpec): string {
  return configurationText({
    "jobmanager.memory.process.size": spec.jobManagerMemory,
    "taskmanager.memory.process.size": spec.taskManagerMemory,
    // Classes of ended jobs stay for a while, about 18 MB a job; in the JobManager those of the jars that jobs bring.
    "taskmanager.memory.jvm-metaspace.size": "512m",
    "jobmanager.memory.jvm-metaspace.size": "512m",
    "taskmanager.numberOfTaskSlots": String(spec.slotsPerTaskManager),
    "execution.checkpointing.num-retained": "2",
    // A process that died is missed after two of these, and not after two times 10 s.
    "heartbeat.interval": "2000",
    // Rows are counted again when they are asked for, and not for 10 s after that.
    "metrics.fetcher.update-interval": "500",
    // The age of what the REST API tells of a job; the default of 3 s is meant for larger clusters.
    "web.refresh-interval": "500",
    // Jobs come through the SQL Gateway or the runner, which need no upload of jars; a web page has no use for any of it.
    "web.submit.enable": "false",
    "web.access-control-allow-origin": `http://127.0.0.1:${spec.restPort}`,
    ...spec.storeOptions,
    ...spec.properties,
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.rpc.port": String(spec.rpcPort),
    "jobmanager.bind-host": "127.0.0.1",
    "taskmanager.host": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    // Not rest.bind-port as well: the SQL Gateway would take it for its own.
    "rest.port": String(spec.restPort),
    "sql-gateway.endpoint.rest.address": "127.0.0.1",
    "sql-gateway.endpoint.rest.bind-address": "127.0.0.1",
    "sql-gateway.endpoint.rest.port": String(spec.gatewayPort),
  });
}

/** All that a cluster must be restarted for. */
export function setUpOf(spec: LocalSpec): string {
  // The gateway's port is nothing to JobManager and TaskManagers, and may change when the gateway is started again.
  return [configurationOf({ ...spec, gatewayPort: 0 }), ...spec.environment].join("\n");
}

export function isSecret({ properties, propertiesAreSecret = false }: LocalSpec): boolean {
  return propertiesAreSecret || Object.keys(properties).some(isSensitive);
}
