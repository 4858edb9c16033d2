/** STEP note-intent: the record says what is about to be started, where nothing is stopped for it. */

import {
  type JobRecord,
  type Step,
  type StopStep,
  UserError,
  unlessBug,
  withEarlierIntent,
  withoutSession,
} from "../../decide/index.js";
import { type DeployContext, given, intentOf, type Standing } from "../context.js";
import { failureOf, wordsOfFailed } from "../failure.js";
import { neverRan } from "../next-deployment.js";
import type { StepKind, Undone } from "../run.js";

type NoteIntent = Extract<Step, { do: "note-intent" }>;

export const noteIntent: StepKind<NoteIntent, Standing, DeployContext> = {
  async run({ leaves }, standing, context) {
    const base = standing.record ?? neverRan(given(standing.next, "what is to be started"), context);
    // What a replaced version leaves behind is remembered, even where somebody else (or a crash) stopped it.
    const savepoint = base.savepoint ?? leaves;
    const intent = intentOf(standing, context, undefined);
    const record = await context.writer.write({ ...withEarlierIntent(base), savepoint, intent });
    return { ...standing, record };
  },
  undo: takeIntentBack,
  whenItFails: { stays: "nothing was done yet, and where the record went to somebody else it is theirs" },
};

/** Nothing of the failed start runs, and nothing ran before it that could be started again. */
export async function takeIntentBack(
  _: NoteIntent | StopStep,
  standing: Standing,
  { name, before, writer }: DeployContext,
  error: unknown,
): Promise<Undone<Standing>> {
  const record = given(standing.record, "the record with the intent");
  const { reason, fix } = failureOf(error);
  const was = wordsOfFailed(name, given(standing.next, "what failed to start"));
  if (before) await writer.write({ ...withEarlierIntent(record), intent: undefined });
  // The intent of a first start is what says that the job never ran; without its session nobody waits for it any more.
  else await noLongerAwaited(record, writer);
  const told = new UserError("start-failed", {
    what: `${was}; it is not running`,
    cause: reason,
    fix,
  });
  return { standing, error: told };
}

async function noLongerAwaited(record: JobRecord, writer: DeployContext["writer"]): Promise<void> {
  await writer.write({ ...record, intent: withoutSession(record) }).catch(unlessBug);
}
