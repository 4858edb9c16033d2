/** STEP bury: leaves a tombstone, so that the version is not used again and its state is found. */

import { type EndStep, withoutSession } from "../../decide/index.js";
import { type DeployContext, type EndContext, given, type Standing } from "../context.js";
import type { StepKind } from "../run.js";

type Bury = Extract<EndStep, { do: "bury" }>;

export const bury = {
  async run({ state, isFinished, wasNeverStarted }: Bury, standing: Standing, context: EndContext): Promise<Standing> {
    const before = given(context.before, "the record of what is gone");
    const record = await context.writer.write({
      ...before,
      status: "deleted",
      ...(isFinished && { hasFinished: true }),
      savepoint: state === "just-taken" ? standing.state : state,
      intent: wasNeverStarted ? withoutSession(before) : undefined,
    });
    return { ...standing, record };
  },
  undo: { never: "a manifest that comes back goes on from it" },
  whenItFails: { stays: "an end that is not written down yet is found by the intent" },
} satisfies StepKind<Bury, Standing, DeployContext>;
