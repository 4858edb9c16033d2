/** STEP close-leftover: ends what a killed deployment left open, which could still submit its job. */

import type { Step } from "../../decide/index.js";
import { elsewhere, SqlGateway } from "../../flink/index.js";
import { endLeftRunner, endSession } from "../../prove/index.js";
import type { DeployContext, Standing } from "../context.js";
import type { StepKind } from "../run.js";

/** Longest time for the gateway of a cluster that is left. */
const LEFT_MS = 10_000;

export const closeLeftover: StepKind<Extract<Step, { do: "close-leftover" }>, Standing, DeployContext> = {
  async run({ session }, standing, { target }) {
    const { gateway, jobManager } = target;
    const known = gateway?.connection ?? jobManager.with({ timeoutMs: LEFT_MS });
    if (gateway && session.gatewayUrl === known.address) await gateway.closeSession(session.handle);
    // That of a cluster which is left may be gone with it.
    else if (/^https?:/u.test(session.gatewayUrl))
      await endSession(new SqlGateway(elsewhere(known, session.gatewayUrl)), session.handle);
    await endLeftRunner(session, target.runner);
    return standing;
  },
  undo: { never: "nobody waits for it" },
  whenItFails: { stays: "the job itself was not touched yet" },
};
