/** Clusters that integration tests share: each is started when the first file asks for it, and stopped after the last one. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { flinkOf } from "./cluster.js";
import { runningLab } from "./lab-file.js";
import { type Servers, startServers } from "./servers.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Address that answers with a cluster of the version of Flink in its path. */
    clusters: string;
  }
}

/** Two files at a time, a few jobs of each. */
const SLOTS = 16;

type Cluster = Pick<Servers, "folder" | "restUrl" | "gatewayUrl"> & Partial<Pick<Servers, "stop">>;

async function clusterOf(version: string): Promise<Cluster> {
  const home = flinkOf(version);
  return (await runningLab(home)) ?? (await startServers(home, { slots: SLOTS }));
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const clusters = new Map<string, Promise<Cluster>>();
  const server = createServer(async ({ url = "" }, response) => {
    const version = url.slice(1);
    const cluster = clusters.get(version) ?? clusterOf(version);
    clusters.set(version, cluster);
    try {
      const { folder, restUrl, gatewayUrl } = await cluster;
      response.end(JSON.stringify({ folder, restUrl, gatewayUrl }));
    } catch (error) {
      response.statusCode = 500;
      response.end(String(error));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  project.provide("clusters", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    for (const started of await Promise.allSettled(clusters.values()))
      if (started.status === "fulfilled") await started.value.stop?.();
  };
}
