/** The door of cluster/: Flink's processes on this machine, and YARN. */

export { checkFlinkHome, configurationText } from "./local/flink-home.js";
export {
  isKnownFolder,
  isLocalClusterDown,
  localHealth,
  portsToRun,
  runningPorts,
  startLocalOrNothing,
  stopLocal,
} from "./local/local.js";
export { configurationOf, type LocalSpec } from "./local/local-configuration.js";
export { checkMemory } from "./local/memory.js";
export { nearGateway, startNearGateway } from "./local/near-gateway.js";
export { freePorts } from "./local/ports.js";
export { isProcessAlive, readProcesses, type Started, startedProcess, stopProcess } from "./local/processes.js";
export { PortTaken } from "./local/start-failed.js";
export { endApplication } from "./yarn/yarn-end.js";
export { ResourceManagers, YarnSilent } from "./yarn/yarn-rest.js";
export { checkYarnStart } from "./yarn/yarn-setting.js";
export { endLeftStart, pendingWords, startOnYarn } from "./yarn/yarn-start.js";
