/** One cluster for the accidents of a test file, and in each test a job of its own behind proxies in which they happen. */

import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { FaultPlan, type RunningProxy, startProxy } from "../servers/fault-proxy.js";
import { folderStore, type Lab, type LabOptions, openLab } from "./lab.js";
import { properties, TestJob } from "./test-job.js";

export interface Accidents {
  readonly lab: Lab;
  /** The job of this test; it does not run yet. */
  readonly job: TestJob;
  /** In front of the JobManager and the gateway. */
  readonly faults: FaultPlan;
}

/** To be called at the top of a test file. Gives what the test that runs just now has. */
export function accidents(options: Pick<LabOptions, "failOver"> = {}): () => Accidents {
  const faults = new FaultPlan();
  let lab: Lab;
  let job: TestJob;
  let proxies: readonly RunningProxy[];
  let jobs = 0;
  beforeAll(async () => {
    // A dead TaskManager is missed after some seconds and not after a minute.
    const heartbeat = { "heartbeat.interval": "1000", "heartbeat.timeout": "8000" };
    lab = await openLab({ ...options, slots: 3, stores: ["folder"], properties: heartbeat });
    proxies = await Promise.all([startProxy(lab.flink.restUrl, faults), startProxy(lab.gatewayUrl, faults)]);
  });
  afterAll(async () => {
    for (const proxy of proxies ?? []) proxy.stop();
    await lab?.close();
  });
  beforeEach(() => {
    const [rest, gateway] = proxies;
    const reach = { restUrl: rest?.url ?? "", gatewayUrl: gateway?.url ?? "", store: folderStore(lab) };
    job = new TestJob(lab, `job-${++jobs}`, reach);
    job.renew();
  });
  afterEach(async () => {
    faults.disarm();
    job.provider.kill();
    await job.end();
  });
  return () => ({ lab, job, faults });
}

/** Another checkpoint interval: a change that restarts the job from a savepoint. */
export const faster = (interval: string) => ({ flinkProperties: properties(interval) });
