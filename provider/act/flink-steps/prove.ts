/** STEP prove: what was started must show that it does its work, while there is still a way back. */

import { refuseOtherDirectory } from "../../ask/index.js";
import type { Step } from "../../decide/index.js";
import { awaitFirstCheckpoint, awaitFirstRow, unlessFailed } from "../../flink/index.js";
import { type DeployContext, given, type Standing } from "../context.js";
import type { StepKind } from "../run.js";

type Prove = Extract<Step, { do: "prove" }>;

export const prove: StepKind<Prove, Standing, DeployContext> = {
  async run(step, standing, context) {
    const next = given(standing.next, "what was started");
    const hasFinished = await awaitProof(step, standing, context);
    await refuseOtherDirectory(context.world.rest, next);
    return { ...standing, hasFinished };
  },
  undo: { never: "it only looks" },
  whenItFails: "goes-back",
};

/** Gives whether it has come to its end by now, as a bounded job may at once. */
async function awaitProof({ by }: Prove, standing: Standing, context: DeployContext): Promise<boolean> {
  const { name, world, limits, progress } = context;
  const started = given(standing.started, "a job that runs");
  const job = { name, jobId: started.jid, limits, progress };
  if (started.state === "FINISHED") return true;
  if (by === "first-checkpoint") return awaitFirstCheckpoint(world.rest, job);
  await awaitFirstRow(world.rest, job);
  const hasFinished = await awaitFirstCheckpoint(world.rest, job);
  await unlessFailed(world.rest, name, started);
  return hasFinished;
}
